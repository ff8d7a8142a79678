"""Several people on one store: nobody waits for another, everybody sees what there is, and a name is given once."""

import re

import pytest
from playwright.sync_api import expect
from visiting import MINUTE

pytestmark = pytest.mark.browser

PRUNED = "- StructuredPruning:\n    ratio: {ratio}\n"
LONG = PRUNED + "- Distillation:\n    epochs: 1000\n"


def test_two_people_at_once_see_each_other_s_files_and_neither_waits(visit, beside):
    one, two = visit(), visit()
    for v in (one, two):
        v.go_on_with(beside)
    before = one.measured()
    one.run(LONG.format(ratio=0.51))
    expect(two.jobs("running")).to_have_count(1, timeout=MINUTE)
    two.write(PRUNED.format(ratio=0.52))  # a preview, which does not wait for somebody's training
    expect(two.region("Recipe").get_by_text(re.compile("^file .* estimate"))).to_be_visible(timeout=MINUTE)
    two.run(PRUNED.format(ratio=0.52))  # nor does a run
    expect(two.rows()).to_have_count(before + 2, timeout=2 * MINUTE)
    expect(one.rows()).to_have_count(before + 2, timeout=MINUTE)
    expect(two.jobs("running")).to_have_count(1)
    two.jobs("running").get_by_role("button", name=re.compile("^Cancel")).click()
    expect(one.jobs("cancelled").first).to_be_visible(timeout=2000)


def test_two_tabs_on_one_study_do_not_disturb_each_other(visit, beside):
    one = visit()
    one.go_on_with(beside)
    two = visit(beside=one)
    two.opened(beside)
    before = one.measured()
    two.write(PRUNED.format(ratio=0.61))
    one.run(PRUNED.format(ratio=0.62))
    expect(two.rows()).to_have_count(before + 2, timeout=MINUTE)
    assert "ratio: 0.61" in two.yaml() and "ratio: 0.62" in one.yaml()


def test_a_name_that_is_taken_is_said_at_the_name(visit, beside):
    one = visit()
    one.go_on_with(beside)
    publish = one.region("Publish")
    publish.get_by_role("textbox", name="Name", exact=True).fill("taken")
    publish.get_by_role("button", name=re.compile("^Publish")).click()
    expect(publish.get_by_text(re.compile("published/taken/1")).first).to_be_visible(timeout=MINUTE)
    other = visit()
    other.choose_digits()
    publish = other.region("Publish")
    name = publish.get_by_role("textbox", name="Name", exact=True)
    name.fill("taken")
    refusal = publish.get_by_role("alert").filter(has_text="taken")
    expect(refusal).to_contain_text(beside, timeout=MINUTE)
    expect(name).to_have_attribute("aria-invalid", "true")
    publish.get_by_role("button", name=re.compile("^Publish")).click()
    expect(publish.get_by_role("button", name=re.compile("^Publish"))).to_be_enabled(timeout=MINUTE)
    expect(refusal).to_be_visible()
    assert name.input_value() == "taken"
