"""Quantization and half precision of ONNX files, held against numpy, the reference evaluator and the runtime's own graph."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from workbench.errors import InputError, StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.fused import float_operators, integer_operators, ran
from workbench.machine import Machine
from workbench.tasks.task import Signature, Split
from workbench.techniques import DynamicQuantization, HalfPrecision, StaticQuantization, StepContext
from workbench.techniques.conformance import run

DRAW = np.random.default_rng(0)
VNNI = Machine("Linux x86_64", "a", ("avx2", "avx512_vnni"), 2, 1, ())
AVX2 = Machine("Linux x86_64", "b", ("avx2",), 2, 1, ())
ARM = Machine("Darwin arm64", "c", ("asimd", "asimddp"), 2, 1, ())


def saved(path, nodes, inputs, weights, rank=2):
    ends = [
        helper.make_tensor_value_info(n, TensorProto.INT64 if n == "ids" else TensorProto.FLOAT, s) for n, s in inputs.items()
    ]
    answers = [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", *[None] * (rank - 1)])]
    tensors = [numpy_helper.from_array(np.asarray(w), n) for n, w in weights.items()]
    named = [helper.make_node(*n[:3], name=f"n{k}", **(n[3] if len(n) > 3 else {})) for k, n in enumerate(nodes)]
    graph = helper.make_graph(named, "main", ends, answers, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return GraphFile.save(model, path)


def normal(*shape):
    return DRAW.standard_normal(shape).astype(np.float32)


@pytest.fixture
def two(tmp_path):
    """An image and tokens: a convolution, a depthwise one, an embedding, a linear layer."""
    weights = {"conv.weight": normal(8, 1, 3, 3), "depth.weight": normal(8, 1, 3, 3), "embed.weight": normal(7, 8)}
    weights |= {"fc.weight": normal(3, 8), "fc.bias": normal(3), "axes": np.array([1])}
    nodes = [
        ("Conv", ["image", "conv.weight"], ["a"], {"pads": [1, 1, 1, 1]}),
        ("Relu", ["a"], ["b"]),
        ("Conv", ["b", "depth.weight"], ["c"], {"group": 8}),
        ("GlobalAveragePool", ["c"], ["d"]),
        ("Flatten", ["d"], ["e"]),
        ("Gather", ["embed.weight", "ids"], ["f"]),
        ("ReduceMean", ["f", "axes"], ["g"], {"keepdims": 0}),
        ("Add", ["e", "g"], ["h"]),
        ("Gemm", ["h", "fc.weight", "fc.bias"], ["output"], {"transB": 1}),
    ]
    file = saved(tmp_path / "two.onnx", nodes, {"image": ["batch", 1, 6, 6], "ids": ["batch", 4]}, weights)
    return file, around(image=normal(300, 1, 6, 6), ids=DRAW.integers(0, 7, (300, 4)))


@pytest.fixture
def words(tmp_path):
    """Tokens through an embedding, an LSTM and a linear layer."""
    weights = {"embed.weight": normal(7, 5), "w": normal(1, 16, 5), "r": normal(1, 16, 4), "fc.weight": normal(4, 3)}
    nodes = [
        ("Gather", ["embed.weight", "ids"], ["e"]),
        ("Transpose", ["e"], ["t"], {"perm": [1, 0, 2]}),
        ("LSTM", ["t", "w", "r"], ["", "last"], {"hidden_size": 4}),
        ("Squeeze", ["last", "zero"], ["s"]),
        ("MatMul", ["s", "fc.weight"], ["output"]),
    ]
    file = saved(tmp_path / "words.onnx", nodes, {"ids": ["batch", 6]}, weights | {"zero": np.array([0])})
    return file, around(ids=DRAW.integers(0, 7, (100, 6)))


def around(machine=VNNI, **arrays):
    train = Split("train", arrays, None)
    return StepContext(
        train, Split("validation", {n: a[:0] for n, a in arrays.items()}, None), "outputs", Signature((), ()), machine=machine
    )


def codes(report):
    return {line.layer: line.code for line in report.lines}


TECHNIQUES = (StaticQuantization(), DynamicQuantization(convolutions=True), HalfPrecision())


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda t: type(t).__name__)
@pytest.mark.parametrize("name", ["two", "words"])
def test_every_kind_of_input_passes_through(technique, name, request):
    file, context = request.getfixturevalue(name)
    digest, feeds = file.digest, {n: a[:20] for n, a in context.train.arrays.items()}
    new, report = run(technique, file, context)
    model = new.load()
    assert file.digest == digest and new.path.parent == context.scratch
    assert [(i.name, i.type.tensor_type.elem_type) for i in model.graph.input] == [
        (i.name, i.type.tensor_type.elem_type) for i in file.load().graph.input
    ]
    assert model.graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    truth, answer = file.run(feeds)["output"], new.run(feeds)["output"]
    limit = 0.02 if technique.title == "Half precision" else 0.15
    assert 0 < np.abs(answer - truth).max() < limit * np.abs(truth).max()
    assert not model.producer_version and not model.metadata_props and all(not n.doc_string for n in model.graph.node)
    again, _ = run(technique, file, replace(context, scratch=request.getfixturevalue("tmp_path")))
    assert again.path.read_bytes() == new.path.read_bytes()
    assert report.figures["bytes_after"] == new.size_bytes and report.figures["bytes_before"] == file.size_bytes


def test_a_static_file_runs_in_integers_and_says_what_does_not(two, words):
    file, context = two
    new, report = run(StaticQuantization(), file, context)
    assert codes(report) == dict.fromkeys(("conv", "depth", "embed", "fc"), "quantized")
    found = integer_operators(new.path)
    assert found["QLinearConv"] == 2 and found["QGemm"] == 1 and not float_operators(new.path)
    layers = {node.layer: node.operator for node in ran(new.path) if node.layer in ("conv", "depth", "fc")}
    assert layers == {"conv": "QLinearConv", "depth": "QLinearConv", "fc": "QGemm"}
    assert report.figures["integer_operators"] == sum(found.values()) and integer_operators(file.path) == {}
    assert float_operators(file.path) == {"Conv": 1, "FusedConv": 1, "Gemm": 1} and report.figures["float_operators"] == 0
    file, context = words
    _, report = run(StaticQuantization(), file, context)
    assert codes(report) == {"embed": "quantized", "w": "no-integer-kernel", "fc": "quantized"}
    assert report.figures["float_operators"] == 1 and "LSTM" in report.lines[1].sentence


def test_a_static_file_answers_like_the_reference(two):
    file, context = two
    new, _ = run(StaticQuantization(), file, context)
    feeds = {n: a[:16] for n, a in context.train.arrays.items()}
    (truth,) = ReferenceEvaluator(new.load()).run(None, feeds)
    assert np.abs(new.run(feeds)["output"] - truth).max() < 0.03 * np.abs(truth).max()


def stored(file):
    """Integer weights of a file, with their scales, by the layer's name."""
    model = file.load()
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    makers = {n.output[0]: n for n in model.graph.node}
    found = {}
    for node in (n for n in model.graph.node if n.name and n.op_type in ("QLinearConv", "Conv", "Gemm", "MatMul")):
        weight, scale = node.input[3:5] if node.op_type == "QLinearConv" else makers[node.input[1]].input[:2]
        found[node.name] = tensors[weight], tensors[scale]
    return found


@pytest.mark.parametrize("granularity", ["tensor", "channel"])
@pytest.mark.parametrize("bits", [7, 8])
def test_weights_are_rounded_to_their_scale(two, granularity, bits):
    file, context = two
    new, _ = run(StaticQuantization(granularity=granularity, bits=bits, portable=False), file, context)
    weight = {t.name: numpy_helper.to_array(t) for t in file.load().graph.initializer}["conv.weight"]
    integers, scale = stored(new)["conv"]
    largest = np.abs(weight).max((1, 2, 3), keepdims=True) if granularity == "channel" else np.abs(weight).max()
    np.testing.assert_allclose(scale.ravel(), np.ravel(largest) / (127 if bits == 8 else 64), rtol=0.01)
    assert integers.dtype == np.int8 and np.abs(integers).max() in ((127,) if bits == 8 else (64, 63))
    wide = scale.reshape(np.shape(largest) or ())
    assert np.abs(integers * wide - weight).max() <= 0.5001 * np.max(wide)


def test_scales_come_from_the_first_training_samples_alone(two):
    file, context = two
    arrays = dict(context.train.arrays)
    step = StaticQuantization(calibration_samples=100)
    base = run(step, file, context)[0].path.read_bytes()

    def with_outlier(index):
        image = arrays["image"].copy()
        image[index] = 1000
        return run(step, file, replace(context, train=Split("train", arrays | {"image": image}, None)))[0].path.read_bytes()

    assert with_outlier(100) == base != with_outlier(99)


@pytest.fixture
def image_with_an_outlier(tmp_path):
    """A convolution, and 256 images of 40 x 40 normal values, one of which is 1,000."""
    weights = {"conv.weight": normal(4, 1, 3, 3), "fc.weight": normal(3, 4)}
    nodes = [("Conv", ["x", "conv.weight"], ["a"]), ("GlobalAveragePool", ["a"], ["b"]), ("Flatten", ["b"], ["c"])]
    nodes.append(("Gemm", ["c", "fc.weight"], ["output"], {"transB": 1}))
    x = normal(256, 1, 40, 40)
    x[7, 0, 3, 3] = 1000
    return saved(tmp_path / "one.onnx", nodes, {"x": ["batch", 1, 40, 40]}, weights), around(x=x), x


def scale_of_input(file, context, method):
    step = StaticQuantization(method=method, granularity="tensor")
    model = run(step, file, context)[0].load()
    held = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    return float(next(held[n.input[1]] for n in model.graph.node if n.op_type == "QuantizeLinear" and n.input[0] == "x"))


def test_calibrators_against_an_outlier(image_with_an_outlier):
    file, context, x = image_with_an_outlier
    assert scale_of_input(file, context, "minmax") == pytest.approx((x.max() - x.min()) / 255, rel=1e-5)
    usual = np.sort(x.ravel())[[1, -2]]
    percentile = scale_of_input(file, context, "percentile")
    assert percentile < 0.1 * (x.max() - x.min()) / 255 and percentile == pytest.approx((usual[1] - usual[0]) / 255, rel=0.5)


def test_nothing_is_printed(two, capsys):
    file, context = two
    for method in ("minmax", "percentile"):
        run(StaticQuantization(method=method), file, context)
    assert capsys.readouterr().out == ""


def test_layers_that_are_left_alone_stay_in_float(two):
    file, context = two
    new, report = run(StaticQuantization(leave_alone=("depth", "fc")), file, context)
    told = {line.layer: line.code for line in report.lines}
    assert told["depth"] == told["fc"] == "left-in-float" and told["conv"] == "quantized"
    held = {n.name: n.op_type for n in new.load().graph.node if n.name}
    assert held["conv"] == "QLinearConv" and held["depth"] == "Conv"
    with pytest.raises(InputError) as error:
        run(StaticQuantization(leave_alone=("dept",)), file, context)
    assert error.value.code == "no-layer" and error.value.fields["nearest"] == "depth"


def test_auto_becomes_what_the_machine_is_good_at(two):
    file, context = two
    told = {m: StaticQuantization().resolve(file, replace(context, machine=m)) for m in (VNNI, AVX2, ARM)}
    assert [(t.activations, t.weights, t.bits) for t in told.values()] == [
        ("uint8", "int8", 8),
        ("uint8", "int8", 8),
        ("int8", "int8", 8),
    ]
    assert {t.granularity for t in told.values()} == {"channel"}  # there is a depthwise convolution
    assert [DynamicQuantization().resolve(file, replace(context, machine=m)).bits for m in (VNNI, AVX2, ARM)] == [8, 7, 8]
    chosen = StaticQuantization(granularity="tensor", activations="int8", weights="int8", bits=8)
    assert chosen.resolve(file, replace(context, machine=AVX2)) == chosen
    assert StaticQuantization(bits=7).resolve(file, context).bits == 7


def test_one_scale_for_a_tensor_where_channels_are_not_convolved_alone(words):
    file, context = words
    assert StaticQuantization().resolve(file, context).granularity == "tensor"


@pytest.mark.parametrize("activations, weights", [("uint8", "uint8"), ("int8", "int8")])
def test_types_are_as_asked(two, activations, weights):
    file, context = two
    new, _ = run(StaticQuantization(activations=activations, weights=weights), file, context)
    assert stored(new)["conv"][0].dtype == np.dtype(weights)
    tensors = {t.name: numpy_helper.to_array(t) for t in new.load().graph.initializer}
    zeros = {tensors[n.input[2]].dtype for n in new.load().graph.node if n.op_type == "QuantizeLinear"}
    assert zeros == {np.dtype(activations)}


def test_dynamic_quantization_takes_linear_and_recurrent_layers(two, words):
    file, context = two
    new, report = run(DynamicQuantization(), file, context)
    assert codes(report) == {"conv": "convolution-in-float", "depth": "convolution-in-float"} | dict.fromkeys(
        ("embed", "fc"), "quantized-dynamically"
    )
    assert integer_operators(new.path) == {"DynamicQuantizeMatMul": 1}
    _, report = run(DynamicQuantization(convolutions=True), file, context)
    assert {line.code for line in report.lines} == {"quantized-dynamically"}
    file, context = words
    new, report = run(DynamicQuantization(), file, context)
    assert integer_operators(new.path) == {"DynamicQuantizeLSTM": 1, "DynamicQuantizeMatMul": 1} and len(report.touched) == 3


def test_dynamic_weights_in_seven_bits_and_by_channel(words):
    file, context = words
    largest = {}
    for bits in (7, 8):
        new, _ = run(DynamicQuantization(bits=bits), file, context)
        model = new.load()
        product = next(n for n in model.graph.node if n.name == "fc")
        (values,) = (numpy_helper.to_array(t) for t in model.graph.initializer if t.name == product.input[1])
        largest[bits] = np.abs(values.astype(int)).max()
    assert 60 <= largest[7] <= 64 and largest[8] == 127
    sizes = [run(DynamicQuantization(granularity=g), file, context)[0].size_bytes for g in ("tensor", "channel")]
    assert sizes[0] < sizes[1]


def test_two_activations_have_no_weight_to_store(tmp_path):
    nodes = [
        ("MatMul", ["x", "w"], ["a"]),
        ("Transpose", ["a"], ["t"], {"perm": [0, 2, 1]}),
        ("MatMul", ["a", "t"], ["output"]),
    ]
    file = saved(tmp_path / "a.onnx", nodes, {"x": ["batch", 3, 4]}, {"w": normal(4, 5)}, rank=3)
    context = around(x=normal(50, 3, 4))
    new, report = run(DynamicQuantization(), file, context)
    assert codes(report) == {"w": "quantized-dynamically", "n2": "no-constant-weight"}
    assert sum(float_operators(new.path).values()) == sum(integer_operators(new.path).values()) == 1
    _, report = run(StaticQuantization(), file, context)
    assert codes(report) == {"w": "quantized", "n2": "quantized"}


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda t: type(t).__name__)
def test_where_nothing_can_be_stored_otherwise_it_is_said(technique, tmp_path):
    file = saved(tmp_path / "relu.onnx", [("Relu", ["x"], ["output"])], {"x": ["batch", 4]}, {})
    with pytest.raises(StepFailed) as error:
        run(technique, file, around(x=normal(8, 4)))
    assert error.value.code in ("nothing-quantized", "nothing-halved") and "relu.onnx" in str(error.value)


def test_half_precision_is_numpy_s(tmp_path):
    weight = normal(4, 3)
    file = saved(tmp_path / "m.onnx", [("MatMul", ["x", "w"], ["output"])], {"x": ["batch", 4]}, {"w": weight})
    x = normal(8, 4)
    new, report = run(HalfPrecision(), file, around(x=x))
    (kept,) = [numpy_helper.to_array(t) for t in new.load().graph.initializer]
    assert kept.dtype == np.float16 and np.array_equal(kept, weight.astype(np.float16)) and codes(report) == {"w": "halved"}
    truth = x.astype(np.float16).astype(np.float32) @ kept.astype(np.float32)
    np.testing.assert_allclose(new.run({"x": x})["output"], truth, rtol=2e-3, atol=2e-3)


def test_weights_and_activations_beyond_float16(tmp_path):
    nodes = [("MatMul", ["x", "large"], ["a"]), ("MatMul", ["a", "small"], ["output"])]
    weights = {"large": np.full((4, 4), 1e5, np.float32), "small": normal(4, 2) * np.float32(1e-5)}
    file = saved(tmp_path / "l.onnx", nodes, {"x": ["batch", 4]}, weights)
    new, report = run(HalfPrecision(), file, around(x=normal(8, 4) * 1e-3))
    assert codes(report) == {"large": "beyond-half", "small": "halved"}
    kinds = {t.name: t.data_type for t in new.load().graph.initializer}
    assert sorted(kinds.values()) == [TensorProto.FLOAT, TensorProto.FLOAT16]
    nodes = [("MatMul", ["x", "w"], ["a"]), ("MatMul", ["a", "v"], ["output"])]
    weights = {"w": np.full((4, 4), 6e4, np.float32), "v": np.full((4, 2), 2.0, np.float32)}
    file = saved(tmp_path / "o.onnx", nodes, {"x": ["batch", 4]}, weights)
    x = np.full((8, 4), 100, np.float32)
    with pytest.raises(StepFailed) as error:
        run(HalfPrecision(), file, around(x=x))
    assert error.value.code == "nothing-halved"
    assert run(HalfPrecision(), file, around(x=x / 2e4))[1].skipped == ()


@pytest.mark.parametrize(
    "fields", [{"bits": 6}, {"bits": "8"}, {"method": "mean"}, {"calibration_samples": 0}, {"weights": "int4"}]
)
def test_values_that_are_none(fields):
    with pytest.raises(InputError) as error:
        StaticQuantization(**fields)
    assert error.value.fields["name"] == next(iter(fields))


def test_types_that_no_kernel_multiplies_are_refused_at_once():
    with pytest.raises(InputError) as error:
        StaticQuantization(activations="int8", weights="uint8")
    assert error.value.code == "signed-by-unsigned"
