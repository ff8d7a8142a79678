"""How the page looks and speaks: widths, dark, Chinese, and what axe-core finds."""

import re
import shutil
import subprocess

import pytest
from playwright.sync_api import expect
from visiting import MINUTE, picture

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


def opened(v):
    pass


def loaded(v):
    v.choose_digits()


def shaped(v):
    v.region("Recipe").get_by_role("button", name="YAML", exact=True).click()


def measured(v):
    """Some file is there, and is the one in hand: its figures, the comparison and the card are shown."""
    if v.measured() < 2:
        v.run("- DynamicQuantization")
    file = v.rows().filter(has_text="c1").get_by_role("button", name=re.compile("c1")).first
    file.click(timeout=2 * MINUTE)
    expect(v.region("Compare").get_by_role("heading", name="Classes that paid")).to_be_visible(timeout=MINUTE)


def parallel(v):
    v.region("Frontier").get_by_role("button", name="Parallel", exact=True).click()


def charted(v):
    v.region("Frontier").get_by_role("button", name="Chart", exact=True).click()
    v.region("Recipe").get_by_role("button", name="Cards", exact=True).click()


def keyed(v):
    v.page.locator("body").press("?")
    expect(v.page.get_by_role("dialog", name="All keys")).to_be_visible()


STEPS = (opened, loaded, shaped, measured, parallel, charted, keyed)


@pytest.mark.parametrize("width", [1280, 390])
def test_no_sideways_scrolling_and_nothing_that_axe_finds_on_any_step(visit, axe, width):
    v = visit(width=width, scheme="dark" if width == 390 else "light")
    v.page.evaluate(axe)
    for step in STEPS:
        step(v)
        name = step.__name__
        for scheme in ("dark", "light"):
            v.page.emulate_media(color_scheme=scheme)
            assert v.page.evaluate("document.documentElement.scrollWidth") <= width + 1, (name, scheme)
            found = v.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
            assert [(x["id"], x["nodes"][0]["html"][:120]) for x in found] == [], (name, scheme)
        if name == "parallel" and width == 1280:
            picture(v.page, "page-parallel")
    v.page.keyboard.press("Escape")
    expect(v.page.get_by_role("dialog")).to_be_hidden()
    for scheme in ("dark",) if width == 1280 else ("light", "dark"):
        v.page.emulate_media(color_scheme=scheme)
        picture(v.page, f"page-{scheme}-{width}")


def test_between_a_phone_and_a_laptop_the_steps_stand_in_a_row_that_follows(visit):
    v = visit(width=900)
    steps = v.page.get_by_role("navigation", name="Steps")
    assert steps.bounding_box()["width"] > 600 > 60 > steps.bounding_box()["height"]
    steps.get_by_role("link", name="Publish").click()
    expect(steps.get_by_role("link", name="Publish")).to_have_attribute("aria-current", "step")
    bar, title = steps.bounding_box(), v.region("Publish").get_by_role("heading", name="Publish").bounding_box()
    assert bar["y"] >= 0 and title["y"] >= bar["y"] + bar["height"]  # in sight, and over nothing that was asked for


def test_chinese_is_chosen_by_the_browser_and_by_a_switch(visit):
    v = visit(locale="zh-CN")
    text = v.page.inner_text("body")
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 150
    assert not [w for w in ("Recipe", "Frontier", "Publish", "Load", "Compare") if re.search(rf"^{w}$", text, re.M)]
    v.page.get_by_role("radio", name=re.compile("digits")).first.check()
    expect(v.region("载入").get_by_text("模型现在的回答")).to_be_visible(timeout=2 * MINUTE)
    recipe = v.region("配方")
    recipe.get_by_role("button", name="YAML", exact=True).click()
    box = recipe.get_by_role("textbox").first
    box.fill("- Squeeze")
    expect(recipe.get_by_text("没有名为 Squeeze 的技术")).to_be_visible()
    box.fill("- DynamicQuantization")
    box.blur()
    recipe.get_by_role("button", name="卡片", exact=True).click()
    expect(recipe.locator(".wb-card")).to_have_count(1)
    recipe.get_by_role("button", name=re.compile("^运行")).click()
    verdict = v.region("比较").locator(".wb-cmp-verdict").first
    expect(verdict).to_have_text(re.compile("小了 .* %"), timeout=MINUTE)
    checks = v.region("发布").locator(".wb-checks")
    expect(checks).to_contain_text("整数算子", timeout=MINUTE)
    said = [verdict.locator("..").inner_text(), checks.inner_text(), v.region("前沿").inner_text()]
    assert re.findall("[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", "\n".join(said)) == []
    picture(v.page, "page-chinese")
    v.page.get_by_role("button", name="English").click()
    v.region("Recipe").wait_for()
    assert re.search("^Frontier$", v.page.inner_text("body"), re.M)
    expect(v.region("Compare").locator(".wb-cmp-verdict").first).to_have_text(re.compile("% smaller"))
