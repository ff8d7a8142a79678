"""Slimming keeps the answers, costs are counted right, parity is found and missed where it should be."""

import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from workbench.errors import StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.costs import costs
from workbench.graphs.naming import layer_name
from workbench.graphs.reference import Parity, against_reference, relative_difference, where_it_parts
from workbench.graphs.runtime import open_session
from workbench.graphs.tidy import tidy

RNG = np.random.default_rng(0)


def floats(name, *shape, zeros=0):
    values = RNG.normal(size=shape).astype(np.float32)
    values.ravel()[:zeros] = 0
    return numpy_helper.from_array(values, name)


def model(nodes, initializers, inputs, outputs):
    graph = helper.make_graph(nodes, "a person's graph", inputs, outputs, initializers, doc_string="words")
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="somebody", doc_string="more words"
    )
    made.ir_version = 10
    return made


def tensor(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def conv_net(groups=1):
    """8 x 8 image -> conv 3x3 (2 -> 4 channels, stride 2) -> relu -> flatten -> linear 64 -> 5."""
    nodes = [
        helper.make_node("Identity", ["x"], ["same"], name="a long name of a node", doc_string="said"),
        helper.make_node("Conv", ["same", "conv.weight", "conv.bias"], ["c"], pads=[1] * 4, strides=[2, 2], group=groups),
        helper.make_node("Conv", ["same", "conv.weight", "conv.bias"], ["dead"], pads=[1] * 4, group=groups),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("Relu", ["c"], ["r2"]),
        helper.make_node("Add", ["r", "r2"], ["s"]),
        helper.make_node("Flatten", ["s"], ["f"]),
        helper.make_node("Gemm", ["f", "fc.weight", "fc.bias"], ["y"]),
    ]
    weights = [floats("conv.weight", 4, 2 // groups, 3, 3, zeros=5), floats("conv.bias", 4), floats("fc.weight", 64, 5)]
    bias = floats("fc.bias", 5)
    unused = floats("unused", 100)
    return model(nodes, [*weights, bias, unused], [tensor("x", "batch", 2, 8, 8)], [tensor("y", "batch", 5)])


def test_slimming_keeps_answers_names_of_layers_and_nothing_else():
    before = conv_net()
    copy = before.SerializeToString()
    after = tidy(before)
    assert before.SerializeToString() == copy, "the input is not changed"
    onnx.checker.check_model(after, full_check=True)
    x = {"x": RNG.normal(size=(3, 2, 8, 8)).astype(np.float32)}
    assert np.array_equal(ReferenceEvaluator(before).run(None, x)[0], ReferenceEvaluator(after).run(None, x)[0])
    assert [n.op_type for n in after.graph.node] == ["Conv", "Relu", "Add", "Flatten", "Gemm"]
    assert [n.name for n in after.graph.node] == ["conv", "", "", "", "fc"]
    assert [t.name for t in after.graph.initializer] == ["/0", "/1", "/2", "/3"]
    assert not after.doc_string and not after.graph.doc_string and after.producer_name == "workbench"
    assert b"words" not in after.SerializeToString() and b"a long name" not in after.SerializeToString()
    assert tidy(after) == after


def test_equal_initializers_are_stored_once():
    same = RNG.normal(size=(8, 8)).astype(np.float32)
    nodes = [helper.make_node("MatMul", ["x", "one"], ["h"]), helper.make_node("MatMul", ["h", "two"], ["y"])]
    both = [numpy_helper.from_array(same, n) for n in ("one", "two")]
    after = tidy(model(nodes, both, [tensor("x", "batch", 8)], [tensor("y", "batch", 8)]))
    assert len(after.graph.initializer) == 1
    x = RNG.normal(size=(2, 8)).astype(np.float32)
    assert np.allclose(ReferenceEvaluator(after).run(None, {"x": x})[0], x @ same @ same, rtol=1e-4)


def test_names_in_between_never_collide():
    nodes = [helper.make_node("Relu", ["0"], ["h"]), helper.make_node("Add", ["h", "/0"], ["g"])]
    nodes += [helper.make_node("Mul", ["g", "1"], ["2"])]
    held = [floats("1", 4), floats("/0", 4)]
    after = tidy(model(nodes, held, [tensor("0", "batch", 4)], [tensor("2", "batch", 4)]))
    onnx.checker.check_model(after, full_check=True)
    assert after.graph.input[0].name == "0" and after.graph.output[0].name == "2"
    x = {"0": RNG.normal(size=(3, 4)).astype(np.float32)}
    added, times = (numpy_helper.to_array(t) for t in held[::-1])
    assert np.allclose(ReferenceEvaluator(after).run(None, x)[0], (np.maximum(x["0"], 0) + added) * times)


@pytest.mark.parametrize("groups", [1, 2])
def test_costs_of_a_conv_net_by_hand(groups):
    found = costs(tidy(conv_net(groups)))
    conv, linear = 4 * 4 * 4 * (2 // groups) * 9, 64 * 5
    assert found.macs == conv + linear
    assert found.parameters == 4 * (2 // groups) * 9 + 4 + 64 * 5 + 5 and found.nonzero == found.parameters - 5
    assert [(c.layer, c.operator, c.macs) for c in found.layers] == [("conv", "Conv", conv), ("fc", "Gemm", linear)]
    assert found.layers[0].bytes == 4 * found.layers[0].parameters


def test_costs_of_an_lstm_by_hand():
    hidden, width, steps = 6, 3, 7
    node = helper.make_node("LSTM", ["x", "w", "r"], ["y", "h"], hidden_size=hidden)
    weights = [floats("w", 1, 4 * hidden, width), floats("r", 1, 4 * hidden, hidden)]
    out = [tensor("h", 1, "batch", hidden)]
    made = model([node], weights, [helper.make_tensor_value_info("x", TensorProto.FLOAT, (steps, "batch", width))], out)
    assert costs(made).macs == steps * 4 * hidden * (width + hidden)
    assert costs(made).parameters == 4 * hidden * (width + hidden)


def quantized_net(axis=None):
    """A linear layer whose weight is stored in 8 bits: x -> Q -> DQ -> MatMul(DQ(w)) -> y, two exact zeros in w."""
    q = RNG.integers(-100, 100, (4, 3)).astype(np.int8)
    zero = np.int8(0) if axis is None else np.array([3, -5, 7], np.int8)
    q[0, :] = zero
    scale = np.float32(0.02) if axis is None else np.array([0.02, 0.01, 0.03], np.float32)
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "x_scale", "x_zero_point"], ["xq"]),
        helper.make_node("DequantizeLinear", ["xq", "x_scale", "x_zero_point"], ["xd"]),
        helper.make_node("DequantizeLinear", ["w_quantized", "ws", "wz"], ["w"], **({} if axis is None else {"axis": axis})),
        helper.make_node("MatMul", ["xd", "w"], ["y"]),
    ]
    held = {"x_scale": np.float32(0.05), "x_zero_point": np.uint8(128), "w_quantized": q, "ws": scale, "wz": zero}
    tensors = [numpy_helper.from_array(np.asarray(v), k) for k, v in held.items()]
    return model(nodes, tensors, [tensor("x", "batch", 4)], [tensor("y", "batch", 3)]), q, zero


@pytest.mark.parametrize("axis", [None, 1])
def test_scales_and_zero_points_are_no_parameters_and_zero_is_the_zero_point(axis):
    made, q, zero = quantized_net(axis)
    found = costs(made)
    assert found.parameters == 12 and found.nonzero == int((q != zero).sum()) <= 9 and found.macs == 12
    assert [c.layer for c in found.layers if c.operator == "MatMul"] == ["w_quantized"]


@pytest.mark.parametrize(
    ("initializer", "layer"),
    [("layers.0.conv1.weight", "layers.0.conv1"), ("fc.weight_quantized", "fc"), ("stem.weight_bias", "stem"), ("odd", "odd")],
)
def test_layers_are_named_after_modules(initializer, layer):
    assert layer_name(initializer) == layer


def test_a_file_is_held_against_the_reference(tmp_path):
    file = GraphFile.save(conv_net(), tmp_path / "m.onnx")
    x = {"x": RNG.normal(size=(4, 2, 8, 8)).astype(np.float32)}
    parity = against_reference(file, x, 1e-4)
    assert parity.holds and parity.n == 4 and parity.truth == "ONNX reference evaluator" and parity.difference < 1e-5


def test_a_difference_is_relative_to_the_largest_value():
    truth = [np.array([0.0, -4.0]), np.array([2.0])]
    assert relative_difference([np.array([0.0, -4.0]), np.array([2.1])], truth) == pytest.approx(0.05)
    assert relative_difference([np.array([0.2, -4.0]), np.array([2.0])], truth) == pytest.approx(0.05)
    assert math.isinf(relative_difference([np.array([np.nan, -4.0]), np.array([2.0])], truth))
    assert math.isinf(relative_difference([np.array([[0.0, -4.0]]), np.array([2.0])], truth))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_truth_that_is_not_finite_is_met_by_nothing(value):
    for ours in (1.0, value):
        assert math.isinf(relative_difference([np.array([ours, 2.0])], [np.array([value, 2.0])]))
        assert not Parity(relative_difference([np.array([ours])], [np.array([value])]), 1e-3, 1, "x").holds


def test_the_limit_is_the_callers_and_belongs_to_what_holds(tmp_path):
    file = GraphFile.save(conv_net(), tmp_path / "m.onnx")
    x = {"x": RNG.normal(size=(4, 2, 8, 8)).astype(np.float32)}
    assert against_reference(file, x, 0.25).limit == 0.25 and not against_reference(file, x, -1.0).holds
    assert Parity(0.5, 0.5, 1, "x").holds and not Parity(0.51, 0.5, 1, "x").holds


def integer_net(zero):
    """ConvInteger whose weight's zero point is 3, whose activation's is 5."""
    q = np.full((2, 1, 3, 3), 7, np.int8)
    q[0, 0, 0, :2], q[1, 0, 2, 2] = 3, 5
    node = helper.make_node("ConvInteger", ["x", "w", "xz", *(["wz"] if zero else [])], ["y"], pads=[1] * 4)
    held = {"w": q, "xz": np.uint8(5), **({"wz": np.int8(3)} if zero else {})}
    ends = [helper.make_tensor_value_info("x", TensorProto.UINT8, ("batch", 1, 4, 4))]
    out = [helper.make_tensor_value_info("y", TensorProto.INT32, ("batch", 2, 4, 4))]
    return model([node], [numpy_helper.from_array(np.asarray(v), k) for k, v in held.items()], ends, out)


def test_zeros_of_an_integer_convolution_are_its_weights_zero_point():
    found = costs(integer_net(zero=True))
    assert (found.parameters, found.nonzero, found.macs) == (18, 16, 2 * 16 * 9)
    assert costs(integer_net(zero=False)).nonzero == 18


@pytest.mark.parametrize("transposed", [0, 1])
def test_macs_of_a_product_whose_first_side_is_transposed(transposed):
    left = tensor("x", *((7, 3) if transposed else (3, 7)))
    node = helper.make_node("Gemm", ["x", "w"], ["y"], transA=transposed)
    assert costs(model([node], [floats("w", 7, 5)], [left], [tensor("y", 3, 5)])).macs == 3 * 7 * 5


def test_operators_outside_the_standard_are_held_against_the_plain_runtime(tmp_path):
    node = helper.make_node("FusedMatMul", ["x", "w"], ["y"], domain="com.microsoft", alpha=2.0)
    made = model([node], [floats("w", 4, 3)], [tensor("x", "batch", 4)], [tensor("y", "batch", 3)])
    made.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    file = GraphFile.save(made, tmp_path / "m.onnx")
    parity = against_reference(file, {"x": np.ones((2, 4), np.float32)}, 1e-4)
    assert parity.holds and parity.truth == "ONNX Runtime, unoptimised"


@pytest.mark.parametrize("sides", [1, 2, 3])
def test_what_the_evaluator_cannot_compute_is_held_against_the_plain_runtime(tmp_path, sides):
    """It knows integer convolutions with a scale for each channel in two dimensions only."""
    held = {"xs": np.float32(0.1), "xz": np.uint8(3), "ws": np.array([0.1, 0.2, 0.3, 0.4], np.float32)}
    held |= {"w": np.arange(-6, 6).astype(np.int8).reshape(4, 3, *[1] * sides), "wz": np.zeros(4, np.int8)}
    held |= {"ys": np.float32(0.05), "yz": np.uint8(0)}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
        helper.make_node("QLinearConv", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["r"]),
        helper.make_node("DequantizeLinear", ["r", "ys", "yz"], ["y"]),
    ]
    weights = [numpy_helper.from_array(array, name) for name, array in held.items()]
    made = model(nodes, weights, [tensor("x", "batch", 3, *[5] * sides)], [tensor("y", "batch", 4, *[5] * sides)])
    made.opset_import[0].version = 20
    file = GraphFile.save(made, tmp_path / "m.onnx")
    feeds = {"x": np.random.default_rng(0).random((2, 3, *[5] * sides), np.float32)}
    parity = against_reference(file, feeds, 0.02)
    assert parity.holds and parity.truth == ("ONNX reference evaluator" if sides == 2 else "ONNX Runtime, unoptimised")
    assert where_it_parts(file, feeds, 0.02) is None


def test_the_runtimes_refusal_is_a_sentence(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"not a graph")
    with pytest.raises(StepFailed) as caught:
        open_session(tmp_path / "bad.onnx")
    assert caught.value.code == "runtime-refuses" and "bad.onnx" in str(caught.value)


def test_threads_of_a_session_do_not_spin(tmp_path):
    options = open_session(GraphFile.save(conv_net(), tmp_path / "m.onnx").path, threads=2).get_session_options()
    assert options.get_session_config_entry("session.force_spinning_stop") == "1"
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (2, 1)


def test_saving_is_repeatable_and_loading_gives_a_copy(tmp_path):
    one, two = (GraphFile.save(conv_net_fixed(), tmp_path / n) for n in ("a.onnx", "b.onnx"))
    assert one.digest == two.digest and one.size_bytes == (tmp_path / "a.onnx").stat().st_size
    loaded = one.load()
    loaded.graph.ClearField("node")
    assert len(one.load().graph.node) > 0


def conv_net_fixed():
    node = helper.make_node("Relu", ["x"], ["y"])
    return model([node], [], [tensor("x", "batch", 2)], [tensor("y", "batch", 2)])
