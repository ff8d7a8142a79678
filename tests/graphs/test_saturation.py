"""What a CPU without VNNI answers, held against loops over the pair sums, and against the runtime where nothing saturates."""

import itertools

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.errors import StepFailed
from workbench.graphs import GraphFile, certify
from workbench.graphs.saturation import simulated

DRAW = np.random.default_rng(7)


def saved(path, nodes, inputs, outputs, **tensors):
    made = [helper.make_node(*n[:3], **(n[3] if len(n) > 3 else {})) for n in nodes]
    for node in made:
        node.domain = "com.microsoft" if node.op_type.startswith(("QGemm", "DynamicQuantizeLSTM")) else ""
    ends = [helper.make_tensor_value_info(n, k, s) for n, (k, s) in inputs.items()]
    answers = [helper.make_tensor_value_info(n, k, None) for n, k in outputs.items()]
    initializers = [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()]
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    graph = helper.make_graph(made, "main", ends, answers, initializers)
    return GraphFile.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), path)


def total(a, w):
    """Pairs added in 16 bits, one after the other."""
    found = 0
    for k in range(0, len(a), 2):
        found += max(-32768, min(32767, sum(int(x) * int(y) for x, y in zip(a[k : k + 2], w[k : k + 2], strict=True))))
    return found


def stored(sums, scale, zero, kind=np.uint8):
    """How a sum is stored: scaled in single precision, rounded to even, clipped."""
    bounds = np.iinfo(kind)
    return np.clip(np.rint(np.float32(sums) * np.float32(scale)).astype(int) + int(zero), bounds.min, bounds.max)


def test_by_hand(tmp_path):
    """255 x 127 + 255 x 127 is 64,770, and 32,767 in 16 bits: at a scale of 1/500 that is 130 and 66."""
    nodes = [("QLinearMatMul", ["x", "one", "zero", "w", "one", "szero", "wide", "zero"], ["y"])]
    held = {"one": np.float32(1), "zero": np.uint8(0), "szero": np.int8(0), "wide": np.float32(500)}
    w = np.array([[127, 127], [127, -127]], np.int8)
    file = saved(tmp_path / "hand.onnx", nodes, {"x": (TensorProto.UINT8, ["n", 2])}, {"y": TensorProto.UINT8}, w=w, **held)
    x = np.array([[255, 255], [128, 128], [255, 0]], np.uint8)
    (y,) = simulated(file, {"x": x})
    assert y.tolist() == [[66, 0], [65, 0], [65, 65]] and y.dtype == np.uint8
    assert simulated(file, {"x": x}, saturating=False)[0].tolist() == [[130, 0], [65, 0], [65, 65]]


def convolution(tmp_path, weights, x, kind=np.uint8, bias=True, **words):
    """A quantized convolution between two others' worth of QuantizeLinear: x -> Q -> DQ -> Conv -> Q -> DQ."""
    scales = {"sx": np.float32(0.02), "sw": np.full(len(weights), 0.01, np.float32) * np.arange(1, len(weights) + 1)}
    scales["sw"] = scales["sw"].astype(np.float32)
    zeros = {"zx": kind(3), "zw": np.zeros(len(weights), np.int8), "zy": kind(5)}
    held = {"w": weights, "b": DRAW.integers(-9000, 9000, len(weights)).astype(np.int32), "sy": np.float32(4.0)}
    held["sb"] = (scales["sx"] * scales["sw"]).astype(np.float32)
    nodes = [("QuantizeLinear", ["x", "sx", "zx"], ["q"]), ("DequantizeLinear", ["q", "sx", "zx"], ["d"])]
    nodes += [
        ("DequantizeLinear", ["w", "sw", "zw"], ["f"], {"axis": 0}),
        ("DequantizeLinear", ["b", "sb"], ["fb"], {"axis": 0}),
    ]
    nodes += [("Conv", ["d", "f", *(["fb"] if bias else [])], ["c"], words)]
    nodes += [("QuantizeLinear", ["c", "sy", "zy"], ["r"]), ("DequantizeLinear", ["r", "sy", "zy"], ["y"])]
    ends = {"x": (TensorProto.FLOAT, ["n", *x.shape[1:]])}
    file = saved(tmp_path / "conv.onnx", nodes, ends, {"y": TensorProto.FLOAT}, **scales, **zeros, **held)
    return file, scales, zeros, held


def by_loops(x, w, b, scales, zeros, strides, pads, dilations, groups):
    """The convolution, place by place."""
    q = np.clip(np.rint(x / scales["sx"]).astype(int) + int(zeros["zx"]), 0, 255)
    q = np.pad(q, [(0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])], constant_values=int(zeros["zx"]))
    high, wide = ((q.shape[2 + d] - (w.shape[2 + d] - 1) * dilations[d] - 1) // strides[d] + 1 for d in range(2))
    y = np.zeros((len(x), len(w), high, wide))
    for n, o, i, j in np.ndindex(y.shape):
        channels = [o // (len(w) // groups) * w.shape[1] + c for c in range(w.shape[1])]
        walk = [(r, s, c) for r, s in np.ndindex(*w.shape[2:]) for c in range(w.shape[1])]
        a = [q[n, channels[c], i * strides[0] + r * dilations[0], j * strides[1] + s * dilations[1]] for r, s, c in walk]
        held = [w[o, c, r, s] for r, s, c in walk]
        sums = total(a, held) - int(zeros["zx"]) * int(np.sum(held, dtype=int)) + int(b[o])
        scale = scales["sx"] * scales["sw"][o] / np.float32(4.0)
        y[n, o, i, j] = (stored(sums, scale, zeros["zy"]) - int(zeros["zy"])) * 4.0
    return y


@pytest.mark.parametrize(
    "channels, outputs, groups, words",
    [
        (3, 16, 1, {"pads": [1, 2, 0, 1]}),
        (4, 16, 1, {"strides": [2, 1], "dilations": [1, 2]}),
        (4, 6, 2, {"pads": [1, 1, 1, 1]}),
        (2, 4, 2, {}),
    ],
)
def test_convolutions_are_those_of_the_loops(tmp_path, channels, outputs, groups, words):
    w = DRAW.choice([-127, 127, 90, -3], (outputs, channels // groups, 2, 3)).astype(np.int8)
    x = DRAW.uniform(0, 5.1, (3, channels, 5, 6)).astype(np.float32)
    file, scales, zeros, held = convolution(tmp_path, w, x, group=groups, **words)
    strides, pads, dilations = (words.get(k, d) for k, d in (("strides", [1, 1]), ("pads", [0] * 4), ("dilations", [1, 1])))
    truth = by_loops(x, w, held["b"], scales, zeros, strides, pads, dilations, groups)
    (y,) = simulated(file, {"x": x})
    np.testing.assert_allclose(y, truth, atol=1e-4)
    assert not certify(file).portable and np.unique(truth).size > 10


def test_what_does_not_saturate_is_the_runtime_s_answer(tmp_path):
    """Weights that could saturate, and activations too small to do it: equal to the last bit, on every CPU."""
    w = np.full((16, 3, 3, 3), 127, np.int8) * DRAW.choice([-1, 1, 0], (16, 3, 3, 3)).astype(np.int8)
    x = DRAW.uniform(0, 2.4, (130, 3, 6, 6)).astype(np.float32)  # stored: 3 to 123
    file, *_ = convolution(tmp_path, w, x, bias=False, pads=[1, 1, 1, 1])
    (y,) = simulated(file, {"x": x})
    assert not certify(file).portable and np.array_equal(y, file.run({"x": x})["y"]) and y.shape == (130, 16, 6, 6)


def residual(tmp_path, weight):
    """Two quantized layers, the second of which also reads what is before the first: x -> a, a + b -> c."""
    held = {
        "s": np.float32(0.02),
        "z": np.uint8(0),
        "sw": np.float32(0.01),
        "w": weight,
        "sy": np.float32(0.5),
        "zy": np.uint8(9),
    }
    nodes = [("QuantizeLinear", ["x", "s", "z"], ["q"]), ("DequantizeLinear", ["q", "s", "z"], ["d"])]
    nodes += [("DequantizeLinear", ["w", "sw"], ["f"]), ("MatMul", ["d", "f"], ["a"]), ("Relu", ["a"], ["b"])]
    nodes += [("QuantizeLinear", ["b", "sy", "z"], ["qb"]), ("DequantizeLinear", ["qb", "sy", "z"], ["db"])]
    nodes += [("Add", ["db", "d"], ["e"]), ("QuantizeLinear", ["e", "sy", "zy"], ["qe"])]
    nodes += [("DequantizeLinear", ["qe", "sy", "zy"], ["de"]), ("MatMul", ["de", "f"], ["y"])]
    return saved(tmp_path / "two.onnx", nodes, {"x": (TensorProto.FLOAT, ["n", 4])}, {"y": TensorProto.FLOAT}, **held)


def test_a_network_is_followed_from_layer_to_layer(tmp_path):
    w = np.array([[127, 5, -127, 20], [127, 9, -100, 2], [1, 100, 3, 127], [-8, 100, 4, 127]], np.int8)
    x = DRAW.uniform(1, 5.1, (70, 4)).astype(np.float32)
    q = stored(x, 1 / np.float32(0.02), 0)
    a = np.array([[total(row, w[:, k]) for k in range(4)] for row in q])
    qb = stored(np.maximum(np.float32(a) * np.float32(0.02 * 0.01), 0), 2, 0)
    qe = stored(np.float32(qb * 0.5 + q * np.float32(0.02)), 2, 9)
    c = np.array([[total(row, w[:, k]) - 9 * w[:, k].astype(int).sum() for k in range(4)] for row in qe])
    (y,) = simulated(residual(tmp_path, w), {"x": x})
    assert np.abs(y - c * 0.5 * 0.01).max() <= 1.3 and np.median(np.abs(y - c * 0.5 * 0.01)) < 1e-3
    exact = stored(x, 50, 0).astype(int) @ w.astype(int)
    assert (a != exact).any(axis=0).tolist() == [True, True, True, True]


def test_a_dynamic_product_takes_the_scale_of_its_batch(tmp_path):
    nodes = [("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), ("MatMulInteger", ["q", "w", "z", "wz"], ["i"])]
    nodes += [("Cast", ["i"], ["f"], {"to": TensorProto.FLOAT}), ("Mul", ["s", "ws"], ["m"]), ("Mul", ["f", "m"], ["y"])]
    w = DRAW.choice([-127, 127, 100], (6, 5)).astype(np.int8)
    held = {"w": w, "wz": np.int8(0), "ws": np.float32(0.01)}
    file = saved(tmp_path / "d.onnx", nodes, {"x": (TensorProto.FLOAT, ["n", 6])}, {"y": TensorProto.FLOAT}, **held)
    x = DRAW.uniform(0.5, 1, (70, 6)).astype(np.float32)
    (y,) = simulated(file, {"x": x})
    for part in (slice(0, 64), slice(64, 70)):
        scale = np.float32(x[part].max()) / np.float32(255)
        q = stored(x[part], 1 / scale, 0)
        truth = np.array([[total(row, w[:, k]) for k in range(5)] for row in q]) * scale * 0.01
        np.testing.assert_allclose(y[part], truth, atol=float(scale) * 1.3)


@pytest.mark.parametrize("shape", [(6,), (2, 6, 3), (6, 3)])
@pytest.mark.parametrize("zero", [0, -4])
def test_products_of_stacked_matrices_and_vectors(tmp_path, shape, zero):
    w, x = DRAW.choice([-127, 127], shape).astype(np.int8), DRAW.integers(0, 256, (2, 5, 6)).astype(np.uint8)
    held = {"w": w, "zx": np.uint8(7), "zw": np.int8(zero)}
    file = saved(tmp_path / "m.onnx", [("MatMulInteger", ["x", "w", "zx", "zw"], ["y"])],
                 {"x": (TensorProto.UINT8, [2, 5, 6])}, {"y": TensorProto.INT32}, **held)  # fmt: skip
    columns = np.broadcast_to(w.reshape(6, 1) if w.ndim == 1 else w, (2, 6, 1 if w.ndim == 1 else 3)).astype(int)
    truth = np.zeros((2, 5, columns.shape[2]), int)
    for n, i, k in itertools.product(range(2), range(5), range(columns.shape[2])):
        a, c = x[n, i].astype(int), columns[n, :, k]
        truth[n, i, k] = total(a, c) - 7 * c.sum() - zero * a.sum() + 6 * 7 * zero
    (y,) = simulated(file, {"x": x})
    assert y.dtype == np.int32 and y.reshape(truth.shape).tolist() == truth.tolist()


def test_a_gemm_with_a_bias_and_a_stored_result(tmp_path):
    w, b = DRAW.choice([-127, 127], (3, 5)).astype(np.int8), np.array([100, -20000, 3], np.int32)
    held = {
        "w": w,
        "b": b,
        "one": np.float32(0.5),
        "zx": np.uint8(2),
        "zw": np.int8(0),
        "sy": np.float32(300),
        "zy": np.uint8(120),
    }
    x = DRAW.integers(0, 256, (5, 5)).astype(np.uint8)
    sums = [[total(x[:, i], w[k]) - 2 * w[k].astype(int).sum() + b[k] for k in range(3)] for i in range(5)]
    words = {"transA": 1, "transB": 1, "alpha": 2.0}
    inputs = ["x", "one", "zx", "w", "one", "zw", "b", "sy", "zy"]
    ends = {"x": (TensorProto.UINT8, ["n", 5])}
    file = saved(tmp_path / "g.onnx", [("QGemm", inputs, ["y"], words)], ends, {"y": TensorProto.UINT8}, **held)
    assert simulated(file, {"x": x})[0].tolist() == stored(np.array(sums), 0.5 / 300, 120).tolist()
    file = saved(tmp_path / "f.onnx", [("QGemm", inputs[:7], ["y"], words)], ends, {"y": TensorProto.FLOAT}, **held)
    np.testing.assert_allclose(simulated(file, {"x": x})[0], np.array(sums) * 0.5, rtol=1e-6)


def test_a_certified_file_is_simply_run(tmp_path):
    file = residual(tmp_path, np.full((4, 4), 64, np.int8))
    x = DRAW.uniform(0, 5, (65, 4)).astype(np.float32)
    assert certify(file).portable and np.array_equal(simulated(file, {"x": x})[0], file.run({"x": x})["y"])


def test_what_cannot_be_emulated_is_said(tmp_path):
    big = np.full((1, 4, 4), 127, np.int8)
    inputs = ["x", "w", "r", *[""] * 5, "s", "z", "s", "z"]
    file = saved(tmp_path / "l.onnx", [("DynamicQuantizeLSTM", inputs, ["y"], {"hidden_size": 1})],
                 {"x": (TensorProto.FLOAT, [2, "n", 4])}, {"y": TensorProto.FLOAT}, w=big, r=big[:, :1],
                 s=np.ones(1, np.float32), z=np.zeros(1, np.int8))  # fmt: skip
    with pytest.raises(StepFailed) as error:
        simulated(file, {"x": np.zeros((2, 1, 4), np.float32)})
    assert error.value.code == "not-simulated" and "DynamicQuantizeLSTM" in str(error.value)
    w = np.full((16, 4, 3, 3), 127, np.int8)
    file, *_ = convolution(tmp_path, w, np.zeros((1, 4, 5, 5)), auto_pad="SAME_UPPER")
    with pytest.raises(StepFailed) as error:
        simulated(file, {"x": np.zeros((1, 4, 5, 5), np.float32)})
    assert error.value.fields["why"] == "auto_pad"
