"""What people get wrong the first time: each mistake is one sentence with its remedy, before anything runs."""

import pytest
from torch import nn

import workbench as wb
from workbench import words
from workbench.errors import InputError, NotFound


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))


def refused(call, *args, **fields):
    with pytest.raises(InputError) as caught:
        call(*args, **fields)
    return caught.value


class Untouched(wb.Study):
    """A study that is never asked anything: what is refused is refused before."""

    def __init__(self):
        pass


@pytest.mark.parametrize("given", [wb.StaticQuantization(), [wb.StaticQuantization()], "prune", [[wb.StaticQuantization()]], 7])
def test_a_technique_is_no_recipe(given):
    error = refused(Untouched().run, given)
    assert error.code == "not-a-recipe" and "wb.Recipe([" in str(error)
    assert refused(Untouched().submit, given).code == "not-a-recipe"


def test_a_name_is_no_task():
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    for call in (lambda: wb.Study.open("x", task="digits", model=module), lambda: wb.fit(module, "digits", epochs=1)):
        error = refused(call)
        assert error.code == "not-a-task" and "wb.tasks.load('digits')" in str(error)
    assert "wb.tasks.load('fashion-mnist')" in str(refused(wb.fit, module, "fashion-mnist"))
    assert "wb.tasks.load('digits')" in str(refused(wb.fit, module, module))


def test_a_field_without_its_name():
    error = refused(wb.StructuredPruning, 0.5)
    assert str(error) == "StructuredPruning takes its fields by name: StructuredPruning(ratio=0.5)."
    assert "HalfPrecision has no fields" in str(refused(wb.HalfPrecision, 0.5))
    assert error.code == "knob-position"


def test_fit_names_itself_and_offers_what_was_meant():
    module, task = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), wb.tasks.load("digits")
    error = refused(wb.fit, module, task, lr=1)
    assert (error.fields["owner"], error.fields["nearest"]) == ("fit", "learning_rate")
    assert refused(wb.fit, module, task, batch=64).fields["nearest"] == "batch_size"
    assert str(refused(wb.fit, module, task, epochs=0)).startswith("fit: epochs must be")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        *(("acc", "accuracy"), ("lr", "learning_rate"), ("size", "size_bytes"), ("bytes", "size_bytes")),
        *(("accurracy", "accuracy"), ("RATE", "learning_rate"), ("accuracy", "accuracy")),
    ],
)
def test_the_option_that_is_meant_goes_before_one_that_looks_alike(asked, meant):
    assert words.nearest(asked, ["macs", "accuracy", "size_bytes", "learning_rate", "accuracy_top5"]) == meant


def test_a_measure_is_offered():
    measures = {"size_bytes": wb.Measurement("size_bytes", 1, 1, 1, "B", False, 1)}
    measures["accuracy"] = wb.Measurement("accuracy", 0.5, 0.4, 0.6, "", True, 10)

    class Candidate:
        id, name, recipe, status, reason = "baseline", "baseline", None, "measured", None

    candidate = Candidate()
    candidate.measures = measures
    with pytest.raises(NotFound) as caught:
        wb.Frontier([], candidate, ("size_bytes", "acc"))
    assert caught.value.fields["nearest"] == "accuracy"
