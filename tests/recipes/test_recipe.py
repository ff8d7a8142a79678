"""Recipes: what they are made of, how they are written and read, in which order they make sense."""

import contextlib
import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench.errors import InputError, NotFound
from workbench.knobs import Knob, knob, knobs
from workbench.recipes import Missing
from workbench.techniques import FileTechnique, ModuleTechnique, Plan, techniques
from workbench.techniques.technique import only_known

HALF = wb.StructuredPruning(ratio=0.5)


def values(declared: Knob):
    """Legal values of a declared field."""
    low, high = declared.low, declared.high
    if declared.kind == "choice":
        return st.sampled_from(declared.choices)
    if declared.kind == "whole":
        return st.integers(int(low), int(high))
    if declared.kind == "number":
        return st.floats(low, high, exclude_min="gt" in declared.bounds, exclude_max="lt" in declared.bounds) | st.just(
            int(high)
        )
    names = st.text(min_size=1, max_size=12)
    return {"switch": st.booleans(), "list": st.lists(names, max_size=3).map(tuple)}.get(
        declared.kind, st.dictionaries(names, st.floats(0, 0.95), max_size=3)
    )


@st.composite
def steps(draw):
    kind = draw(st.sampled_from([k for k in techniques().values() if k.__module__.startswith("workbench.")]))
    chosen = draw(st.sets(st.sampled_from([k.name for k in knobs(kind)]) if knobs(kind) else st.nothing()))
    fields = {k.name: draw(values(k)) for k in knobs(kind) if k.name in chosen}
    assume((fields.get("activations"), fields.get("weights")) != ("int8", "uint8"))  # no kernel multiplies these
    return kind(**fields)


@settings(deadline=None, max_examples=150)
@given(st.lists(steps(), max_size=5))
def test_a_recipe_comes_back_as_it_was(made):
    recipe = wb.Recipe(made)
    for again in (
        wb.Recipe.from_yaml(recipe.to_yaml()),
        wb.Recipe.from_json(json.loads(json.dumps(recipe.to_json()))),
        pickle.loads(pickle.dumps(recipe)),
    ):
        assert again == recipe and again.digest == recipe.digest and hash(again) == hash(recipe) and again.steps == recipe.steps


def test_yaml_is_what_a_person_would_write():
    recipe = wb.Recipe([wb.StructuredPruning(ratio=0.3, leave_alone=("fc",)), wb.HalfPrecision()])
    written = recipe.to_yaml()
    assert written.startswith("- StructuredPruning:\n    ratio: 0.3\n") and "    leave_alone:\n    - fc\n" in written
    assert all(f"    {k.name}:" in written for step in recipe for k in knobs(type(step)))
    odd = wb.Recipe([wb.StructuredPruning(leave_alone=("a\x85b", "\u2028", "ä"))])
    assert wb.Recipe.from_yaml(odd.to_yaml()) == odd
    assert wb.Recipe([]).to_yaml() == "[]\n" and wb.Recipe.from_yaml("[]") == wb.Recipe([])
    assert wb.Recipe.from_yaml("- Distillation:\n- WeightClipping: {factor: 2}").steps == (
        wb.Distillation(),
        wb.WeightClipping(factor=2),
    )


def test_the_longest_recipe_and_the_largest_text_are_taken():
    assert len(wb.Recipe([HALF] * 64)) == 64
    with pytest.raises(InputError) as caught:
        wb.Recipe([HALF] * 65)
    assert caught.value.code == "recipe-long"
    text = "- Distillation\n#"
    assert len(wb.Recipe.from_yaml(text.ljust(65_536, "x"))) == 1
    with pytest.raises(InputError) as caught:
        wb.Recipe.from_yaml(text.ljust(65_537, "x"))
    assert caught.value.code == "recipe-shape" and "65537 characters" in str(caught.value)


def test_a_recipe_is_a_frozen_value():
    recipe = wb.Recipe([HALF, wb.StaticQuantization()])
    assert (
        len(recipe) == 2 and list(recipe) == list(recipe.steps) and recipe != "recipe" and "StructuredPruning(" in repr(recipe)
    )
    assert recipe.name == "StructuredPruning 50 % > StaticQuantization"
    assert (
        wb.Recipe([wb.WeightPruning(ratio=0.25), wb.Distillation(epochs=5)]).name
        == "WeightPruning 25 % > Distillation epochs=5"
    )
    assert wb.Recipe([]).name == "no steps" and len(wb.Recipe([])) == 0
    with pytest.raises(AttributeError):
        recipe.steps = ()
    assert len({recipe, wb.Recipe((wb.StructuredPruning(), wb.StaticQuantization())), wb.Recipe([])}) == 2


def test_the_digest_is_over_every_field_and_the_version(monkeypatch):
    recipe = wb.Recipe([HALF])
    assert recipe.digest == wb.Recipe([wb.StructuredPruning()]).digest  # 0.5 is the default
    changed = [wb.StructuredPruning(round_to=2), wb.StructuredPruning(scope="global"), wb.StructuredPruning(layers={"a": 0.5})]
    assert len({recipe.digest, *(wb.Recipe([c]).digest for c in changed)}) == 4
    assert wb.Recipe([HALF, HALF]).digest != recipe.digest
    before = recipe.digest
    monkeypatch.setattr(wb.StructuredPruning, "version", 99)
    assert wb.Recipe([HALF]).digest != before


def test_the_digest_is_the_same_in_every_process():
    code = (
        "import workbench as wb; print(wb.Recipe([wb.StructuredPruning(layers={'b': .1, 'a': .2}), wb.HalfPrecision()]).digest)"
    )
    told = {subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)}
    assert told == {wb.Recipe([wb.StructuredPruning(layers={"a": 0.2, "b": 0.1}), wb.HalfPrecision()]).digest + "\n"}


@pytest.mark.parametrize(
    "steps, code",
    [
        ([wb.StructuredPruning], "step-is-a-class"),
        (["StructuredPruning"], "step-is-none"),
        ([None], "step-is-none"),
        ("StructuredPruning", "step-is-none"),
        (7, "step-is-none"),
        ([HALF] * 65, "recipe-long"),
    ],
)
def test_what_is_no_technique_is_refused(steps, code):
    with pytest.raises(InputError) as error:
        wb.Recipe(steps)
    assert error.value.code == code and 15 < len(str(error.value)) < 300


def test_one_technique_alone_is_a_recipe_of_one():
    assert wb.Recipe(HALF) == wb.Recipe([HALF])


BOMB = "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "recipe-shape"),
        ("StructuredPruning", "recipe-shape"),
        ("StructuredPruning:\n  ratio: 0.5", "recipe-shape"),
        ("- StructuredPruning:\n    ratio: 0.5\n    ratio: 0.6", "recipe-shape"),
        ("- {StructuredPruning: , WeightClipping: }", "recipe-shape"),
        ("- 7", "recipe-shape"),
        ("- StructuredPruning: 0.5", "recipe-shape"),
        ("- StructuredPruning: {1: 2}", "recipe-shape"),
        ("- 1: {ratio: 0.5}", "recipe-shape"),
        (BOMB, "recipe-shape"),
        ("- &a StructuredPruning\n- *a", "recipe-shape"),
        ("- !!python/object/apply:os.system [ls]", "recipe-shape"),
        ("- !!str StructuredPruning", "recipe-shape"),
        ("[" * 30_000, "recipe-shape"),
        ("- a\n" * 20_000, "recipe-shape"),
        ("- StructuredPruning: {ratio: " + "9" * 5000 + "}", "recipe-shape"),
        ("- StructuredPruning: [", "recipe-shape"),
        ("---\n- WeightClipping\n---\n- WeightClipping", "recipe-shape"),
        ("- \0", "recipe-shape"),
        ("- ? [a, b]\n  : c", "recipe-shape"),
        ("- StructuredPruning: {ratio: half}", "knob-value"),
        ("- StructuredPruning: {ratio: '0.5'}", "knob-value"),
        ("- StructuredPruning: {ratio: true}", "knob-value"),
        ("- StructuredPruning: {ratio: .nan}", "knob-value"),
        ("- StructuredPruning: {ratio: .inf}", "knob-value"),
        ("- StructuredPruning: {ratio: 2020-01-01}", "knob-value"),
        ("- StructuredPruning: {leave_alone: fc}", "knob-value"),
        ("- StructuredPruning: {layers: {a: 2}}", "knob-entry"),
        ("- StructuredPruning: {layers: {a: true}}", "knob-entry"),
        ("- StructuredPruning: {ratios: 0.5}", "knob-unknown"),
    ],
)
def test_hostile_and_mistaken_texts_are_refused(text, code):
    with pytest.raises(InputError) as error:
        wb.Recipe.from_yaml(text)
    assert error.value.code == code and len(str(error.value)) < 400


def test_a_slip_in_the_text_is_found_by_its_line():
    with pytest.raises(InputError) as error:
        wb.Recipe.from_yaml("- WeightClipping\n- StructuredPruning:\n    ratio: [0.5\n- FineTuning: {")
    assert "line 4" in str(error.value) and "expected" in str(error.value)


def test_every_field_is_written_as_its_default_may_change():
    written = yaml.safe_load(wb.Recipe([HALF]).to_yaml())
    assert written == [{"StructuredPruning": HALF.to_json()}] and len(HALF.to_json()) > 1


@pytest.mark.parametrize("text", [None, b"- WeightClipping", 7, ["WeightClipping"]])
def test_only_a_text_is_read(text):
    with pytest.raises(InputError) as error:
        wb.Recipe.from_yaml(text)
    assert error.value.code == "recipe-shape"


@settings(deadline=None)
@given(st.text(alphabet="-:{}[]&*!#|> \n'\"abc01.~?,%@`", max_size=60))
def test_any_text_is_a_recipe_or_refused(text):
    with contextlib.suppress(InputError):
        wb.Recipe.from_yaml(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    )
)
def test_any_value_is_a_recipe_or_refused(value):
    for read in (lambda: wb.Recipe.from_yaml(yaml.safe_dump(value)), lambda: wb.Recipe.from_json(value)):
        with contextlib.suppress(InputError):
            assert isinstance(read(), wb.Recipe)


def test_the_nearest_name_is_offered():
    with pytest.raises(NotFound) as error:
        wb.Recipe.from_yaml("- StructuredPrunning")
    assert error.value.fields == {"name": "StructuredPrunning", "nearest": "StructuredPruning"} and "StructuredPruning" in str(
        error.value
    )
    with pytest.raises(NotFound):
        wb.Recipe.from_yaml("- Missing")


def test_a_step_that_is_not_known_here_keeps_what_it_is():
    with only_known():

        class Foreign(ModuleTechnique):
            order = "weights"
            strength: float = knob(0.5, ge=0, le=1)

            def plan(self, x, context):
                return Plan(())

            def apply(self, x, plan, context):
                return x, None

        recipe = wb.Recipe([HALF, Foreign(strength=0.25)])
        assert wb.Recipe.from_json(recipe.to_json()) == recipe
    data = json.loads(json.dumps(recipe.to_json()))
    with pytest.raises(NotFound):
        wb.Recipe.from_json(data)
    again = wb.Recipe.from_json(data, missing_ok=True)
    assert again.digest == recipe.digest and again == recipe and again.to_json() == data
    assert isinstance(again.steps[1], Missing) and again.name == "StructuredPruning 50 % > Foreign" and again.steps[0] == HALF
    for refused in (again.check, again.to_yaml):
        with pytest.raises(InputError) as error:
            refused()
        assert error.value.code == "step-missing" and error.value.fields == {"name": "Foreign"}


def test_a_step_of_another_version_is_not_taken_for_this_one(monkeypatch):
    recipe = wb.Recipe([HALF])
    data = recipe.to_json()
    monkeypatch.setattr(wb.StructuredPruning, "version", 2)
    with pytest.raises(InputError) as error:
        wb.Recipe.from_json(data)
    assert error.value.code == "step-version" and error.value.fields == {"name": "StructuredPruning", "written": 1, "here": 2}
    assert wb.Recipe.from_json(data, missing_ok=True).to_json() == data


@pytest.mark.parametrize("data", [None, {}, "x", [1], [{}], [{"technique": 3}], [{"technique": "WeightClipping"}]])
def test_what_is_no_recipe_in_json_is_refused(data):
    with pytest.raises(InputError):
        wb.Recipe.from_json(data)


@dataclass
class TaskLike:
    kind: str
    name: str = "mine"


@dataclass
class ModelLike:
    kind: str
    name: str = "net"


A, W, R, N = wb.StructuredPruning(), wb.WeightPruning(), wb.FineTuning(), wb.StaticQuantization()


@pytest.mark.parametrize(
    "steps", [[], [A], [A, R, N], [A, W, R, N], [A, R, A, R, W, N], [W, R, A, N], [R, N], [W, wb.WeightClipping(), N]]
)
def test_orders_that_make_sense(steps):
    wb.Recipe(steps).check(ModelLike("module"), TaskLike("classification"))


@pytest.mark.parametrize(
    "steps, code",
    [
        ([N, A], "numerics-first"),
        ([N, R], "numerics-first"),
        ([A, N, W], "numerics-first"),
        ([N, wb.HalfPrecision()], "numerics-twice"),
        ([N, N], "numerics-twice"),
        ([wb.DynamicQuantization(), N], "numerics-twice"),
        ([W, A], "weights-first"),
        ([A, W, A], "weights-first"),
    ],
)
def test_orders_that_make_none_name_both(steps, code):
    with pytest.raises(InputError) as error:
        wb.Recipe(steps).check()
    first, then = error.value.fields["first"], error.value.fields["then"]
    names = [type(s).__name__ for s in steps]
    assert error.value.code == code and (first, then) in pairwise(names)
    assert first in str(error.value) and then in str(error.value)


def test_what_a_step_needs_is_asked_before_it_runs():
    bare = TaskLike("outputs")
    for step in (R, wb.Distillation()):
        with pytest.raises(InputError) as error:
            wb.Recipe([A, step]).check(None, bare)
        assert error.value.code == "step-needs-labels" and error.value.fields == {"step": type(step).__name__, "task": "mine"}
        wb.Recipe([A, step]).check(None, TaskLike("regression"))
    wb.Recipe([A, wb.Distillation(alpha=0.0), N]).check(None, bare)
    with pytest.raises(InputError) as error:
        wb.Recipe([A, N]).check(ModelLike("graph"), bare)
    assert error.value.code == "needs-module" and error.value.fields == {"step": "StructuredPruning", "model": "net"}
    wb.Recipe([N]).check(ModelLike("graph"), bare)


def test_reading_recipes_imports_no_torch():
    code = (
        "import sys, workbench as wb; r = wb.Recipe.from_yaml('- StructuredPruning\\n- StaticQuantization'); r.check();"
        "r.to_yaml(); print([m for m in ('torch', 'onnx', 'onnxruntime', 'torch_pruning') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_file_technique_of_ones_own_is_found_by_its_name():
    with only_known():

        class Packing(FileTechnique):
            level: int = knob(3, ge=1, le=9)

            def plan(self, x, context):
                return Plan(())

            def apply(self, x, plan, context):
                return x, None

        assert wb.Recipe.from_yaml("- Packing: {level: 4}").steps == (Packing(level=4),)
