"""Panels as widgets among widgets: in boxes and tabs, observed and linked, shown twice, and taken away again."""

import gc
import weakref

import pytest
from ipywidgets import HTML, Tab, VBox, jslink, link
from ipywidgets.embed import embed_data
from workbench_widgets import Frontier, Load, Page, Recipe, Run, Session


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))


@pytest.fixture
def session():
    return Session()


def test_boxes_and_tabs_hold_panels_with_all_that_they_show(session):
    recipe, frontier = Recipe(session), Frontier(session)
    tab = Tab([VBox([recipe, frontier]), Load(session)], titles=["make", "load"])
    states = embed_data(views=[tab], drop_defaults=False)["manager_state"]["state"]
    models = {id: state["state"] for id, state in states.items()}
    boxes = [models[ref.removeprefix("IPY_MODEL_")] for ref in models[tab.model_id]["children"]]
    assert boxes[0]["children"] == [f"IPY_MODEL_{recipe.model_id}", f"IPY_MODEL_{frontier.model_id}"]
    shown = models[recipe.model_id]
    assert shown["panels"] == ["recipe"] and shown["recipe"]["steps"] == session.steps and "export default" in shown["_esm"]


def test_a_value_that_is_shown_can_be_observed(session):
    panel, heard = Recipe(session), []
    panel.observe(lambda change: heard.append([s["technique"] for s in change["new"]["steps"]]), "recipe")
    session.do("steps", {"steps": [{"technique": "HalfPrecision", "on": True, "fields": {}}]})
    assert heard == [["HalfPrecision"]]


def test_panels_are_linked_to_other_widgets_in_the_kernel_and_in_the_browser(session):
    one, other, text = Load(session), Recipe(session), HTML()
    link((one, "language"), (other, "language"))
    one.language = "zh"
    assert other.language == "zh"
    linked = jslink((one, "language"), (text, "value"))
    states = embed_data(views=[VBox([one, text])])["manager_state"]["state"]
    found = [s["state"] for s in states.values() if s["model_name"] == "LinkModel"]
    assert [(f["source"], f["target"]) for f in found] == [
        ([f"IPY_MODEL_{one.model_id}", "language"], [f"IPY_MODEL_{text.model_id}", "value"])
    ]
    linked.unlink()
    with pytest.raises(TypeError):
        jslink((one, "shown"), (text, "value"))


def test_the_same_panel_shown_twice_stays_in_step(session):
    one, other, page = Recipe(session), Recipe(session), Page(session)
    one._heard(None, {"ask": "steps", "steps": [{"technique": "DynamicQuantization", "on": True, "fields": {}}]}, [])
    assert one.recipe == other.recipe == page.recipe and one.recipe["steps"][0]["technique"] == "DynamicQuantization"
    elsewhere = Recipe(Session())
    assert elsewhere.recipe["steps"] != one.recipe["steps"]


def test_a_panel_that_was_closed_is_forgotten(session):
    staying = Run(session)
    for kind in (Recipe, Frontier, Page):
        gone = kind(session)
        gone.close()
        seen = weakref.ref(gone)
        del gone
        gc.collect()
        assert seen() is None, kind
    session.device = "cpu"
    session.refresh("run")
    assert staying.run["device"] == "cpu"
