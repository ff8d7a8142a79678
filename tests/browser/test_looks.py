"""How the page looks and speaks: widths, dark, Chinese, and what axe-core finds."""

import re
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """axe-core's text, from npm's registry."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("No npm is here: install Node 20 or newer with npm, from which axe-core comes.")
    place = tmp_path_factory.mktemp("axe")
    subprocess.run([npm, "pack", "--silent", "axe-core@4"], cwd=place, check=True, capture_output=True)
    (packed,) = place.glob("axe-core-*.tgz")
    subprocess.run(["tar", "xzf", packed, "-C", place, "package/axe.min.js"], check=True)
    return (place / "package" / "axe.min.js").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_sideways_scrolling_and_nothing_that_axe_finds(visit, axe, width, scheme):
    v = visit(width=width, scheme=scheme)
    for step in ("opened", "loaded"):
        if step == "loaded":
            v.choose_digits()
        assert v.page.evaluate("document.documentElement.scrollWidth") <= width + 1, step
        v.page.evaluate(axe)
        found = v.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        assert [(x["id"], x["nodes"][0]["html"][:120]) for x in found] == [], step


def test_chinese_is_chosen_by_the_browser_and_by_a_switch(visit):
    v = visit(locale="zh-CN")
    text = v.page.inner_text("body")
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 150
    assert not [w for w in ("Recipe", "Frontier", "Publish", "Load", "Compare") if re.search(rf"^{w}$", text, re.M)]
    v.page.get_by_role("button", name="English").click()
    v.region("Recipe").wait_for()
    assert re.search("^Frontier$", v.page.inner_text("body"), re.M)
