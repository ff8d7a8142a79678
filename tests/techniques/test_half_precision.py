"""Half precision where it used to crash or overflow: attention, networks whose values grow, operators that stay float."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import workbench as wb
from workbench.errors import StepFailed
from workbench.export.onnx_file import export
from workbench.graphs import GraphFile
from workbench.graphs.reference import against_reference
from workbench.graphs.trial import try_out
from workbench.tasks.task import Signature, Split
from workbench.techniques import HalfPrecision, StepContext
from workbench.techniques.conformance import run

DRAW = np.random.default_rng(0)
EVERY_LEVEL = """
import sys, numpy as np, onnxruntime as ort
for level in ("DISABLE_ALL", "ENABLE_BASIC", "ENABLE_EXTENDED", "ENABLE_ALL"):
    options = ort.SessionOptions()
    options.graph_optimization_level = getattr(ort.GraphOptimizationLevel, "ORT_" + level)
    session = ort.InferenceSession(sys.argv[1], options)
    x = session.get_inputs()[0]
    for batch in (1, 64):
        session.run(None, {x.name: np.zeros((batch, *x.shape[1:]), np.float32)})
"""


class Attention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, 3)

    def forward(self, x):
        return self.out(self.norm(x + self.attention(x, x, x, need_weights=False)[0]).mean(1))


class Encoder(nn.Module):
    def __init__(self, width, first):
        super().__init__()
        self.embed, self.out = nn.Linear(8, width), nn.Linear(width, 3)
        self.block = nn.TransformerEncoderLayer(width, 4, 2 * width, batch_first=True, norm_first=first, activation="gelu")

    def forward(self, x):
        return self.out(self.block(self.embed(x))[:, 0])


@pytest.mark.parametrize(("make", "width"), [(lambda: Attention(16), 16), (lambda: Encoder(32, True), 8)])
def test_attention_in_half_precision_runs_at_every_level(make, width, tmp_path):
    torch.manual_seed(0)
    x, y = DRAW.standard_normal((100, 6, width)).astype(np.float32), DRAW.integers(0, 3, 100)
    task = wb.tasks.from_arrays("attention", train=(x[:70], y[:70]), validation=(x[70:85], y[70:85]), test=(x[85:], y[85:]))
    file, _, _ = export(make().eval(), task, tmp_path / "m.onnx")
    context = StepContext(task.train, task.validation, "classification", task.signature)
    half, report = run(HalfPrecision(), file, context)
    assert all(line.code == "halved" for line in report.lines)
    assert {t.data_type for t in half.load().graph.initializer} <= {TensorProto.FLOAT16, TensorProto.INT64}
    done = subprocess.run([sys.executable, "-c", EVERY_LEVEL, str(half.path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def saved(path, nodes, weights, width=8):
    named = [helper.make_node(*n[:3], name=f"n{k}", **(n[3] if len(n) > 3 else {})) for k, n in enumerate(nodes)]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", s]) for n, s in (("x", width), ("output", None))]
    tensors = [numpy_helper.from_array(np.asarray(w, np.float32), n) for n, w in weights.items()]
    graph = helper.make_graph(named, "main", ends[:1], ends[1:], tensors)
    return GraphFile.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def around(x):
    train = Split("train", {"x": x}, None)
    return StepContext(train, Split("validation", {"x": x[:0]}, None), "outputs", Signature((), ()))


def test_values_beyond_float16_pass_between_operators_that_stay_float(tmp_path):
    grown = np.eye(8) * 1000
    nodes = [
        ("MatMul", [a, w], [b]) for a, w, b in (("x", "w0", "a"), ("a", "w1", "b"), ("b", "w2", "c"), ("c", "w3", "output"))
    ]
    weights = {"w0": grown, "w1": grown, "w2": np.eye(8) * 1e-3, "w3": np.eye(8) * 0.5}
    file, x = saved(tmp_path / "m.onnx", nodes, weights), DRAW.uniform(1, 2, (80, 8)).astype(np.float32)
    half, report = run(HalfPrecision(), file, around(x))
    assert [line.code for line in report.lines] == ["halved", "beyond-half", "beyond-half", "halved"]
    parity = against_reference(half, {"x": x}, 1e-2)
    assert parity.holds, parity
    np.testing.assert_allclose(half.run({"x": x})["output"], 500 * x, rtol=5e-3)


def test_an_answer_beyond_float16_stays_float(tmp_path):
    nodes = [("MatMul", ["x", "w0"], ["a"]), ("MatMul", ["a", "w1"], ["output"])]
    file = saved(tmp_path / "m.onnx", nodes, {"w0": np.eye(8), "w1": np.eye(8) * 60_000})
    x = DRAW.uniform(1, 3, (80, 8)).astype(np.float32)
    half, report = run(HalfPrecision(), file, around(x))
    assert [line.code for line in report.lines] == ["halved", "beyond-half"]
    np.testing.assert_allclose(half.run({"x": x})["output"], 60_000 * x, rtol=5e-3)


def test_values_that_only_just_fit_have_no_headroom(tmp_path):
    file = saved(
        tmp_path / "m.onnx",
        [("MatMul", ["x", "w"], ["a"]), ("MatMul", ["a", "v"], ["output"])],
        {"w": np.eye(8), "v": 1e-3 * np.eye(8)},
    )
    x = np.ones((80, 8), np.float32)
    assert run(HalfPrecision(), file, around(x * 16_000))[1].skipped == ()
    with pytest.raises(StepFailed):
        run(HalfPrecision(), file, around(x * 17_000))
    x[63] = 17_000
    with pytest.raises(StepFailed):
        run(HalfPrecision(), file, around(x))


def test_large_weights_that_fit_are_kept_as_they_are(tmp_path):
    file = saved(tmp_path / "m.onnx", [("MatMul", ["x", "w"], ["output"])], {"w": np.eye(8) * 60_000})
    half, _ = run(HalfPrecision(), file, around(np.full((80, 8), 0.1, np.float32)))
    assert numpy_helper.to_array(half.load().graph.initializer[0]).max() == np.float16(60_000)


def test_a_file_that_the_runtime_cannot_run_is_a_sentence(tmp_path):
    file = saved(tmp_path / "fits.onnx", [("Relu", ["x"], ["output"])], {})
    try_out(file, {"x": np.ones((4, 8), np.float32)})
    for feeds in ({"x": np.ones((4, 7), np.float32)}, {"y": np.ones((4, 8), np.float32)}):
        with pytest.raises(StepFailed) as caught:
            try_out(file, feeds)
        assert caught.value.code == "runtime-crashes" and "fits.onnx" in str(caught.value)


def test_a_crash_of_the_runtime_is_a_sentence(tmp_path):
    """The file that ends ONNX Runtime 1.32: a float16 transposition of the batch before a matrix product."""
    nodes = [helper.make_node("Cast", ["x"], ["h"], to=TensorProto.FLOAT16)]
    nodes += [helper.make_node("Transpose", ["h"], ["t"], perm=[1, 0, 2]), helper.make_node("MatMul", ["t", "w"], ["y"])]
    nodes += [helper.make_node("Cast", ["y"], ["output"], to=TensorProto.FLOAT)]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["a", "b", 16]) for n in ("x", "output")]
    weight = numpy_helper.from_array(np.ones((16, 16), np.float16), "w")
    model = helper.make_model(helper.make_graph(nodes, "main", ends[:1], ends[1:], [weight]), ir_version=10)
    file = GraphFile.save(model, tmp_path / "ends.onnx")
    try:
        try_out(file, {"x": np.ones((4, 6, 16), np.float32)})
    except StepFailed as error:
        assert error.code == "runtime-crashes" and error.fields["why"] == "SIGSEGV"
