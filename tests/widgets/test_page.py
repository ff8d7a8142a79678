"""The page without a browser: what it shows of an empty home, what a selection means, and the text that stands for it."""

import pytest
from workbench_widgets import Page, Session

import workbench as wb


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))


@pytest.fixture
def page():
    page = Page()
    while page.drawing.busy:
        pass
    return page


def test_the_recipe_is_what_the_slider_says():
    session = Session()
    session.ratio = 0.25
    expected = wb.Recipe([wb.StructuredPruning(ratio=0.25), wb.Distillation(epochs=3), wb.StaticQuantization()])
    assert session.recipe().digest == expected.digest and session.study() is None


def test_the_slider_has_the_technique_s_own_range(page):
    from workbench.knobs import knobs

    (ratio,) = [k for k in knobs(wb.StructuredPruning) if k.name == "ratio"]
    assert (page.ratio.min, page.ratio.max) == ratio.search
    page.ratio.value = 0.3
    assert page.session.ratio == 0.3


def test_an_empty_home_says_what_will_be_here(page):
    assert "Nothing is measured yet" in page.empty.value and page.picture.layout.display == "none" and page.table.value == ""
    assert 'data-ready="true"' in page.head.value and "digits, 0 measured" in page.head.value


def test_choosing_an_example_selects_its_study(page):
    page.example.value = "digits-tokens"
    assert page.session.study_name == "page-digits-tokens" and page.session.candidate == ""
    assert page.session.example == "digits-tokens"


def test_publishing_needs_a_name_and_a_file(page):
    page.publish.click()
    assert "needs a name" in page.publish_said.value
    page.name.value = "<b>x</b>"
    page.publish.click()
    while page.publishing.busy:
        pass
    assert "Nothing is measured yet" in page.publish_said.value and "wb-error" in page.publish_said.value


def test_what_the_work_says_stands_at_its_control(page):
    page.running.busy = True
    page.running.say("Export <1>", 0.5)
    assert page.run.disabled and not page.cancel.disabled and page.bar.value == 0.5
    assert "Export &lt;1&gt;" in page.step.value
    page.running.error, page.running.busy = "It did not fit.", False
    assert "It did not fit." in page.run_error.value and not page.run.disabled and page.cancel.disabled


def test_its_text_is_stable(page):
    assert repr(page) == "Page(Session(digits, ratio 0.5))" == repr(Page())
