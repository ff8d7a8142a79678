"""The panel Recipe without a browser: cards, what is refused, the text beside them, and what is found out about a recipe."""

import time

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbench_widgets import Recipe, Session
from workbench_widgets.cards import catalog, checked, first_steps, presets, steps_of, with_switched_off

import workbench as wb
from workbench import jobs
from workbench.knobs import knobs
from workbench.techniques import technique, techniques

PRUNE = {"technique": "StructuredPruning", "on": True, "fields": {"ratio": 0.5}}
DISTIL = {"technique": "Distillation", "on": True, "fields": {"epochs": 3}}
INT8 = {"technique": "StaticQuantization", "on": True, "fields": {}}


@pytest.fixture(scope="module", autouse=True)
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("recipe") / "home"))
    task = wb.tasks.load("digits")
    yield wb.Study.open("cards", task=task, model=wb.models.create("resnet8", task, seed=0))
    jobs.retire()
    patch.undo()


def until(session, holds, seconds=30):
    """Waits until the panel shows what is asked for; returns what it shows."""
    end = time.monotonic() + seconds
    while not holds(session.recipe):
        assert time.monotonic() < end, session.recipe["preview"]
        time.sleep(0.01)
    return session.recipe


def test_a_fresh_session_has_a_recipe():
    session = Session()
    expected = [wb.StructuredPruning(ratio=0.5), wb.Distillation(epochs=3), wb.StaticQuantization()]
    assert session.steps_on() == wb.Recipe(expected) and session.recipe["steps"] == first_steps()
    assert not session.recipe["ready"] and session.recipe["baseline"] is None and session.code["recipe"] == ""
    assert repr(Recipe(session)) == f"Recipe({wb.Recipe(expected).name})"


def test_cards_have_the_techniques_own_fields():
    entries = {entry["technique"]: entry for entry in catalog()}
    assert set(entries) == set(techniques())
    orders = [entry["order"] for entry in catalog()]
    assert orders == sorted(orders, key=["architecture", "weights", "recovery", "numerics"].index)
    for name, entry in entries.items():
        declared = knobs(technique(name))
        assert [f["name"] for f in entry["fields"]] == [k.name for k in declared]
        made = technique(name)(**{f["name"]: f["default"] for f in entry["fields"]})
        assert made == technique(name)()
        for field, knob in zip(entry["fields"], declared, strict=True):
            assert (field["low"], field["high"], field["say"]) == (knob.low, knob.high, knob.say)


def test_presets_are_recipes_that_can_work():
    assert len(presets()) >= 4
    for preset in presets():
        recipe, errors = checked(preset["steps"])
        assert recipe is not None and errors == [] and steps_of(recipe) == preset["steps"]


def test_an_impossible_value_is_said_at_its_field_and_stays():
    session = Session()
    session.do("steps", {"steps": [PRUNE | {"fields": {"ratio": 3}}, DISTIL]})
    (error,) = session.recipe["errors"]
    assert (error["step"], error["field"], error["mend"]) == (0, "ratio", False) and "from 0 to 0.95, not 3" in error[
        "sentence"
    ]
    assert session.recipe["steps"][0]["fields"] == {"ratio": 3}
    session.do("steps", {"steps": [PRUNE | {"fields": {"ratio": 3}, "on": False}, DISTIL]})
    assert session.recipe["errors"] == []


@pytest.mark.parametrize(
    "steps, place",
    [([INT8, PRUNE], 1), ([PRUNE, INT8, DISTIL], 2), ([{**PRUNE, "on": False}, INT8, PRUNE, DISTIL], 2), ([INT8, INT8], 1)],
)
def test_an_impossible_order_is_said_at_its_card(steps, place):
    session = Session()
    session.do("steps", {"steps": steps})
    (error,) = session.recipe["errors"]
    assert (error["step"], error["field"], error["mend"]) == (place, None, True)
    assert "cannot follow StaticQuantization" in error["sentence"]
    assert session.describe(["recipe"]).startswith("the recipe is refused")


def test_what_is_no_step_is_refused_and_changes_nothing():
    session = Session()
    for wrong in ([7], [{"technique": 3}], [{"technique": "HalfPrecision"}]):
        session.do("steps", {"steps": wrong})
        assert "no recipe in JSON" in session.recipe["error"] and session.recipe["steps"] == first_steps()
    session.do("steps", {"steps": [INT8]})
    assert session.recipe["error"] is None
    session.do("steps", {"steps": [{"technique": "Gone", "on": True, "fields": {}}]})
    assert "no technique called Gone" in session.recipe["errors"][0]["sentence"]


def test_the_text_is_the_cards_recipe_both_ways():
    session = Session()
    assert wb.Recipe.from_yaml(session.recipe["yaml"]) == session.steps_on()
    session.do("yaml", {"text": "- StructuredPruning:\n    ratio: 0.3\n- HalfPrecision"})
    assert session.steps_on() == wb.Recipe([wb.StructuredPruning(ratio=0.3), wb.HalfPrecision()])
    assert wb.Recipe.from_yaml(session.recipe["yaml"]) == session.steps_on() and session.recipe["yaml_error"] is None


def test_a_wrong_text_stays_with_its_sentence_and_the_cards_keep_what_was_right():
    session = Session()
    before = session.steps
    session.do("yaml", {"text": "- Squeeze: {}"})
    assert "no technique called Squeeze" in session.recipe["yaml_error"] and session.recipe["yaml"] == "- Squeeze: {}"
    assert session.steps == before and session.recipe["errors"] == []
    session.do("steps", {"steps": [INT8]})
    assert session.recipe["yaml_error"] is None and "StaticQuantization" in session.recipe["yaml"]


def test_a_text_whose_order_cannot_be_stays_with_the_cards_and_the_reason():
    session = Session()
    session.do("yaml", {"text": "- HalfPrecision"})
    session.do("yaml", {"text": "- StaticQuantization\n- StructuredPruning"})
    shown = session.recipe
    assert [step["technique"] for step in session.steps] == ["StaticQuantization", "StructuredPruning"]
    assert "HalfPrecision" not in shown["yaml"] and shown["yaml"].index("Static") < shown["yaml"].index("Structured")
    assert shown["yaml_error"] == shown["errors"][0]["sentence"] and not shown["yaml_kept"]
    session.do("steps", {"steps": [{**PRUNE, "fields": {**PRUNE["fields"], "ratio": 7}}]})
    assert "ratio: 7" in session.recipe["yaml"] and "7" in session.recipe["yaml_error"]


def test_cards_that_are_switched_off_outlive_a_text():
    off = {**DISTIL, "on": False}
    session = Session()
    session.do("steps", {"steps": [PRUNE, off, INT8]})
    session.do("yaml", {"text": "- HalfPrecision"})
    assert [s["technique"] for s in session.steps] == ["HalfPrecision", "Distillation"] and not session.steps[1]["on"]
    assert with_switched_off([], [off, PRUNE]) == [off]


FIELDS = st.fixed_dictionaries({"ratio": st.floats(0, 0.95), "round_to": st.integers(1, 64)})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(FIELDS, st.booleans())
def test_cards_and_recipes_are_the_same(fields, on):
    recipe, errors = checked([{"technique": "StructuredPruning", "on": on, "fields": fields}, INT8])
    assert errors == [] and recipe is not None
    assert checked(steps_of(recipe))[0] == recipe and len(recipe) == 1 + on


def test_a_view_knows_its_own_change_when_it_comes_back():
    session = Session()
    for view, turn in [("one", 1), ("two", 1), ("one", 2)]:
        session.do("steps", {"steps": [INT8], "view": view, "turn": turn})
    assert session.recipe["turns"] == {"one": 2, "two": 1}
    for view in range(30):
        session.do("steps", {"steps": [INT8], "view": f"v{view}", "turn": 1})
    assert len(session.recipe["turns"]) == 16 and "v29" in session.recipe["turns"]


def test_two_panels_of_one_session_are_in_step():
    session = Session()
    one, other = Recipe(session), Recipe(session)
    session.do("steps", {"steps": [INT8]})
    assert one.recipe == other.recipe == session.recipe and one.recipe["steps"] == [INT8]


def test_what_needs_no_training_is_previewed_and_the_newest_wins(study):
    session = Session(study_name="cards")
    ratios = [0.2, 0.3, 0.4, 0.55]
    for ratio in ratios:
        session.do("steps", {"steps": [PRUNE | {"fields": {"ratio": ratio}}]})
    shown = until(session, lambda recipe: recipe["preview"]["state"] == "accuracy")
    assert shown["steps"][0]["fields"] == {"ratio": 0.55}
    *_, last = wb.preview(study, wb.Recipe([wb.StructuredPruning(ratio=0.55)]))
    measures = last.candidate.measures
    assert shown["preview"]["size_bytes"] == measures["size_bytes"].value
    assert shown["preview"]["accuracy"][0] == measures["accuracy"].value
    assert shown["latency"]["low"] < shown["latency"]["value"] < shown["latency"]["high"]
    assert shown["baseline"]["size_bytes"][0] == study.baseline.measures["size_bytes"].value
    assert (shown["metric"]["name"], shown["metric"]["unit"], shown["measured"]) == ("accuracy", "share", None)


def test_what_trains_is_not_previewed(study):
    session = Session(study_name="cards")
    shown = until(session, lambda recipe: recipe["latency"] is not None)
    assert shown["preview"]["state"] == "none" and study.candidates == []


def test_what_the_model_refuses_is_said_at_the_card():
    session = Session(study_name="cards")
    session.do("steps", {"steps": [PRUNE | {"fields": {"ratio": 0.5, "leave_alone": ["nowhere"]}}]})
    shown = until(session, lambda recipe: recipe["preview"]["state"] == "failed")
    assert "no layer called nowhere" in shown["preview"]["sentence"]


def test_a_measured_recipe_is_found_and_the_next_one_has_its_cost(study):
    session = Session(study_name="cards")
    session.do("steps", {"steps": [PRUNE]})
    assert session.recipe["measured"] is None
    first = until(session, lambda recipe: recipe["cost_seconds"] is not None)["cost_seconds"]
    assert first == study.expected_seconds(wb.Recipe([wb.StructuredPruning(ratio=0.5)])) > 0
    pruning = study.step_seconds(wb.Recipe([wb.StructuredPruning()]))[0]
    assert session.recipe["step_seconds"] == [pytest.approx(pruning, abs=1e-3)]
    made = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5)]))
    session.refresh()
    shown = session.recipe
    assert shown["measured"] == made.id and shown["figures"]["size_bytes"][0] == made.measures["size_bytes"].value
    assert session.describe(["recipe"]).startswith(f"StructuredPruning 50 %, measured as {made.id}: ")
    session.do("steps", {"steps": [PRUNE | {"fields": {"ratio": 0.25}}]})
    assert session.recipe["measured"] is None
    cost = until(session, lambda recipe: recipe["cost_seconds"] is not None)["cost_seconds"]
    assert cost == study.expected_seconds(wb.Recipe([wb.StructuredPruning(ratio=0.25)])) > 0


def test_the_code_runs_the_recipe_in_a_study_that_is_there(study, capsys):
    session = Session(study_name="cards")
    session.do("steps", {"steps": [PRUNE]})
    exec(compile(session.code["recipe"], "code", "exec"), {})
    assert "StructuredPruning 50 %" in capsys.readouterr().out
    session = Session(example="digits", study_name="page-digits")
    assert "wb.fit(" in session.code["recipe"] and "study.run(recipe)" in session.code["recipe"]


def test_what_the_data_lack_is_said_at_the_card_that_needs_it():
    rows = np.random.default_rng(0).normal(size=(3, 40, 8)).astype(np.float32)
    task = wb.tasks.from_arrays("unlabelled", *((x, None) for x in rows), kind="outputs")
    module = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))
    wb.Study.open("unlabelled", task=task, model=module)
    session = Session(study_name="unlabelled")
    session.do("steps", {"steps": [PRUNE, DISTIL]})
    (error,) = until(session, lambda recipe: recipe["errors"])["errors"]
    assert error["step"] == 1 and "needs labels" in error["sentence"] and error["mend"]
    session.do("steps", {"steps": [PRUNE, {**DISTIL, "fields": {"epochs": 3, **error["sets"]}}]})
    assert until(session, lambda recipe: recipe["latency"] is not None)["errors"] == []
    session.do("steps", {"steps": [PRUNE, {"technique": "FineTuning", "on": True, "fields": {}}]})
    (error,) = until(session, lambda recipe: recipe["errors"])["errors"]
    assert error["step"] == 1 and not error["mend"]  # it has no field that does without labels


def test_a_recipe_that_was_run_in_vain_says_why(study):
    session = Session(study_name="cards")
    held = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=1000)]), limit=0.1)
    assert held.status == "failed"
    session.put(held.recipe)
    assert session.recipe["failed"] == {"id": held.id, "sentence": held.reason}
    session.do("steps", {"steps": [PRUNE]})
    assert session.recipe["failed"] is None
