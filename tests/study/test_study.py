"""A study from opening to reopening: real workers, real files, counted again with the plain runtime."""

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
import study_nets as nets
import torch

import workbench as wb
from workbench import jobs
from workbench.errors import Conflict, InputError, NotFound
from workbench.events import StepFinished
from workbench.files import digest_file

HERE = str(Path(__file__).parent)
Shift = nets.Shift


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """One home for the whole file: what one test has finished, the next one finds."""
    patch, folder = pytest.MonkeyPatch(), tmp_path_factory.mktemp("study")
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    patch.setenv("PYTHONPATH", HERE)
    yield folder
    jobs.retire()
    patch.undo()


@pytest.fixture(scope="module")
def task():
    return wb.tasks.load("digits")


@pytest.fixture(scope="module")
def model(place, task):
    return wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=5, seed=0)


@pytest.fixture(scope="module")
def study(place, task, model):
    return wb.Study.open("shared", task=task, model=model)


def finished(study, recipe, **words):
    """The candidate, and which of its steps were read back."""
    seen = []
    candidate = study.run(recipe, on_event=seen.append, **words)
    return candidate, {e.step: e.reused for e in seen if isinstance(e, StepFinished)}


def answers(path, inputs):
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return np.concatenate([session.run(None, {name: inputs[i : i + 64]})[0] for i in range(0, len(inputs), 64)])


def test_the_baseline_is_the_model_exported_and_measured(study, task, model):
    b = study.baseline
    hits = answers(b.file, task.validation.inputs).argmax(1) == task.validation.targets
    module = model.build()
    with torch.no_grad():
        truth = module(torch.from_numpy(task.validation.inputs)).numpy()
    assert b.id == "baseline" and b.status == "measured" and b not in study.candidates
    assert np.abs(answers(b.file, task.validation.inputs) - truth).max() < 1e-3 * np.abs(truth).max()
    assert b.measures["accuracy"].value == hits.mean() > 0.9 and b.measures["accuracy"].n == len(task.validation)
    assert b.measures["size_bytes"].value == b.file.stat().st_size
    assert b.measures["parameters"].value == sum(p.numel() for p in module.parameters())
    assert b.measures["accuracy"].file_digest == digest_file(b.file)
    assert b.measures["speedup_b1"].value == 1 and b.measures["latency_b1_ms"].value > 0
    assert b.measures["agreement"].value == 1


def test_a_recipe_gives_a_candidate_with_every_measure(study, task):
    c, steps = finished(study, wb.Recipe([Shift(amount=0.5)]))
    assert c.status == "measured", c.reason
    assert steps == {"Shift": False, "Export": False, "Measure": False}
    given = answers(c.file, task.validation.inputs)
    assert c.measures["accuracy"].value == (given.argmax(1) == task.validation.targets).mean()
    base = answers(study.baseline.file, task.validation.inputs)
    assert c.measures["agreement"].value == (given.argmax(1) == base.argmax(1)).mean() < 1
    wanted = (
        "accuracy size_bytes packed_bytes parameters nonzero_share macs latency_b1_ms latency_b64_ms speedup_b1 speedup_b64"
    )
    assert set(wanted.split()) <= set(c.measures)
    speedup = c.measures["speedup_b1"]
    assert 0 < speedup.low < speedup.value < speedup.high and speedup.details["threads"] == 1 and speedup.machine
    assert c.measures["speedup_b64"].details["batch"] == 64
    assert [r.step for r in c.reports] == ["Shift", "Export"] and len(c.reports[0].lines) == 3 and "Shift" in c.report
    assert c.lineage["recipe_digest"] == c.recipe.digest and c.lineage["versions"]["torch"]


def test_an_equal_recipe_is_the_candidate_that_is_there(study):
    recipe = wb.Recipe([Shift(amount=0.5)])
    one, _ = finished(study, recipe)
    two, steps = finished(study, wb.Recipe.from_yaml(recipe.to_yaml()))
    assert one.id == two.id and steps == {} and [c.recipe.digest for c in study.candidates].count(recipe.digest) == 1


def test_a_common_beginning_is_computed_once(study):
    recipe = wb.Recipe([Shift(amount=0.5), wb.WeightClipping()])
    candidate, steps = finished(study, recipe)
    assert candidate.status == "measured", candidate.reason
    assert steps == {"Shift": True, "WeightClipping": False, "Export": False, "Measure": False}


def test_the_empty_recipe_is_the_baselines_own_file(study):
    c = study.run(wb.Recipe([]))
    assert c.file.read_bytes() == study.baseline.file.read_bytes() and c.id != "baseline"
    assert c.measures["speedup_b1"].low < 1.1 and c.measures["speedup_b1"].high > 0.9


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("aborts", {}),
        ("raises", {}),
        ("spoils", {}),
        ("eats", {"memory": "1500000000"}),
        ("loops", {"limit": 1.0}),
    ],
)
def test_what_fails_is_a_failed_candidate_and_the_study_lives_on(study, monkeypatch, mood, words):
    if "memory" in words:
        monkeypatch.setenv("WORKBENCH_MEMORY_BYTES", words.pop("memory"))
    c = study.run(wb.Recipe([Shift(mood=mood)]), **words)
    assert c.status == "failed" and len(c.reason) > 15 and c.file is None and c.measures == {}
    said = {"aborts": "SIGABRT", "raises": "bad mood", "spoils": "NaN", "eats": "1.5 GB", "loops": "time limit"}
    assert said[mood] in c.reason
    with pytest.raises(InputError) as caught:
        c.publish("never")
    assert caught.value.code == "not-measured"
    assert study.run(wb.Recipe([Shift(amount=0.5)])).status == "measured"


def test_a_failed_candidate_is_tried_again_in_its_place(study, monkeypatch, tmp_path):
    recipe = wb.Recipe([Shift(mood="eats", amount=0.1)])
    monkeypatch.setenv("WORKBENCH_MEMORY_BYTES", "900000000")
    first, count = study.run(recipe), len(study.candidates)
    again = study.run(recipe)
    assert first.status == again.status == "failed" and first.id == again.id and len(study.candidates) == count


def test_cancel_keeps_the_study_and_says_so(study):
    run = study.submit(wb.Recipe([Shift(mood="waits")]))
    assert run.candidate.status == "running"
    run.cancel()
    c = run.wait()
    assert c.status == "cancelled" and "Cancelled" in c.reason


def test_what_was_called_off_can_be_run_again_at_once(study):
    recipe = wb.Recipe([Shift(mood="waits", amount=0.2)])
    first = study.submit(recipe)
    first.cancel()
    again = study.submit(recipe)
    assert again.job.id != first.job.id and again.candidate.id == first.candidate.id
    again.cancel()
    assert again.wait().status == "cancelled"


def test_two_callers_of_one_recipe_get_one_run(study):
    recipe, found = wb.Recipe([Shift(amount=-0.5)]), []
    threads = [threading.Thread(target=lambda: found.append(wb.Study.open("shared").run(recipe))) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [c.status for c in found] == ["measured"] * 3 and len({c.id for c in found}) == 1


def test_what_cannot_be_timed_is_refused_before_anything_is_done(study, monkeypatch):
    monkeypatch.setenv("WORKBENCH_TIMING_PROCESSES", "many")
    before = len(study.candidates)
    with pytest.raises(InputError) as refused:
        study.run(wb.Recipe([wb.StructuredPruning(ratio=0.123)]))
    assert refused.value.code == "timing-processes" and len(study.candidates) == before


def test_a_study_opens_as_it_was_in_another_process(study):
    code = """
        import workbench as wb
        s = wb.Study.open("shared")
        for c in s.candidates: print(c.id, c.status, c.recipe.digest, c.file, sep="|")
        print(s.baseline.measures["accuracy"].value, s.metric, len(s.task.train), sep="|")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    *rows, last = done.stdout.splitlines()
    assert rows == [f"{c.id}|{c.status}|{c.recipe.digest}|{c.file}" for c in study.candidates], done.stderr
    assert last == f"{study.baseline.measures['accuracy'].value}|accuracy|{len(study.task.train)}"


def test_a_study_is_not_continued_with_something_else(study, task, model):
    assert wb.Study.open("shared", task=task, model=model).name == "shared"
    with pytest.raises(Conflict) as caught:
        wb.Study.open("shared", task=task, model=wb.models.create("mlp", task, seed=1))
    assert (caught.value.code, str(caught.value.fields["what"])) == ("study-differs", "model")
    with pytest.raises(Conflict) as caught:
        wb.Study.open("shared", task=wb.tasks.load("digits-tokens"), model=model)
    assert str(caught.value.fields["what"]) == "data set"


def test_names_that_nobody_has_are_refused(study, task):
    with pytest.raises(NotFound) as caught:
        wb.Study.open("shareed")
    assert caught.value.code == "no-study" and "shared" in str(caught.value)
    with pytest.raises(InputError) as caught:
        wb.Study.open("new one", task=task)
    assert caught.value.code == "study-needs"
    for name in ("", "../up", "a/b", "x" * 81, ".hidden"):
        with pytest.raises(InputError):
            wb.Study.open(name)
    with pytest.raises(NotFound) as caught:
        study.candidate("c99")
    assert "baseline" in str(caught.value)


def test_a_damaged_step_is_found_and_done_anew(study):
    recipe = wb.Recipe([Shift(amount=0.25)])
    c = study.run(recipe)
    before, raw = digest_file(c.file), bytearray(c.file.read_bytes())
    raw[len(raw) // 2] ^= 1
    os.chmod(c.file, 0o644)
    c.file.write_bytes(raw)
    again, steps = finished(study, recipe)
    assert again.id == c.id and digest_file(again.file) == before and steps["Measure"] is False and steps["Shift"] is True


def test_a_damaged_baseline_is_made_again(place, task, model):
    study = wb.Study.open("hurt", task=task, model=model)
    before = digest_file(study.baseline.file)
    for opens in (True, False):
        os.chmod(study.baseline.file, 0o644)
        study.baseline.file.write_bytes(b"not a graph")
        if opens:
            study = wb.Study.open("hurt", task=task, model=model)
        c = study.run(wb.Recipe([Shift(amount=0.9 if opens else 0.8)]))
        assert c.status == "measured", c.reason
        assert digest_file(study.baseline.file) == before


def test_two_first_openings_with_different_models_leave_one_whole_study(place, task):
    code = """
        import sys, workbench as wb
        task = wb.tasks.load("digits")
        try: wb.Study.open("race", task=task, model=wb.models.create("mlp", task, seed=int(sys.argv[1])))
        except wb.errors.Conflict as error: print(error.code)
    """
    both = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), s], stdout=subprocess.PIPE, text=True) for s in "12"]
    said = sorted(p.communicate()[0].strip() for p in both)
    study = wb.Study.open("race")
    assert said == ["", "study-differs"]
    module = study.model.build()
    with torch.no_grad():
        truth = module(torch.from_numpy(task.validation.inputs)).numpy()
    assert np.abs(answers(study.baseline.file, task.validation.inputs) - truth).max() < 1e-3 * np.abs(truth).max()


def test_a_technique_of_wrong_form_is_named(study):
    c = study.run(wb.Recipe([Shift(mood="odd")]))
    assert c.status == "failed" and "Shift gave int" in c.reason


def test_what_a_plug_in_does_to_its_process_ends_with_it(study):
    assert study.run(wb.Recipe([Shift(mood="poisons")])).status in ("failed", "measured")
    c = study.run(wb.Recipe([wb.WeightClipping(factor=0.9)]))
    assert c.status == "measured", c.reason


def test_what_a_plug_in_does_to_the_runtime_of_its_process_is_found_from_disk(study):
    c = study.run(wb.Recipe([Shift(mood="meddles")]))
    assert c.status == "failed" and c.reason.startswith("Opened from disk in a fresh process, model.onnx answers otherwise")
    assert "The first operator that differs is" in c.reason


def test_a_seed_of_another_study_is_refused(study, task, model):
    with pytest.raises(Conflict) as caught:
        wb.Study.open("shared", task=task, model=model, seed=7)
    assert "seed" in str(caught.value.fields["what"])


def test_a_baseline_that_cannot_be_is_refused_and_leaves_no_study(place, task):
    broken = wb.models.create("mlp", task, seed=0).build()
    next(broken.parameters()).data[0] = float("nan")
    with pytest.raises(InputError) as caught:
        wb.Study.open("broken", task=task, model=broken)
    assert caught.value.code == "nan-weights" and "NaN" in str(caught.value)
    small = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3))
    with pytest.raises(InputError) as caught:
        wb.Study.open("broken", task=task, model=small)
    assert caught.value.code == "output-misfit" and "broken" not in wb.studies()


def test_looks_at_the_test_split_are_counted_once_a_file(study, task):
    before = study.looks
    found = study.examine(study.baseline)
    again = study.examine(study.baseline)
    hits = answers(study.baseline.file, task.test.inputs).argmax(1) == task.test.targets
    assert found == again and found["accuracy"].value == hits.mean() and found["accuracy"].split == "test"
    assert (before, study.looks) == (0, 1)


def test_two_inputs_one_of_them_integers(place, task):
    tokens = wb.tasks.load("digits-tokens")
    both = lambda s, t: ({"picture": s.inputs, "word": t.inputs}, s.targets)  # noqa: E731
    pairs = {n: both(getattr(task, n), getattr(tokens, n)) for n in ("train", "validation", "test")}
    two = wb.tasks.from_arrays("two", **pairs)
    model = wb.fit(nets.TwoInputs(), two, epochs=10, seed=0)
    study = wb.Study.open("two", task=two, model=model)
    c = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5)]))
    session = ort.InferenceSession(str(c.file), providers=["CPUExecutionProvider"])
    assert {i.name: i.type for i in session.get_inputs()} == {"picture": "tensor(float)", "word": "tensor(int64)"}
    given = session.run(None, two.validation.inputs)[0]
    assert c.measures["accuracy"].value == (given.argmax(1) == two.validation.targets).mean()
    assert study.baseline.measures["accuracy"].value > 0.7
    assert c.measures["parameters"].value < study.baseline.measures["parameters"].value


def test_shared_weights_stay_shared(place, task):
    study = wb.Study.open("tied", task=task, model=wb.models.load("study_nets:factory", task=task))
    c = study.run(wb.Recipe([wb.WeightClipping(factor=0.2)]))
    module = nets.Tied()
    unique = sum(p.numel() for p in module.parameters())
    assert study.baseline.measures["parameters"].value == unique == c.measures["parameters"].value, c.reason
