"""The page in a real browser: the newcomer's journey, coming back, the keyboard, a lost kernel, and no torch in the kernel."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect
from visiting import MINUTE, RUN, picture, processes, surroundings

pytestmark = pytest.mark.browser


def test_from_opening_to_a_published_model_in_a_few_clicks(visit, home):
    v = visit()
    expect(v.region("Frontier").get_by_text("Nothing is measured yet")).to_be_visible()
    picture(v.page, "page-opened")
    v.choose_digits()
    before = v.measured()
    v.region("Recipe").get_by_role("button", name=RUN).click()
    expect(v.rows()).to_have_count(before + 2, timeout=2 * MINUTE)
    v.region("Frontier").get_by_role("button", name="Chart", exact=True).click()
    publish = v.region("Publish")
    publish.get_by_role("textbox", name="Name", exact=True).fill("digits-page")
    picture(v.page, "page-measured")
    publish.get_by_role("button", name=re.compile("^Publish")).click()
    expect(publish.get_by_text(re.compile("published/digits-page/1")).first).to_be_visible(timeout=MINUTE)
    picture(v.page, "page-published")
    with v.page.expect_download() as download:
        publish.get_by_role("button", name="Save it on this computer").click()
    assert download.value.suggested_filename == "digits-page-1.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        (published,) = home.glob("published/digits-page/*/model.onnx")
        assert archive.read("digits-page-1/model.onnx") == published.read_bytes()
    _check_artifact(home)


def _check_artifact(home):
    """The published bytes are those of a candidate that the study measured."""
    code = """
import hashlib, pathlib
import workbench as wb
for name in wb.studies():
    for c in wb.Study.open(name).candidates:
        if c.status == "measured":
            digest = hashlib.sha256(pathlib.Path(c.file).read_bytes()).hexdigest()
            assert digest == c.measures["accuracy"].file_digest
            print(digest)
"""
    done = subprocess.run([sys.executable, "-c", code], env=surroundings(home), capture_output=True, text=True, check=True)
    (published,) = home.glob("published/digits-page/*/model.onnx")
    assert hashlib.sha256(published.read_bytes()).hexdigest() in done.stdout.split()


def test_what_one_visitor_measured_another_sees_and_a_reload_comes_back(visit):
    v = visit()
    v.choose_digits()
    rows = v.measured()
    assert rows >= 1
    recipe = v.region("Recipe")
    recipe.get_by_role("button", name="YAML", exact=True).click()
    recipe.get_by_role("textbox").first.press_sequentially("- Pru")  # no recipe yet, and not sent yet
    v.page.reload()
    v.ready()
    expect(v.rows()).to_have_count(rows + 1, timeout=MINUTE)
    recipe.get_by_role("button", name="YAML", exact=True).click()
    expect(recipe.get_by_role("textbox").first).to_have_value(re.compile("- Pru"))
    other = visit()
    other.choose_digits()
    assert other.measured() == rows


def test_a_refusal_stands_at_its_control_and_nothing_typed_is_lost(visit):
    v = visit()
    v.choose_digits()
    publish = v.region("Publish")
    name = publish.get_by_role("textbox", name="Name", exact=True)
    name.fill("no such/name")
    publish.get_by_role("button", name=re.compile("^Publish")).click()
    expect(publish.get_by_role("alert").first).to_be_visible(timeout=MINUTE)
    assert name.input_value() == "no such/name"


def test_by_keyboard_alone_with_a_focus_that_is_seen(visit):
    v = visit()
    v.choose_digits()
    before = v.measured()
    v.region("Recipe").get_by_role("slider").first.focus()
    for _ in range(3):
        v.page.keyboard.press("ArrowRight")  # another recipe than the one that is measured
    v.page.locator("body").click(position={"x": 2, "y": 2})
    for _ in range(250):
        v.page.keyboard.press("Tab")
        name, seen = v.page.evaluate("""() => {
            const e = document.activeElement;
            const near = [e, e.parentElement, e.nextElementSibling].filter(Boolean).map((x) => getComputedStyle(x));
            const ring = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
            return [(e.getAttribute("aria-label") || e.textContent || e.tagName).trim(), near.some(ring)];
        }""")
        assert seen, name
        if name.startswith("Run"):
            break
    else:
        raise AssertionError("Run was not reached in 250 stops")
    v.page.keyboard.press("Enter")
    expect(v.rows()).to_have_count(before + 1, timeout=2 * MINUTE)


def test_the_estimate_moves_while_the_kernel_is_stopped_and_its_loss_is_told(visit, home):
    v = visit()
    v.choose_digits()
    slider = v.region("Recipe").get_by_role("slider").first
    stopped = [pid for pid in processes(home, "ipykernel") if os.kill(pid, signal.SIGSTOP) is None]
    try:
        assert stopped
        before = v.region("Recipe").inner_text()
        slider.focus()
        for _ in range(3):
            v.page.keyboard.press("ArrowRight")
        v.page.wait_for_timeout(100)
        assert v.region("Recipe").inner_text() != before
        expect(v.page.get_by_text("No answer from the kernel").first).to_be_visible(timeout=8000)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    expect(v.page.get_by_text("No answer from the kernel").first).to_be_hidden(timeout=8000)


def test_no_torch_in_the_visitor_s_kernel():
    code = "import sys; from workbench_widgets import Page; Page(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_wrong_address_is_told_in_a_sentence_and_in_a_line_of_the_log(visits, dashboard):
    before = len(dashboard.log.read_text())
    for wrong in ("nothing", "favicon.ico", "voila/labextensions/nothing.js", "voila/render/other.ipynb"):
        v = visits(dashboard.url + wrong)
        expect(v.page.get_by_text("There is nothing at this address.")).to_be_visible()
    v.page.get_by_role("link", name="Open the page").click()
    v.ready()
    told = dashboard.log.read_text()[before:]
    assert "Traceback" not in told and told.count("GET /nothing ") == 1, told[-3000:]


def test_lines_of_files_are_saved_as_a_picture(visit, tmp_path):
    v = visit()
    v.choose_digits()
    frontier = v.region("Frontier")
    frontier.get_by_role("button", name="Parallel", exact=True).click()
    saved = {}
    for kind in ("SVG", "PNG"):
        with v.page.expect_download() as download:
            frontier.get_by_role("button", name=f"Save as {kind}").click()
        saved[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[kind])
    assert saved["SVG"].name == "page-digits-parallel.svg" and saved["PNG"].read_bytes().startswith(b"\x89PNG")
    said = [element.text for element in ElementTree.parse(saved["SVG"]).iter("{http://www.w3.org/2000/svg}text")]
    assert any("up is better" in text for text in said)
