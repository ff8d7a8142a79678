"""Runs from the page: called off, their worker killed, their tab closed; the work of an hour is never lost with any of them."""

import re

import pytest
from playwright.sync_api import expect
from visiting import MINUTE, RUN, kill, picture, processes

pytestmark = pytest.mark.browser

LONG = "- StructuredPruning:\n    ratio: {ratio}\n- Distillation:\n    epochs: {epochs}\n"


def begun(v, ratio, epochs):
    """A run that is in the midst of its training; its candidate's id."""
    v.run(LONG.format(ratio=ratio, epochs=epochs))
    row = v.jobs("running")
    expect(row).to_have_count(1, timeout=MINUTE)
    expect(row.get_by_text(re.compile("Distil, step 2"))).to_be_visible(timeout=MINUTE)
    expect(row.get_by_text(re.compile("left"))).to_be_visible(timeout=MINUTE)
    return row.locator(".wb-job-file").inner_text()


def test_cancel_acts_within_a_second_and_the_page_goes_on(visit, beside):
    v = visit()
    v.go_on_with(beside)
    row = v.job(begun(v, 0.21, 1000))
    row.get_by_role("button", name=re.compile("^Cancel")).click()
    expect(row).to_have_attribute("data-state", "cancelled", timeout=1000)
    expect(v.region("Recipe").get_by_role("button", name=RUN)).to_be_enabled()


def test_a_killed_worker_is_told_and_its_run_is_continued_to_a_measured_file(visit, beside, home):
    v = visit()
    v.go_on_with(beside)
    candidate = begun(v, 0.31, 20)
    kill(processes(home, "workbench.jobs.worker"))
    lost = v.job(candidate)
    expect(lost).to_have_attribute("data-state", "failed", timeout=5000)
    expect(lost.get_by_text(re.compile("worker process ended in the midst of Distillation: signal SIGKILL"))).to_be_visible()
    picture(v.page, "worker-lost")
    lost.get_by_role("button", name=re.compile("^Try again")).click()
    v.measures(candidate)


def test_a_killed_foreman_is_told_and_the_run_is_continued(visit, beside, home):
    v = visit()
    v.go_on_with(beside)
    candidate = begun(v, 0.32, 20)
    kill(processes(home, "workbench.jobs\0"))
    lost = v.job(candidate)
    expect(lost).to_have_attribute("data-state", "interrupted", timeout=5000)
    lost.get_by_role("button", name=re.compile("^Continue")).click()
    v.measures(candidate)


def test_a_tab_that_was_closed_in_mid_run_is_come_back_to(visit, beside):
    v = visit()
    v.go_on_with(beside)
    candidate = begun(v, 0.41, 30)
    v.page.close()
    again = visit(beside=v)
    again.opened(beside)
    expect(again.job(candidate)).to_be_visible()
    assert "ratio: 0.41" in again.yaml()
    again.measures(candidate)
    taken = f"[data-key='take-{candidate}']"
    expect(again.table().locator(taken)).to_have_attribute("aria-pressed", "false")
    again.table().locator(taken).click()
    expect(again.table().locator(taken)).to_have_attribute("aria-pressed", "true")
    again.page.reload()
    again.ready().opened(beside)
    expect(again.table().locator(taken)).to_have_attribute("aria-pressed", "true")


def test_a_reload_during_a_first_fit_comes_back_to_it_and_it_can_be_called_off(visit):
    v = visit()
    load = v.region("Load")
    load.get_by_role("radio", name=re.compile("Digits as sequences")).check()
    expect(load.get_by_text(re.compile("Trains the model here, once"))).to_be_visible(timeout=MINUTE)
    v.page.reload()
    v.ready()
    expect(load.get_by_role("progressbar")).to_be_visible(timeout=10_000)
    expect(load.get_by_role("radio", name=re.compile("Digits as sequences"))).to_be_checked()
    load.get_by_role("button", name="Cancel").click()
    expect(load.get_by_role("progressbar")).to_be_hidden(timeout=5000)
    expect(load.get_by_role("radio", name=re.compile("Digits as sequences"))).not_to_be_checked()
