"""What an artifact takes and answers, against numpy and the plain runtime."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from onnx import TensorProto, helper
from scipy.special import softmax as by_scipy

from workbench.errors import InputError
from workbench.graphs.runtime import open_session
from workbench.publish.prediction import answer, checked, softmax

FLOAT = {"name": "input", "shape": [2, 3], "dtype": "float32"}
IDS = {"name": "ids", "shape": [4], "dtype": "int32"}


def dynamic(path):
    """A file whose answer depends on the whole batch: logits = input - mean over the batch."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])]
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [0])
    nodes = [
        helper.make_node("ReduceMean", ["input", "axes"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["input", "mean"], ["logits"]),
    ]
    graph = helper.make_graph(nodes, "centred", inputs, outputs, [axes])
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString())
    return open_session(path)


def manifest(kind="classification", classes=("0", "1", "2")):
    outputs = [{"name": "logits", "shape": [3], "dtype": "float32"}]
    inputs = [{"name": "input", "shape": [3], "dtype": "float32"}]
    return {"kind": kind, "classes": list(classes), "signature": {"inputs": inputs, "outputs": outputs}}


def test_batches_are_of_64_in_order_and_the_last_is_what_is_left(tmp_path):
    x = np.random.default_rng(0).normal(size=(150, 3)).astype(np.float32)
    found = answer(dynamic(tmp_path / "m.onnx"), manifest(), x)
    wanted = np.concatenate([part - part.mean(axis=0) for part in (x[:64], x[64:128], x[128:])])
    assert np.allclose(found.outputs["logits"], wanted, atol=1e-6)
    assert found.labels is not None
    assert np.array_equal(found.labels, found.outputs["logits"].argmax(axis=1))
    assert len(found) == 150


def test_labels_are_names_unless_the_classes_are_counted(tmp_path):
    session, x = dynamic(tmp_path / "m.onnx"), np.eye(3, dtype=np.float32)
    assert answer(session, manifest(), x).labels.dtype.kind == "i"
    assert answer(session, manifest(classes=["cat", "dog", "eel"]), x).labels.tolist() == ["cat", "dog", "eel"]
    assert answer(session, manifest(classes=["1", "2", "3"]), x).labels.tolist() == ["1", "2", "3"]


def test_other_kinds_have_outputs_only(tmp_path):
    found = answer(dynamic(tmp_path / "m.onnx"), manifest("regression", ()), np.eye(3))
    assert found.labels is None
    assert found.probabilities is None
    assert found.outputs["logits"].shape == (3, 3)


def test_an_empty_batch_gives_an_empty_answer(tmp_path):
    for empty in ([], np.empty((0, 3))):
        found = answer(dynamic(tmp_path / "m.onnx"), manifest(), empty)
        assert (len(found), found.labels.shape, found.probabilities.shape) == (0, (0,), (0, 3))
        assert found.outputs["logits"].dtype == np.float32


@given(hnp.arrays(np.float32, (4, 3), elements=st.floats(-1e4, 1e4, width=32)))
def test_probabilities_are_scipys_and_sum_to_one(scores):
    found = softmax(scores)
    assert found.dtype == np.float64
    assert np.allclose(found, by_scipy(scores.astype(np.float64), axis=1))
    assert np.allclose(found.sum(axis=1), 1)


@pytest.mark.parametrize(
    "given",
    [
        np.ones((5, 2, 3)),
        np.ones((5, 2, 3), np.float16),
        np.ones((5, 2, 3), np.int64),
        np.ones((5, 2, 3), bool),
        np.ones((5, 2, 3)).tolist(),
        {"input": np.ones((5, 2, 3))},
    ],
)
def test_numbers_are_brought_to_the_type_of_the_signature(given):
    found = checked([FLOAT], given)["input"]
    assert (found.dtype, found.shape, found.sum()) == (np.float32, (5, 2, 3), 30)


def test_whole_numbers_stay_whole():
    found = checked([IDS], [[1, 2, 3, 4]])["ids"]
    assert (found.dtype, found.tolist()) == (np.int32, [[1, 2, 3, 4]])
    refused("predict-type", [IDS], np.ones((1, 4)))
    refused("predict-range", [IDS], np.full((1, 4), 2**40))
    refused("predict-range", [{**IDS, "dtype": "uint8"}], np.full((1, 4), 300, np.uint16))


def refused(code, specs, inputs):
    with pytest.raises(InputError) as caught:
        checked(specs, inputs)
    assert caught.value.code == code
    return str(caught.value)


def test_what_does_not_fit_is_refused_in_a_sentence():
    said = refused("predict-shape", [FLOAT], np.ones((2, 3)))
    assert "N x 2 x 3" in said
    assert "not 2 x 3" in said
    refused("predict-shape", [FLOAT], np.ones((5, 3, 2)))
    refused("predict-shape", [FLOAT], 7.0)
    refused("predict-type", [FLOAT], np.full((1, 2, 3), "a"))
    refused("predict-type", [FLOAT], np.ones((1, 2, 3), complex))
    refused("predict-type", [FLOAT], [[None]])
    refused("predict-no-array", [FLOAT], [[[1, 2, 3], [1, 2]]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
def test_a_number_that_is_none_is_refused_and_its_sample_named(bad):
    x = np.ones((4, 2, 3))
    x[2, 1, 0] = bad
    assert "sample 2" in refused("predict-not-finite", [FLOAT], x)


def test_several_inputs_go_by_name_and_count_alike():
    specs = [FLOAT, IDS]
    both = {"ids": np.zeros((5, 4), int), "input": np.ones((5, 2, 3))}
    assert list(checked(specs, both)) == ["input", "ids"]
    assert "input, ids" in refused("predict-needs-names", specs, np.ones((5, 2, 3)))
    refused("predict-lacks", specs, {"input": np.ones((5, 2, 3))})
    assert "nearest is ids" in refused("predict-unknown", specs, both | {"idz": np.ones(5)})
    assert "ids has 4" in refused("predict-counts", specs, both | {"ids": np.zeros((4, 4), int)})
