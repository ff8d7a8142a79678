"""Triplets around a convolution become one node, the numbers stay; what does not fit keeps its triplets."""

import itertools

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from workbench.graphs.qlinear import as_qlinear
from workbench.graphs.runtime import open_session
from workbench.graphs.tidy import tidy

OUT = ["batch", None, None, None]


def network(channels=3, per_channel=False, kind=np.uint8, relu=True, zero=0, bias_factor=1.0, shared=False, bias=True):
    """Quantize, dequantize, Conv (with a bias), perhaps Relu, quantize, dequantize: as a quantizer writes it."""
    draw = np.random.default_rng(channels)
    size = (4,) if per_channel else ()
    held = {"x_s": np.float32(0.02), "x_z": np.array(0 if kind == np.int8 else 120, kind)}
    held |= {"y_s": np.float32(0.05), "y_z": np.array(zero, kind), "w_z": np.zeros(size, np.int8)}
    held |= {"w": draw.integers(-127, 128, (4, channels, 3, 3)).astype(np.int8)}
    held["w_s"] = np.full(size, 0.01, np.float32) * (np.arange(1, 5, dtype=np.float32) if per_channel else 1)
    held["b"] = draw.integers(-500, 500, 4).astype(np.int32)
    held |= {"b_s": (held["x_s"] * held["w_s"] * bias_factor).astype(np.float32), "b_z": np.zeros(size, np.int32)}
    axis = {"axis": 0} if per_channel else {}
    made = [("QuantizeLinear", ["x", "x_s", "x_z"], ["xq"], {}), ("DequantizeLinear", ["xq", "x_s", "x_z"], ["xd"], {})]
    made += [("DequantizeLinear", ["w", "w_s", "w_z"], ["wd"], axis)]
    made += [("DequantizeLinear", ["b", "b_s", "b_z"], ["bd"], axis)] if bias else []
    made += [("Conv", ["xd", "wd", *(["bd"] if bias else [])], ["c"], {"pads": [1, 1, 1, 1], "strides": [2, 2]})]
    made += [("Relu", ["c"], ["r"], {})] if relu else []
    last = "r" if relu else "c"
    made += [("QuantizeLinear", [last, "y_s", "y_z"], ["yq"], {}), ("DequantizeLinear", ["yq", "y_s", "y_z"], ["y"], {})]
    nodes = [helper.make_node(*n[:3], name=f"n{k}", **n[3]) for k, n in enumerate(made)]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", channels, 8, 8])]
    answers = [helper.make_tensor_value_info("y", TensorProto.FLOAT, OUT)]
    answers += [helper.make_tensor_value_info(last, TensorProto.FLOAT, OUT)] if shared else []
    tensors = [numpy_helper.from_array(np.asarray(v), k) for k, v in held.items() if bias or not k.startswith("b")]
    graph = helper.make_graph(nodes, "main", ends, answers, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def kinds(model):
    return [node.op_type for node in tidy(model).graph.node]


@pytest.mark.parametrize("per_channel, relu, bias", itertools.product([False, True], repeat=3))
def test_one_node_with_the_same_answers(per_channel, relu, bias):
    model = network(per_channel=per_channel, relu=relu, zero=0 if relu else 77, bias=bias)
    before = model.SerializeToString()
    short = tidy(as_qlinear(model))
    assert model.SerializeToString() == before, "the input is not changed"
    onnx.checker.check_model(short, full_check=True)
    assert kinds(short) == ["QuantizeLinear", "QLinearConv", "DequantizeLinear"]
    x = {"x": np.random.default_rng(1).normal(0, 1.5, (5, 3, 8, 8)).astype(np.float32)}
    ours, theirs = (open_session(m.SerializeToString()).run(None, x)[0] for m in (short, model))
    assert np.array_equal(ours, theirs) and len(np.unique(ours)) > 20
    truth, steps = ReferenceEvaluator(model).run(None, x)[0], np.float32(0.05)
    assert np.abs(ours - truth).max() <= 1.001 * steps and np.mean(ours != truth) < 0.01


@pytest.mark.parametrize(
    "different",
    [{"kind": np.int8}, {"zero": 3}, {"bias_factor": 1.5}, {"shared": True}],
    ids=["signed", "a zero point that is no relu", "a bias in other steps", "an answer that others read"],
)
def test_what_does_not_fit_keeps_its_triplets(different):
    model = network(**different)
    assert "QLinearConv" not in kinds(as_qlinear(model)) and "Conv" in kinds(as_qlinear(model))


def test_a_float_network_is_left_alone():
    weight = numpy_helper.from_array(np.ones((4, 3, 3, 3), np.float32), "w")
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 8, 8])]
    answers = [helper.make_tensor_value_info("y", TensorProto.FLOAT, OUT)]
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"])], "main", ends, answers, [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    assert as_qlinear(model) == model
