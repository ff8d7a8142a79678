"""What a study tells before anything is run: its layers with what they took, a recipe that is known, how long a run takes."""

import pytest

import workbench as wb
from workbench import jobs
from workbench.events import StepFinished
from workbench.jobs import Job

PRUNED = wb.Recipe([wb.StructuredPruning(ratio=0.5)])
TUNED = wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=2)])


FIRST = {
    "pruned": PRUNED,
    "tuned": TUNED,
    "longer": wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=4)]),
    "larger batches": wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=2, batch_size=1257)]),
    "taught": wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.Distillation(epochs=2, batch_size=64)]),
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("cost") / "home"))
    task = wb.tasks.load("digits")
    study = wb.Study.open("costs", task=task, model=wb.models.create("resnet8", task, seed=0))
    assert study.find(PRUNED) is None
    study.before = {name: (study.expected_seconds(r), study.step_seconds(r)) for name, r in FIRST.items()}
    study.run([PRUNED, TUNED])
    yield study
    jobs.retire()
    patch.undo()


def taken(study, recipe):
    """Seconds of each step of a recipe's run, as its job's log has them; None of those that were read back."""
    job = Job.named(study._records.candidate(study.name, recipe.digest).job)
    return {e.step: None if e.reused else e.seconds for _, e in job.log.read() if isinstance(e, StepFinished)}


def test_a_recipe_is_found_by_its_steps(study):
    assert study.find(wb.Recipe(TUNED.steps)).id == "c2" and study.find(PRUNED).status == "measured"
    assert study.find(wb.Recipe([wb.StructuredPruning(ratio=0.51)])) is None


def test_a_run_costs_what_its_steps_took_and_epochs_count(study):
    first, second = taken(study, PRUNED), taken(study, TUNED)
    assert second["StructuredPruning"] is None  # it was shared
    exports = sorted((first["Export"], second["Export"]))
    measures = sorted((first["Measure"], second["Measure"]))
    known = first["StructuredPruning"] + sum(exports) / 2 + sum(measures) / 2
    assert study.expected_seconds(wb.Recipe([wb.StructuredPruning(ratio=0.4)])) == pytest.approx(known)
    longer = wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=8)])
    more = 8 * second["FineTuning"] / 2 + sum(exports) / 2 + sum(measures) / 2
    assert study.expected_seconds(longer) == pytest.approx(more)
    assert study.expected_seconds(TUNED) == pytest.approx(sum(measures) / 2)


def test_before_the_first_run_the_baseline_tells_what_it_would_cost(study):
    seconds = {name: total for name, (total, _) in study.before.items()}
    measured = seconds["pruned"]
    assert all(total == pytest.approx(sum(steps)) for total, steps in study.before.values())
    assert 0 < measured < seconds["tuned"] < seconds["taught"]
    assert seconds["longer"] - measured == pytest.approx(2 * (seconds["tuned"] - measured))
    assert measured < seconds["larger batches"] < seconds["tuned"]  # one step an epoch instead of twenty
    took = taken(study, TUNED)["FineTuning"]
    expected = study.before["tuned"][1][1]
    assert took / 30 < expected < took * 30  # the right order; benchmarks, not tests, say how good it is


def test_on_another_machine_nothing_is_known_of_a_first_run(study, monkeypatch):
    from workbench import machine
    from workbench.study import times

    elsewhere = machine.versions() | {"onnxruntime": "0.0"}
    monkeypatch.setattr(times.machine, "versions", lambda: elsewhere)
    assert study.expected_seconds(wb.Recipe([wb.WeightPruning()])) is None


def test_layers_have_their_shares_of_time(study):
    layers = study.layers()
    assert [la.name for la in layers][:2] == ["stem", "layers.0.conv1"] and layers[-1].fixed and not layers[0].fixed
    assert sum(la.parameters for la in layers) == study.baseline.measures["parameters"].value
    assert sum(la.macs for la in layers) == study.baseline.measures["macs"].value
    assert (layers[3].outputs, layers[3].inputs, layers[3].kernel) == (32, 16, (3, 3))
    assert all(la.seconds > 0 for la in layers)


def test_a_file_that_was_not_timed_here_has_no_seconds(study):
    from workbench.study.layers import layers

    assert {la.seconds for la in layers(study.structure, "0" * 64)} == {None}


def test_many_epochs_go_by_what_many_took_and_not_by_a_short_beginning(study):
    many, more = (wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=n)]) for n in (12, 24))
    study.run(many)
    took = taken(study, many)["FineTuning"] / 12
    assert study.step_seconds(more)[1] == pytest.approx(24 * took)
