"""The panel Compare over a real study: its figures are the library's, and the samples are those whose answer changed."""

import subprocess
import sys
import time

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from workbench_widgets import Session
from workbench_widgets.comparing import KEPT, confusion

import workbench as wb
from workbench import jobs
from workbench.plots.verdict import sentence


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("compare") / "home"))
    task = wb.tasks.load("digits")
    made = wb.Study.open("s", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=2, seed=0))
    pruned, stored = wb.Recipe([wb.StructuredPruning(ratio=0.8)]), wb.DynamicQuantization()
    made.run([pruned, wb.Recipe([wb.StructuredPruning(ratio=0.3), stored])])
    yield made
    jobs.retire()
    patch.undo()


def compared(study, *chosen):
    """A session with these in hand, when everything is compared."""
    session = Session(study_name=study.name, chosen=list(chosen))
    deadline = time.monotonic() + 60
    while session.compare["busy"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not session.compare["busy"], session.compare
    return session


def answers(candidate, task):
    run = ort.InferenceSession(str(candidate.file), providers=["CPUExecutionProvider"])
    inputs = task.validation.inputs
    said = [run.run(None, {run.get_inputs()[0].name: inputs[k : k + 64]})[0] for k in range(0, len(inputs), 64)]
    return np.concatenate(said).argmax(1)


def test_columns_are_the_baseline_and_those_in_hand_with_the_library_s_verdicts(study):
    shown = compared(study, "c2", "baseline", "c1").compare
    assert [(c["id"], c["letter"]) for c in shown["columns"]] == [("baseline", ""), ("c2", "A"), ("c1", "B")]
    for column in shown["columns"][1:]:
        found = wb.compare(study.baseline, study.candidate(column["id"]))
        m = found.measures["accuracy"]
        assert column["verdict"] == found.sentence and column["differences"]["accuracy"] == [m.value, m.low, m.high]
        accuracy = study.candidate(column["id"]).measures["accuracy"]
        assert column["measures"]["accuracy"] == [accuracy.value, accuracy.low, accuracy.high, "share"]
    assert shown["columns"][2]["loss"] == "large" and shown["columns"][0]["verdict"] is None
    assert shown["metric"] == "accuracy" and [row["name"] for row in shown["rows"]][:2] == ["size_bytes", "accuracy"]


def test_samples_classes_and_confusion_are_those_of_the_files_answers(study):
    shown, task = compared(study, "c1").compare, study.task
    was, now, truth = answers(study.baseline, task), answers(study.candidate("c1"), task), task.validation.targets
    changed = shown["changed"]["c1"]
    counts = {"right_to_wrong": (was == truth) & (now != truth), "wrong_to_right": (was != truth) & (now == truth)}
    counts |= {"both_wrong": (was != truth) & (now != truth) & (was != now)}
    assert changed["counts"] == {name: int(held.sum()) for name, held in counts.items()} and changed["n"] == len(truth)
    assert changed["counts"]["right_to_wrong"] > 5, "the files differ enough to tell"
    for sample in changed["samples"]:
        place = sample["place"]
        assert counts[sample["change"]][place] and sample["kind"] == "picture"
        told = sample["before"], sample["after"], sample["truth"]
        assert told == tuple(task.classes[k] for k in (was[place], now[place], truth[place]))
    assert len({sample["place"] for sample in changed["samples"]}) == len(changed["samples"]) <= 24
    rows = np.array(shown["confusion"]["c1"]["rows"])
    assert rows.shape == (10, 10) and all(rows.sum(axis=1) == 0)
    for k in range(10):
        recall = [(said[truth == k] == k).mean() for said in (was, now)]
        value, low, high, before = shown["recall"]["c1"][k]
        assert value == pytest.approx(recall[1] - recall[0]) and before == pytest.approx(recall[0]) and low <= value <= high
        assert rows[k, k] == (now[truth == k] == k).sum() - (was[truth == k] == k).sum()


def test_bytes_by_layer_add_up_to_the_files(study):
    shown = compared(study, "c1", "c2").compare
    for id in ("c1", "c2"):
        layers = shown["layers"][id]
        for place, candidate in ((1, study.baseline), (2, study.candidate(id))):
            assert sum(layer[place] for layer in layers) == candidate.file.stat().st_size
        weights = sum(len(t.raw_data) for t in onnx.load(study.baseline.file).graph.initializer)
        assert layers[-1][0] == "" and sum(layer[1] for layer in layers[:-1]) <= weights
        assert all(0 < after < before for _, before, after in layers[:-1]) and len(layers) == 4


def test_rows_of_recipes_say_what_somebody_set(study):
    rows = {(row["step"], row["field"]): row["cells"] for row in compared(study, "c1", "c2").compare["recipe_rows"]}
    assert rows["StructuredPruning", "ratio"] == {"baseline": None, "c1": 0.8, "c2": 0.3}
    assert rows["DynamicQuantization", None] == {"baseline": None, "c1": None, "c2": [["DynamicQuantization", None]]}


def test_with_nothing_in_hand_the_newest_file_is_shown(study):
    session = compared(study)
    assert [c["id"] for c in session.compare["columns"]] == ["baseline", "c2"] and session.compare["by_default"]
    session.do("compare-with", {"candidate": "c1"})
    assert session.chosen == ["c2", "c1"] and [c["id"] for c in session.compare["columns"]] == ["baseline", "c2", "c1"]
    session.do("compare-without", {"candidate": "c2"})
    assert session.chosen == ["c1"] and [id for id, *_ in session.compare["others"]] == ["c2"]


def test_a_comparison_is_kept_and_only_so_many_are(study):
    session = compared(study, "c1")
    (key,) = session.memory["compared"]
    kept = session.memory["compared"][key]
    for k in range(KEPT):
        session.memory["compared"][f"old {k}"] = {}
    session.chosen = ["c1", "c2"]
    session.refresh("compare")
    deadline = time.monotonic() + 60
    while session.compare["busy"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(session.memory["compared"]) <= KEPT + 1
    assert sentence(kept["clauses"]) == session.compare["columns"][1]["verdict"]


def test_of_many_classes_those_that_changed_most_are_shown():
    found = np.zeros((50, 50), int)
    found[40, 40], found[40, 7] = -3, 3
    shown = confusion(type("Changed", (), {"confusion": found}))
    assert len(shown["classes"]) == 20 and {7, 40} <= set(shown["classes"]) and shown["classes"] == sorted(shown["classes"])
    assert sum(map(sum, shown["rows"])) == 0 and min(map(min, shown["rows"])) == -3
    assert confusion(type("Changed", (), {"confusion": None})) is None


def test_the_text_form_says_the_verdicts(study):
    told = compared(study, "c1").describe(["compare"])
    assert told.startswith("c1: ") and "smaller" in told and "of 270 answers changed" in told
    assert Session().describe(["compare"]) == "nothing to compare"


def test_the_code_says_the_same_in_a_process_of_its_own(study):
    session = compared(study, "c1")
    done = subprocess.run([sys.executable, "-c", session.code["compare"]], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert f"c1 {session.compare['columns'][1]['verdict']}" in done.stdout
    assert str(session.compare["changed"]["c1"]["counts"]) in done.stdout


def test_a_letter_stays_with_its_file(study):
    session = compared(study, "c1", "c2")
    assert [(c["id"], c["letter"]) for c in session.compare["columns"][1:]] == [("c1", "A"), ("c2", "B")]
    session.do("choose", {"ids": ["c2", "c1"]})
    assert [(c["id"], c["letter"]) for c in session.compare["columns"][1:]] == [("c1", "A"), ("c2", "B")]
    session.do("compare-without", {"candidate": "c1"})
    assert [c["letter"] for c in session.compare["columns"]] == ["", "B"] and session.frontier["letters"] == {"c2": "B"}
