"""Certificates: which operators can saturate, told by hand-made graphs of every form that ONNX Runtime runs in integers."""

import itertools

import ml_dtypes
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench.errors import InputError, NotFound
from workbench.graphs import GraphFile, certify
from workbench.graphs.observed import observed

ONE, ZERO, SIGNED_ZERO = np.float32(1), np.uint8(0), np.int8(0)
QDQ = [("QuantizeLinear", ["x", "one", "zero"], ["q"]), ("DequantizeLinear", ["q", "one", "zero"], ["d"])]


@pytest.fixture
def made(tmp_path):
    """A file of nodes, their weights, and one input x."""

    def make(nodes, kind=TensorProto.FLOAT, shape=("n", 4), path="made.onnx", **tensors):
        tensors = {"one": ONE, "zero": ZERO, "szero": SIGNED_ZERO, **tensors}
        nodes = [helper.make_node(*n[:3], **(n[3] if len(n) > 3 else {})) for n in nodes]
        for node in nodes:
            node.domain = "com.microsoft" if node.op_type in ("QGemm", "DynamicQuantizeLSTM", "MatMulNBits") else ""
        ends = [helper.make_tensor_value_info("x", kind, shape)]
        answer = [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)]
        initializers = [numpy_helper.from_array(np.asarray(v), k) for k, v in tensors.items()]
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        graph = helper.make_graph(nodes, "main", ends, answer, initializers)
        return GraphFile.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), tmp_path / path)

    return make


def told(file, ranges=None):
    return [(o.name, o.verdict, o.code) for o in certify(file, ranges).operators]


def lone(file, ranges=None):
    (operator,) = certify(file, ranges).operators
    return operator.code


def matrix(k, n, *places):
    """K x N of zeros, and 100 in the first column at the given places: two of them together leave 16 bits."""
    w = np.zeros((k, n), np.int8)
    w[list(places), 0] = 100
    return w


PAIRS = list(itertools.combinations(range(5), 2))


def neighbours(i, j):
    return i % 2 == 0 and j == i + 1


@pytest.mark.parametrize("i, j", PAIRS)
def test_only_an_even_place_and_the_next_are_added(made, i, j):
    expected = "pairs-saturate" if neighbours(i, j) else "pairs-fit"
    w = matrix(5, 3, i, j)
    forms = [
        [("MatMulInteger", ["x", "w", "zero", "szero"], ["y"])],
        [("QLinearMatMul", ["x", "one", "zero", "w", "one", "szero", "one", "zero"], ["y"])],
        [("QGemm", ["x", "one", "zero", "w", "one", "szero"], ["y"])],
        [("QGemm", ["x", "one", "zero", "t", "one", "szero"], ["y"], {"transB": 1})],
    ]
    for nodes in forms:
        assert lone(made(nodes, TensorProto.UINT8, w=w, t=w.T.copy())) == expected
    for kind, weight, words in (("MatMul", "w", {}), ("Gemm", "w", {}), ("Gemm", "t", {"transB": 1})):
        nodes = [*QDQ, ("DequantizeLinear", [weight, "one"], ["f"]), (kind, ["d", "f"], ["y"], words)]
        assert lone(made(nodes, w=w, t=w.T.copy())) == expected
    assert lone(made(forms[0], TensorProto.UINT8, w=np.stack([matrix(5, 3, 0), w]))) == expected
    assert lone(made(forms[0], TensorProto.UINT8, w=w[:, 0])) == expected


def filters(groups=1):
    """Each of 12 weights of a 2 x 2 filter over 3 channels, with the place where the kernel walks it: channels innermost."""
    return {(c, y, x): (y * 2 + x) * 3 + c for c in range(3) for y in range(2) for x in range(2)}


CONV = [("QLinearConv", ["x", "one", "zero", "w", "one", "szero", "one", "zero"], ["y"])]


@pytest.mark.parametrize("nodes", [CONV, [*QDQ, ("DequantizeLinear", ["w", "one"], ["f"]), ("Conv", ["d", "f"], ["y"])]])
def test_a_filter_is_walked_position_by_position(made, nodes):
    for (one, i), (other, j) in itertools.combinations(filters().items(), 2):
        w = np.zeros((2, 3, 2, 2), np.int8)
        w[(1, *one)] = w[(1, *other)] = -100
        low, high = sorted((i, j))
        assert lone(made(nodes, w=w)) == ("pairs-saturate" if neighbours(low, high) else "pairs-fit"), (one, other)


def test_groups_are_walked_apart_and_lone_channels_in_32_bits(made):
    def grouped(groups, *shape):
        conv = (*CONV[0], {"group": groups})
        return lone(made([conv], w=np.full(shape, 127, np.int8)))

    assert grouped(2, 4, 2, 1, 1) == "pairs-saturate" and grouped(4, 4, 1, 1, 1) == "sums-of-depthwise"
    assert grouped(4, 4, 1, 3, 3) == "sums-of-depthwise" and grouped(4, 8, 1, 3, 3) == "pairs-saturate"
    assert grouped(1, 4, 1, 3, 3) == "pairs-saturate" and grouped(1, 1, 1, 3, 3) == "sums-of-depthwise"


def test_the_types_decide(made):
    w, two = np.full((4, 3), 127, np.int8), ["x", "w", "zero", "szero"]
    product = [("MatMulInteger", two, ["y"])]
    assert lone(made(product, w=w.astype(np.uint8))) == "sums-of-two-unsigned"
    assert lone(made([("MatMulInteger", ["x", "w", "szero", "szero"], ["y"])], w=w)) == "sums-of-two-signed"
    assert lone(made([("MatMulInteger", ["x", "x", "zero", "szero"], ["y"])])) == "weights-computed"
    assert lone(made([("MatMulInteger", ["x", "x", "zero", "zero"], ["y"])])) == "sums-of-two-unsigned"
    assert lone(made([("MatMulInteger", ["x", "w"], ["y"])], w=w)) == "pairs-saturate"
    assert lone(made([("ConvInteger", ["x", "c"], ["y"])], c=w.reshape(3, 4, 1, 1))) == "sums-of-conv-integer"
    signed = [("QuantizeLinear", ["x", "one", "szero"], ["q"]), ("DequantizeLinear", ["q", "one", "szero"], ["d"])]
    rest = [("DequantizeLinear", ["w", "one"], ["f"]), ("MatMul", ["d", "f"], ["y"])]
    assert lone(made([*signed, *rest], w=w)) == "pairs-saturate"  # the runtime makes such activations unsigned
    assert lone(made([*QDQ, *rest], w=w.astype(np.int16))) == "weights-of-another-type"


def test_weights_are_read_through_what_is_known_beforehand(made):
    few = np.full((4, 3), 7).astype(ml_dtypes.int4)
    cast = [("Cast", ["w"], ["i"], {"to": TensorProto.INT8}), ("DequantizeLinear", ["i", "one"], ["f"])]
    assert lone(made([*QDQ, *cast, ("MatMul", ["d", "f"], ["y"])], w=few)) == "pairs-fit"
    book = [("Gather", ["book", "codes"], ["i"]), ("DequantizeLinear", ["i", "one"], ["f"])]
    values = {"book": np.array([1, 127], np.int8), "codes": np.array([[0, 1], [1, 1]])}
    assert lone(made([*QDQ, *book, ("MatMul", ["d", "f"], ["y"])], **values)) == "pairs-saturate"
    constant = ("Constant", [], ["i"], {"value": numpy_helper.from_array(np.full((2, 3), 127, np.int8))})
    assert lone(made([*QDQ, constant, *cast[1:], ("MatMul", ["d", "f"], ["y"])])) == "pairs-saturate"


def test_what_is_not_known_is_said(made):
    w, held = np.full((4, 4), 1, np.int8), ("DequantizeLinear", ["w", "one"], ["f"])
    turned = [*QDQ, held, ("Transpose", ["f"], ["t"]), ("MatMul", ["d", "t"], ["y"])]
    assert lone(made(turned, w=w)) == "weights-moved"
    assert told(made([held, ("MatMul", ["x", "f"], ["y"])], **{"w": w, "fc.weight": w})) == [
        ("w", "unknown", "kernel-not-known")
    ]
    assert lone(made([("QLinearFoo", ["x"], ["y"])])) == lone(made([("MatMulNBits", ["x"], ["y"])])) == "kernel-not-known"
    file = made([("Relu", ["x"], ["y"])])
    model = file.load()
    model.graph.node[0].domain = "of.somebody"
    certificate = certify(GraphFile.save(model, file.path))
    assert not certificate.portable and certificate.sentence.startswith("Not certified: of 1 of its 1")
    inner = helper.make_graph([helper.make_node("QLinearConv", ["a"], ["b"])], "g", [], [])
    plain = helper.make_graph([helper.make_node("Relu", ["a"], ["b"])], "g", [], [])
    for body, expected in ((inner, 1), (plain, 0)):
        nodes = [("If", ["x"], ["y"], {"then_branch": body, "else_branch": plain})]
        assert len(certify(made(nodes)).operators) == expected


def test_operators_that_sum_no_products_are_none(made):
    nodes = [*QDQ, ("QLinearAdd", ["q", "one", "zero", "q", "one", "zero", "one", "zero"], ["y"])]
    assert certify(made(nodes)).operators == ()
    still = [("DequantizeLinear", ["w", "one"], ["f"]), ("Conv", ["x", "f"], ["y"])]
    assert certify(made(still, w=np.full((2, 4, 1, 1), 127, np.int8))).operators == ()


def test_both_matrices_of_a_recurrent_layer_are_read(made):
    nodes = [("DynamicQuantizeLSTM", ["x", "w", "r", *[""] * 5, "one", "szero", "one", "szero"], ["", "y"], {"hidden_size": 1})]
    w, r = np.full((1, 4, 4), 64, np.int8), np.full((1, 3, 4), 127, np.int8)
    assert told(made(nodes, w=w, r=r)) == [("w", "certified", "pairs-fit"), ("r", "can-saturate", "pairs-saturate")]


def test_ranges_bound_the_activations(made):
    scale, middle, w = np.float32(0.5), np.uint8(100), np.array([[100], [100]], np.int8)
    nodes = [("QuantizeLinear", ["x", "s", "z"], ["q"]), ("DequantizeLinear", ["q", "s", "z"], ["d"])]
    nodes += [("DequantizeLinear", ["w", "one"], ["f"]), ("MatMul", ["d", "f"], ["y"])]
    file = made(nodes, shape=("n", 2), s=scale, z=middle, w=w)
    for name in ("x", "q", "d"):
        assert lone(file, {name: (-10.0, 31.5)}) == "pairs-fit"  # stored: 80 to 163
        assert lone(file, {name: (-10.0, 32.0)}) == "pairs-saturate"  # 164 x 200 is 32,800
    assert lone(file, {"another": (0.0, 0.1)}) == "pairs-saturate" and lone(file) == "pairs-saturate"
    assert (
        lone(file, {"x": (-10.0, -5.0)}) == "pairs-fit"
        and certify(file, {"x": (0.0, 1.0)}).operators[0].fields["high"] == 20400
    )
    assert certify(file, {"x": (-10.0, -5.0)}).operators[0].fields == {"low": 0, "high": 20000}  # a padding is 100
    assert "given ranges" in certify(file, {"x": (0.0, 1.0)}).sentence


def test_ranges_are_observed(made):
    scale, middle, w = np.float32(0.5), np.uint8(100), np.array([[1], [1]], np.int8)
    nodes = [("QuantizeLinear", ["x", "s", "z"], ["q"]), ("DequantizeLinear", ["q", "s", "z"], ["d"])]
    nodes += [("DequantizeLinear", ["w", "one"], ["f"]), ("MatMul", ["d", "f"], ["y"])]
    x = np.zeros((150, 2), np.float32)
    x[3, 1], x[149, 0] = -2.2, 7.7
    assert observed(made(nodes, shape=("n", 2), s=scale, z=middle, w=w), {"x": x}) == {"d": (-2.0, 7.5)}
    nodes = [
        ("QLinearMatMul", ["x", "s", "z", "w", "one", "szero", "s", "z"], ["q"]),
        ("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    file = made(nodes, TensorProto.UINT8, ("n", 2), s=scale, z=middle, w=w)
    assert observed(file, {"x": np.array([[0, 90], [104, 100]], np.uint8)}) == {"x": (-50.0, 2.0)}


def test_a_certificate_reads_well(made):
    w, nodes = matrix(4, 3, 0, 1), [("MatMulInteger", ["x", "fc.weight_quantized", "zero", "szero"], ["y"])]
    certificate = wb.certify(str(made(nodes, **{"fc.weight_quantized": w}).path))
    assert not certificate.portable and isinstance(certificate, wb.Certificate)
    ((name, verdict, reason),) = certificate.operators
    assert (name, verdict) == ("fc", "can-saturate") == (certificate.operators[0].name, certificate.operators[0].verdict)
    assert reason.startswith("1 of its 6 pairs of neighbouring weights, in 1 of 3 channels")
    assert "1 of its 1 integer operators" in certificate.sentence and "portable=True" in certificate.sentence
    assert str(certificate) == f"{certificate.sentence}\n  fc: {reason}"
    fits = certify(made(nodes, **{"fc.weight_quantized": matrix(4, 3, 0, 2) - matrix(4, 3, 1)}))
    assert fits.portable and fits.sentence.startswith("Certified: none of its 1") and "-25500 to 25500" in str(fits)
    floats = certify(made([("Relu", ["x"], ["y"])]))
    assert floats.portable and floats.operators == () and "no integer operators" in floats.sentence


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(NotFound) as error:
        certify(tmp_path / "nowhere.onnx")
    assert error.value.code == "file-missing"
    for content in (b"", b"no model at all"):
        (tmp_path / "x.onnx").write_bytes(content)
        with pytest.raises(InputError) as error:
            certify(tmp_path / "x.onnx")
        assert error.value.code == "not-onnx" and "x.onnx" in str(error.value)
