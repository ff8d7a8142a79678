"""A file whose scales come from the whole call says how far its answers depend on the batch; others say nothing."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench import machine
from workbench.graphs import GraphFile
from workbench.graphs.call_scaled import call_scaled
from workbench.measure import answers, quality
from workbench.measure.company import company, with_remarks
from workbench.measure.intervals import wilson
from workbench.tasks import Split

RNG = np.random.default_rng(0)
WEIGHTS = RNG.integers(-63, 64, (8, 4)).astype(np.int8)
"""In 7 bits: no CPU saturates on them."""


def dynamic(outputs=4):
    """Scores of 8 numbers by weights in 8 bits, the numbers' scale taken from the whole call."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["input"], ["q", "s", "z"]),
        helper.make_node("MatMulInteger", ["q", "w", "z"], ["i"]),
        helper.make_node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["f", "s"], ["y"]),
    ]
    return model(nodes, [numpy_helper.from_array(WEIGHTS[:, :outputs], "w")], outputs)


def plain():
    nodes = [helper.make_node("MatMul", ["input", "w"], ["y"])]
    return model(nodes, [numpy_helper.from_array(WEIGHTS.astype(np.float32), "w")], 4)


def model(nodes, tensors, outputs):
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", s]) for n, s in (("input", 8), ("y", outputs))]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def scored(inputs, weights=WEIGHTS):
    """The same by numpy: 8 bits of a range that has 0 in it, over all samples of a call."""
    low, high = min(inputs.min(), 0), max(inputs.max(), 0)
    scale = np.float32((high - low) / 255) or np.float32(1)
    zero = np.clip(np.rint(-low / scale), 0, 255)
    levels = np.clip(np.rint(inputs / scale) + zero, 0, 255) - zero
    return levels @ weights.astype(np.float64) * scale


def mixed(n):
    """Samples of which one in eight is thirty times as large: beside it the others have few levels left."""
    inputs = RNG.normal(size=(n, 8)).astype(np.float32)
    inputs[::8] *= 30
    return Split("validation", inputs, RNG.integers(0, 4, n))


@pytest.mark.parametrize("n", [150, 700])
def test_the_share_that_is_answered_alike_alone_is_the_one_that_numpy_finds(tmp_path, n):
    split, file = mixed(n), GraphFile.save(dynamic(), tmp_path / "m.onnx")
    m = company(file, split, answers(file, split))["batch_agreement"]
    first = split.inputs[:512]
    together = np.concatenate([scored(first[k : k + 64]) for k in range(0, len(first), 64)])
    alone = np.concatenate([scored(sample[None]) for sample in first])
    alike = together.argmax(1) == alone.argmax(1)
    assert 0.5 < alike.mean() < 0.99
    assert m.n == len(first) and abs(m.value - alike.mean()) <= 2 / m.n
    assert (m.low, m.high) == wilson(round(m.value * m.n), m.n) and m.split == "validation"
    (remark,) = m.remarks
    assert f"of {m.n} samples {100 * m.value:.4g} %" in remark and "batches of 64" in remark


def test_numbers_have_a_difference_instead(tmp_path):
    split, file = mixed(100), GraphFile.save(dynamic(outputs=1), tmp_path / "m.onnx")
    found = company(file, split, answers(file, split))
    assert set(found) == {"batch_relative_error"}
    together = np.concatenate([scored(split.inputs[k : k + 64], WEIGHTS[:, :1]) for k in (0, 64)])
    alone = np.concatenate([scored(sample[None], WEIGHTS[:, :1]) for sample in split.inputs])
    error = np.sqrt(((alone - together) ** 2).mean() / (together**2).mean())
    assert found["batch_relative_error"].value == pytest.approx(error, rel=0.02)
    assert "the answers alone are" in found["batch_relative_error"].remarks[0]


def test_a_file_without_such_an_operator_owes_nothing_to_its_batch(tmp_path):
    split, file = mixed(20), GraphFile.save(plain(), tmp_path / "m.onnx")
    assert company(file, split, answers(file, split)) == {}


def test_the_figure_of_quality_says_it(tmp_path):
    split, file = mixed(100), GraphFile.save(dynamic(), tmp_path / "m.onnx")
    given = answers(file, split)
    found, owed = quality(given, split, "classification"), company(file, split, given)
    m = with_remarks(found["accuracy"], owed)
    before = found["accuracy"].remarks
    assert m.remarks == (*before, *owed["batch_agreement"].remarks) and m == found["accuracy"]
    assert with_remarks(found["accuracy"], {}).remarks == before


def test_an_lstm_is_held_against_one_thread_too(tmp_path):
    """In 8 bits, by ONNX Runtime's own quantizer; on one core there is nothing to hold."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    rng = np.random.default_rng(2)
    held = {k: rng.normal(size=s).astype(np.float32) for k, s in (("W", (1, 64, 8)), ("R", (1, 64, 16)), ("B", (1, 128)))}
    nodes = [
        helper.make_node("Transpose", ["input"], ["t"], perm=[1, 0, 2]),
        helper.make_node("LSTM", ["t", "W", "R", "B"], ["", "h"], hidden_size=16),
        helper.make_node("Squeeze", ["h", "zero"], ["y"]),
    ]
    tensors = [numpy_helper.from_array(v, k) for k, v in (held | {"zero": np.array([0])}).items()]
    ends = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 5, 8])]
    out = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 16])]
    graph = helper.make_graph(nodes, "g", ends, out, tensors)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    quantize_dynamic(made, str(tmp_path / "m.onnx"), op_types_to_quantize=["LSTM"], weight_type=QuantType.QInt8)
    file = GraphFile(tmp_path / "m.onnx")
    split = Split("validation", rng.normal(size=(100, 5, 8)).astype(np.float32), None)
    found = company(file, split, answers(file, split))
    assert set(found) == {"batch_agreement", *(["thread_agreement"] if machine.cores() > 1 else [])}
    for m in found.values():
        assert 0 < m.low <= m.value <= m.high <= 1 and m.n == 100 and len(m.remarks) == 1


def test_an_operator_inside_a_branch_is_seen():
    inner = dynamic().graph
    branch = helper.make_graph(inner.node, "then", [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    node = helper.make_node("If", ["yes"], ["out"], then_branch=branch, else_branch=branch)
    assert call_scaled(model([node], [numpy_helper.from_array(np.array(True), "yes")], 4)) == {"DynamicQuantizeLinear"}
    assert call_scaled(plain()) == frozenset()
