"""Weights that cannot saturate: what has to change changes little, the rest does not, and the certificate is given."""

import itertools
from dataclasses import replace

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper

from workbench.graphs import GraphFile, certify
from workbench.graphs.pairs import saturable
from workbench.tasks.task import Signature, Split
from workbench.techniques import StaticQuantization, StepContext
from workbench.techniques.conformance import run
from workbench.techniques.portable import Narrowed, fitted, make_portable, narrowed

WEIGHT = st.one_of(st.integers(-127, 127), st.sampled_from([-127, 127, 64, 65, -65]))
MATRICES = st.tuples(st.integers(1, 4), st.integers(1, 7)).flatmap(lambda shape: arrays(np.int8, shape, elements=WEIGHT))


@given(MATRICES)
def test_fitted_pairs_are_the_nearest_that_fit(weights):
    made = fitted(weights)
    assert made.shape == weights.shape and not saturable(made).any()
    risky = saturable(weights)
    for row, new, at in zip(weights.astype(int), made, risky, strict=True):
        for k, wrong in enumerate(at):
            (old, now) = row[2 * k : 2 * k + 2].tolist(), new[2 * k : 2 * k + 2].tolist()
            if not wrong:
                assert old == now
            else:
                sign = 1 if old[0] > 0 else -1
                on_line = ((sign * a - old[0]) ** 2 + (sign * (128 - a) - old[1]) ** 2 for a in range(1, 128))
                assert sum(now) == sign * 128 and (now[0] - old[0]) ** 2 + (now[1] - old[1]) ** 2 == min(on_line)


@pytest.mark.parametrize("scales", ["none", "one", "all"])
@given(MATRICES)
def test_narrowed_weights_cannot_saturate_and_stay_near(scales, weights):
    count = {"none": 0, "one": 1, "all": len(weights)}[scales]
    made, growth = narrowed(weights, count)
    assert made.dtype == np.int8 and not saturable(made).any() and set(growth) <= {1, 1.125, 1.25, 1.5, 1.75, 2}
    safe = ~saturable(weights).any(axis=1)
    if scales == "none" or safe.all():
        assert (growth == 1).all()
    if scales != "one" or safe.all():
        assert (growth[safe] == 1).all() and np.array_equal(made[safe], weights[safe])
    if scales == "one":
        assert len(set(growth)) == 1
    error = ((made * growth[:, None] - weights) ** 2).sum(axis=1)
    halves = ((np.rint(weights / 2) * 2 - weights) ** 2).sum(axis=1)
    moved = ((fitted(weights) - weights) ** 2).sum(axis=1)
    if scales == "all":
        assert (error <= np.minimum(halves, moved)).all()
    elif scales == "one":
        assert error.sum() <= min(halves.sum(), moved.sum())


def test_by_hand():
    rest = [51, 41, 31, 22, 33, -13, 7, 5]
    weights = np.array([[127] * 10, [127, 2, *rest], [64, 64, -127, *[1] * 7]], np.int8)
    nearest = [[64] * 10, [126, 2, *rest], weights[2].tolist()]
    made, growth = narrowed(weights, 3)
    assert growth.tolist() == [2, 1, 1] and made.tolist() == nearest and narrowed(weights, 0)[0].tolist() == nearest
    assert fitted(np.array([[-127, -10, 100, 127, 90]])).tolist() == [[-122, -6, 51, 77, 90]]


def network(path):
    """Three convolutions (the middle one in two groups), a depthwise one, and a linear layer, with biases."""
    draw = np.random.default_rng(3)

    def normal(*shape):
        return draw.standard_normal(shape).astype(np.float32)

    held = {"a.weight": normal(16, 3, 3, 3), "a.bias": normal(16), "b.weight": normal(16, 8, 3, 3), "b.bias": normal(16)}
    held |= {"c.weight": normal(16, 1, 3, 3), "c.bias": normal(16), "fc.weight": normal(5, 16), "fc.bias": normal(5)}
    nodes = [("Conv", ["x", "a.weight", "a.bias"], ["1"], {}), ("Relu", ["1"], ["2"], {})]
    nodes += [("Conv", ["2", "b.weight", "b.bias"], ["3"], {"group": 2}), ("Relu", ["3"], ["4"], {})]
    nodes += [("Conv", ["4", "c.weight", "c.bias"], ["5"], {"group": 16}), ("GlobalAveragePool", ["5"], ["6"], {})]
    nodes += [("Flatten", ["6"], ["7"], {}), ("Gemm", ["7", "fc.weight", "fc.bias"], ["y"], {"transB": 1})]
    made = [helper.make_node(*n[:3], name=f"n{k}", **n[3]) for k, n in enumerate(nodes)]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 9, 9])]
    answers = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])]
    tensors = [numpy_helper.from_array(v, k) for k, v in held.items()]
    graph = helper.make_graph(made, "main", ends, answers, tensors)
    return GraphFile.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


@pytest.fixture
def quantized(tmp_path):
    x = np.random.default_rng(4).standard_normal((200, 3, 9, 9)).astype(np.float32)
    file = network(tmp_path / "float.onnx")
    train = Split("train", {"x": x}, None)
    context = StepContext(train, Split("validation", {"x": x[:0]}, None), "outputs", Signature((), ()))

    def make(**fields):
        return run(StaticQuantization(calibration_samples=64, **fields), file, replace(context, scratch=tmp_path))

    return make, file, x


FORMS = list(itertools.product(["tensor", "channel"], ["uint8", "int8"]))


@pytest.mark.parametrize("granularity, activations", FORMS)
def test_portable_files_are_certified_and_cost_nothing(quantized, granularity, activations):
    make, file, x = quantized
    form = {"granularity": granularity, "activations": activations}
    plain, report = make(portable=False, **form)
    refused = certify(plain)
    answers, size = plain.run({"x": x})["y"], plain.size_bytes
    assert not refused.portable and report.remarks == ()
    assert [o.verdict for o in refused.operators] == ["can-saturate", "can-saturate", "certified", "can-saturate"]
    safe, report = make(portable=True, **form)
    certificate = certify(safe)
    assert certificate.portable and [o.name for o in certificate.operators] == ["a", "b", "c", "fc"]
    assert safe.size_bytes <= size + 4
    ((code, fields),) = report.remarks
    assert code == "weights-coarser" and 0 < fields["channels"] <= fields["total"] == 16 + 16 + 5
    truth = file.run({"x": x})["y"]
    before, after = (np.sqrt(((a - truth) ** 2).mean()) for a in (answers, safe.run({"x": x})["y"]))
    assert after < 2 * before + 0.01 * np.abs(truth).max()


def convolutions(file):
    """By a convolution's name: its integer weights, their scale, its integer bias, and the scale of its input."""
    model = file.load()
    held = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    found = [n for n in model.graph.node if n.op_type == "QLinearConv"]
    return {n.name: tuple(held[n.input[place]] for place in (3, 4, 8, 1)) for n in found}


def test_only_what_could_saturate_is_coarser(quantized):
    make, *_ = quantized
    plain, safe = (convolutions(make(granularity="channel", portable=p)[0]) for p in (False, True))
    (weights, scale, bias, given), (coarser, grown, its_bias, its_given) = plain["a"], safe["a"]
    rows = [np.moveaxis(w, 1, -1).reshape(16, -1) for w in (weights, coarser)]
    risky = saturable(rows[0]).any(axis=1)
    assert risky.any() and not risky.all() and np.array_equal((rows[0] != rows[1]).any(axis=1), risky)
    assert np.array_equal(plain["c"][0], safe["c"][0])
    growth = grown / scale
    assert (growth[~risky] == 1).all() and (growth >= 1).all() and (growth <= 2.0001).all() and (growth[risky] > 1).any()
    assert its_given == given
    np.testing.assert_allclose(its_bias * grown, bias * scale, atol=float(grown.max()))


def test_the_same_bytes_on_every_machine_and_seven_bits_need_no_mending(quantized):
    make, *_ = quantized
    one = make()[0].path.read_bytes()
    assert make(portable=True, bits=8)[0].path.read_bytes() == one
    seven, _ = make(bits=7, portable=False)
    assert certify(seven).portable and make(bits=7)[1].remarks == ()


def integers(weights, **held):
    """One QLinearMatMul: integers in the graph itself."""
    scales = {"one": np.float32(1), "zero": np.uint8(0), "szero": np.int8(0), "w": weights, **held}
    node = helper.make_node("QLinearMatMul", ["x", "one", "zero", "w", "one", "szero", "one", "zero"], ["y"])
    ends = [helper.make_tensor_value_info(n, TensorProto.UINT8, None) for n in ("x", "y")]
    tensors = [numpy_helper.from_array(np.asarray(v), k) for k, v in scales.items()]
    return helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:], tensors))


def test_scales_that_others_read_stay_as_they_are():
    made = integers(np.full((2, 4, 3), 127, np.int8))
    assert make_portable(made) == Narrowed(48 // 2, 6, 6)
    held = {t.name: numpy_helper.to_array(t) for t in made.graph.initializer}
    assert (held["w"] == 64).all() and held["one"] == 1
    made = integers(np.full((2, 4, 3), 64, np.int8))
    before = made.SerializeToString()
    assert make_portable(made) == Narrowed(0, 0, 6) and made.SerializeToString() == before


def test_weights_that_are_no_initializer_are_left(tmp_path):
    made = integers(np.full((4, 3), 127, np.int8))
    made.graph.node.insert(0, helper.make_node("Identity", ["w"], ["v"]))
    made.graph.node[1].input[3] = "v"
    assert make_portable(made) == Narrowed(0, 0, 3) and isinstance(made, onnx.ModelProto)
