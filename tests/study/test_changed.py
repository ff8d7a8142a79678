"""What became of each sample between two files of one study: counted again by hand."""

from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench.errors import InputError
from workbench.graphs.file import GraphFile
from workbench.measure import file_measures
from workbench.measure.paired import tango
from workbench.tasks.task import Split

EYE = np.eye(3, dtype=np.float32)
SCORES = np.array([[3, 1, 0], [0, 2, 1], [0, 1, 2], [2, 1, 0], [0, 3, 1], [1, 0, 2]], np.float32)
"""Answered by the identity: classes 0, 1, 2, 0, 1, 2."""

SWAPPED = EYE[:, [1, 0, 2]]
"""Answers 1 for 0, and 0 for 1."""


@pytest.fixture
def study(home):
    """A study as `changes` sees it: the identity over scores, and files that turn them."""

    def make(kind, targets):
        task = SimpleNamespace(kind=kind, validation=Split("validation", SCORES, targets))
        made = SimpleNamespace(name="s", task=task, home=home.parent)
        made.baseline = candidate(made, "baseline", EYE)
        return made

    return make


def candidate(study, id, weights):
    """logits = input @ weights, as a file."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", weights.shape[0]])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", weights.shape[1]])]
    node = helper.make_node("MatMul", ["input", "w"], ["logits"])
    graph = helper.make_graph([node], "linear", inputs, outputs, [numpy_helper.from_array(np.ascontiguousarray(weights), "w")])
    path = study.home / f"{id}.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return SimpleNamespace(
        id=id, study=study, file=path, measures=file_measures(GraphFile(path)), status="measured", reason=None
    )


def test_samples_classes_and_confusion_against_a_hand_count(study):
    s = study("classification", np.array([0, 1, 2, 1, 2, 0]))
    found = wb.changes(s.baseline, candidate(s, "c1", SWAPPED))
    # baseline says 0 1 2 0 1 2, the file says 1 0 2 1 0 2; true are 0 1 2 1 2 0
    assert found.before.tolist() == [0, 1, 2, 0, 1, 2] and found.after.tolist() == [1, 0, 2, 1, 0, 2]
    told = {name: places.tolist() for name, places in found.groups.items()}
    assert told == {"right_to_wrong": [0, 1], "wrong_to_right": [3], "both_wrong": [4]} and found.n == 6
    assert found.counts == {"right_to_wrong": 2, "wrong_to_right": 1, "both_wrong": 1}
    assert found.confusion.tolist() == [[-1, 1, 0], [0, 0, 0], [1, -1, 0]]
    first, second, third = found.recall
    assert (first.value, first.n, first.details["before"]) == (-0.5, 2, 0.5) and (first.low, first.high) == tango(0, 1, 2)
    assert (second.value, second.details["after"]) == (0.0, 0.5) and (second.low, second.high) == tango(1, 1, 2)
    assert third.value == 0 and third.split == "validation" and "2 right to wrong" in repr(found)


def test_the_same_file_changes_nothing(study):
    s = study("classification", np.array([0, 1, 2, 1, 2, 0]))
    found = wb.changes(s.baseline, s.baseline)
    assert sum(found.counts.values()) == 0 and not found.confusion.any() and all(m.value == 0 for m in found.recall)


def test_a_class_without_samples_has_no_recall(study):
    s = study("classification", np.array([0, 1, 0, 1, 0, 1]))
    found = wb.changes(s.baseline, candidate(s, "c1", SWAPPED))
    assert found.recall[2] is None and found.recall[0].n == 3


def test_values_are_ordered_by_how_far_they_moved(study):
    s = study("regression", np.zeros((6, 3), np.float32))
    halved = np.diag([0.5, 1.5, 1.0]).astype(np.float32)
    found = wb.changes(s.baseline, candidate(s, "c1", halved))
    lengths = [np.sqrt(((SCORES @ w) ** 2).mean(axis=1)) for w in (EYE, halved)]
    moved = lengths[1] - lengths[0]
    farther, nearer = (found.groups[name].tolist() for name in ("farther", "nearer"))
    assert sorted(farther) == np.flatnonzero(moved > 0).tolist() and sorted(nearer) == np.flatnonzero(moved < 0).tolist()
    assert farther and nearer and farther == sorted(farther, key=lambda k: -moved[k])
    assert np.allclose(found.after, SCORES @ halved) and found.confusion is None and found.recall == ()


def test_outputs_without_labels_are_held_against_the_baseline(study):
    s = study("outputs", None)
    found = wb.changes(s.baseline, candidate(s, "c1", SWAPPED))
    assert {name: places.tolist() for name, places in found.groups.items()} == {"changed": [0, 1, 3, 4]}


def test_one_output_a_sample_has_no_largest(study):
    s = study("outputs", None)
    s.baseline = candidate(s, "baseline", EYE[:, :1])
    found = wb.changes(s.baseline, candidate(s, "c1", 2 * EYE[:, :1]))
    assert found.groups["farther"].tolist() == [0, 3, 5] and found.counts == {"farther": 3, "nearer": 0}


def test_what_cannot_be_compared_is_refused(study):
    s = study("classification", np.array([0, 1, 2, 1, 2, 0]))
    stranger = SimpleNamespace(**vars(s.baseline) | {"study": SimpleNamespace(name="other")})
    failed = SimpleNamespace(**vars(s.baseline) | {"file": None, "status": "failed", "id": "c9"})
    for pair, code in (((s.baseline, stranger), "compare-studies"), ((s.baseline, failed), "not-measured")):
        with pytest.raises(InputError) as error:
            wb.changes(*pair)
        assert error.value.code == code
