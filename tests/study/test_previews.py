"""Previews: an estimate at once, then the very file that a run would give, measured; nothing is kept unless it is asked for."""

import copy

import numpy as np
import onnxruntime as ort
import pytest
import torch
from onnx import numpy_helper

import workbench as wb
from workbench import jobs
from workbench.errors import InputError
from workbench.files import digest_file, home
from workbench.graphs import GraphFile
from workbench.records import Estimate, Report
from workbench.study.estimate import estimate, structure
from workbench.techniques import FileTechnique, ModuleTechnique, Plan

HALF = wb.Recipe([wb.StructuredPruning(ratio=0.5)])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("previews") / "home"))
    task = wb.tasks.load("digits")
    yield wb.fit(wb.models.create("cnn", task, seed=0), task, epochs=2, seed=0)
    jobs.retire()
    patch.undo()


@pytest.fixture(scope="module")
def study(model):
    return wb.Study.open("previewed", task=wb.tasks.load("digits"), model=model)


def shown(study, recipe):
    first, *rest = wb.preview(study, recipe)
    assert isinstance(first, Estimate)
    return first, [event.candidate for event in rest]


def test_the_file_comes_first_and_its_accuracy_after(study):
    _, (file, last) = shown(study, HALF)
    assert file.file == last.file and "accuracy" not in file.measures and {"size_bytes", "parameters"} <= set(file.measures)
    x, y = study.task.validation.inputs, study.task.validation.targets
    session = ort.InferenceSession(str(last.file), providers=["CPUExecutionProvider"])
    given = np.concatenate([session.run(None, {"input": x[i : i + 64]})[0] for i in range(0, len(x), 64)])
    assert last.measures["accuracy"].value == (given.argmax(1) == y).mean()
    assert last.measures["size_bytes"].value == last.file.stat().st_size and study.candidates == []


def test_a_preview_is_the_very_file_of_a_run(study):
    for recipe in (HALF, wb.Recipe([wb.StructuredPruning(ratio=0.3, criterion="random"), wb.StaticQuantization()])):
        _, (*_, last) = shown(study, recipe)
        kept = study.keep(last)
        assert kept.status == "measured" and digest_file(kept.file) == digest_file(last.file)


def test_a_preview_tells_what_its_file_was_held_against(study):
    module, x = study.model.build().eval(), study.task.validation.inputs[:64]
    _, both = shown(study, wb.Recipe([]))
    first = both[0].parity
    with torch.inference_mode():
        truth = module(torch.from_numpy(x)).numpy()
    given = ort.InferenceSession(str(both[0].file)).run(None, {"input": x})[0]
    assert first["truth"] == "PyTorch" and first["n"] == 64 and both[1].parity == first
    assert 0 < first["difference"] < 1e-5 and abs(given - truth).max() / abs(truth).max() < 1e-5
    for recipe in (wb.Recipe([wb.StaticQuantization()]), wb.Recipe([wb.StructuredPruning(ratio=0.3), wb.HalfPrecision()])):
        _, both = shown(study, recipe)
        _, (again,) = shown(study, recipe)
        assert both[0].parity["n"] == 16 and both[0].parity["difference"] <= both[0].parity["limit"] == 0.05
        assert both[0].parity["truth"] != first["truth"] and both[0].parity == both[1].parity == again.parity


class Spoiled(FileTechnique):
    """Answers that are no numbers."""

    def plan(self, x, context):
        return Plan(())

    def apply(self, x, plan, context):
        model = x.load()
        for weight in model.graph.initializer:
            if weight.data_type == 1:
                weight.CopyFrom(numpy_helper.from_array(np.nan * numpy_helper.to_array(weight), weight.name))
        return GraphFile.save(model, context.scratch / "spoiled.onnx"), Report("Spoiled")


def test_a_preview_whose_file_does_not_answer_is_a_failed_one(study):
    _, (last,) = shown(study, wb.Recipe([Spoiled()]))
    assert last.status == "failed" and last.file is None and last.reason.startswith("Parity") and not last.parity


def test_a_study_is_previewed_on_its_own_task_and_with_its_own_seed(study, model):
    shown(study, HALF)
    rng = np.random.default_rng(0)
    rows = {n: (rng.random((40, 1, 8, 8), np.float32) * 5, np.arange(40) % 10) for n in ("train", "validation", "test")}
    other = wb.Study.open("other", task=wb.tasks.from_arrays("noise", **rows), model=model)
    recipe = wb.Recipe([wb.StructuredPruning(ratio=0.3, criterion="random"), wb.StaticQuantization()])
    _, (*_, last) = shown(other, recipe)
    kept = other.keep(last)
    assert kept.measures["accuracy"].value == last.measures["accuracy"].value < 0.5
    assert last.measures["accuracy"].n == 40 and digest_file(kept.file) == digest_file(last.file)
    seeded = wb.Study.open("seeded", task=other.task, model=model, seed=9)
    _, (*_, again) = shown(seeded, recipe)
    assert digest_file(seeded.keep(again).file) == digest_file(again.file) != digest_file(last.file)


PLUG_IN = """
class Scale(ModuleTechnique):
    order = "weights"

    def plan(self, x, context):
        return Plan(())

    def apply(self, x, plan, context):
        new = copy.deepcopy(x)
        with torch.no_grad():
            for weight in new.parameters():
                weight.mul_({factor})
        return new, Report("Scale")
"""


def plug_in(factor):
    """A technique as a notebook's cell defines it."""
    names = {"ModuleTechnique": ModuleTechnique, "Plan": Plan, "Report": Report, "copy": copy, "torch": torch}
    exec(PLUG_IN.format(factor=factor), cell := names | {"__name__": "__main__"})
    return cell["Scale"]


def test_a_technique_whose_code_changed_is_previewed_anew(study):
    files = []
    for factor in (0.5, 0.0, 0.5):
        _, (*_, last) = shown(study, wb.Recipe([plug_in(factor)()]))
        assert last.measures["nonzero_share"].value == (factor > 0)
        files.append(digest_file(last.file))
    assert files[0] == files[2] != files[1]


def test_an_estimate_of_latency_learns_from_the_files_that_were_timed(study):
    found = next(wb.preview(study, wb.Recipe([wb.StructuredPruning(ratio=0.4)]))).latency_b1_ms
    timed = [
        c for c in (study.baseline, *study.candidates) if not any(isinstance(s, wb.StaticQuantization) for s in c.recipe.steps)
    ]
    assert 0 < found.low < found.value < found.high and found.points == len(timed) >= 1
    integer = next(wb.preview(study, wb.Recipe([wb.StaticQuantization(bits=7)]))).latency_b1_ms
    assert integer.low < integer.value < integer.high and integer.points == len(study.candidates) + 1 - len(timed)


def test_previews_leave_the_model_as_it_is(study):
    empty = wb.Recipe([])
    before = digest_file(shown(study, empty)[1][-1].file)
    shown(study, wb.Recipe([wb.WeightPruning(ratio=0.9)]))
    shown(study, wb.Recipe([wb.WeightClipping(factor=0.1)]))
    study.close()
    assert digest_file(shown(study, empty)[1][-1].file) == before == digest_file(study.baseline.file)


def test_files_stay_until_the_study_is_closed(study):
    files = [shown(study, wb.Recipe([wb.StructuredPruning(ratio=r)]))[1][-1].file for r in (0.2, 0.6)]
    assert len({digest_file(f) for f in files}) == 2
    study.close()
    assert not any(f.exists() for f in files) and study.baseline.file.exists()


def test_a_preview_that_is_closed_is_called_off(study):
    before = {folder.name for folder in (home() / "jobs").iterdir()}
    events = wb.preview(study, wb.Recipe([wb.StructuredPruning(ratio=0.45)]))
    next(events), next(events)
    events.close()
    (mine,) = {folder.name for folder in (home() / "jobs").iterdir()} - before
    assert (home() / "jobs" / mine / "cancel").exists()
    assert [event.candidate.status for event in wb.preview(study, HALF) if not isinstance(event, Estimate)][-1] == "measured"


def test_what_trains_has_to_be_run(study):
    events = wb.preview(study, wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=1)]))
    assert isinstance(next(events), Estimate)
    with pytest.raises(InputError) as caught:
        next(events)
    assert caught.value.code == "preview-trains" and "FineTuning" in str(caught.value)


def test_the_estimate_is_near_what_is_measured(study):
    told, (*_, last) = shown(study, HALF)
    assert told.parameters == pytest.approx(last.measures["parameters"].value, rel=0.15)
    assert told.size_bytes == pytest.approx(last.measures["size_bytes"].value, rel=0.15)
    assert told.macs == pytest.approx(last.measures["macs"].value, rel=0.15)


def test_the_estimate_of_nothing_is_the_baseline(study):
    from workbench.graphs import GraphFile

    of = structure(GraphFile(study.baseline.file))
    nothing = estimate(wb.Recipe([]), of)
    assert nothing.size_bytes == study.baseline.measures["size_bytes"].value
    assert nothing.parameters == study.baseline.measures["parameters"].value
    assert nothing.macs == study.baseline.measures["macs"].value
    half = estimate(wb.Recipe([wb.HalfPrecision()]), of)
    assert half.size_bytes == nothing.size_bytes - 2 * nothing.parameters and half.macs == nothing.macs
