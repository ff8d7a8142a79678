"""kill -9 of the visitor's kernel, and of the server: told within 5 s, what was typed is kept, and there is a way back."""

import time

import pytest
from playwright.sync_api import expect
from visiting import MINUTE, kill, picture, processes

pytestmark = pytest.mark.browser

TOLD = 5000


def typed(v, name, use):
    publish = v.region("Publish")
    publish.get_by_role("textbox", name="Name", exact=True).fill(name)
    publish.get_by_role("textbox", name="Intended use").fill(use)


def kept(v):
    publish = v.region("Publish")
    return [publish.get_by_role("textbox", name=name).input_value() for name in ("Name", "Intended use")]


def lost(v):
    note = v.page.get_by_role("alert").filter(has_text="No answer from the kernel")
    expect(note).to_be_visible(timeout=TOLD)
    return note


def test_a_killed_kernel_is_told_and_the_page_comes_back_with_what_was_typed(visits, address, beside, home):
    v = visits(address).ready()
    v.go_on_with(beside)
    kill([pid for kernel in set(v.kernels) for pid in processes(home, kernel)])
    note = lost(v)
    typed(v, "typed-after", "For a test of the lost kernel")
    picture(v.page, "kernel-lost")
    note.get_by_role("button", name="Connect again").click()
    expect(note).to_be_hidden(timeout=2 * MINUTE)
    v.ready().opened(beside)
    assert kept(v) == ["typed-after", "For a test of the lost kernel"]
    assert not [said for said in v.complaints if "405" in said]


def test_killed_kernels_that_waited_for_visitors_are_given_to_none(visits, address, home):
    visits(address).ready().close()
    end = time.monotonic() + 60
    while len(processes(home, "ipykernel")) < 2:  # the pool is being filled again
        assert time.monotonic() < end
        time.sleep(0.1)
    kill(processes(home, "ipykernel"))
    visits(address).ready()


def test_a_killed_server_is_told_and_the_page_comes_back_when_it_has_been_started(visits, dashboard, beside):
    v = visits(dashboard.url).ready()
    v.go_on_with(beside)
    typed(v, "typed-before", "For a test of the lost server")
    dashboard.kill()
    try:
        note = lost(v)
        note.get_by_role("button", name="Connect again").click()
        expect(note).to_contain_text("The server does not answer either", timeout=TOLD)
        assert kept(v) == ["typed-before", "For a test of the lost server"]
    finally:
        dashboard.start()  # the other tests visit it too
    note.get_by_role("button", name="Connect again").click()
    expect(note).to_be_hidden(timeout=2 * MINUTE)
    v.ready().opened(beside)
    assert kept(v) == ["typed-before", "For a test of the lost server"]
