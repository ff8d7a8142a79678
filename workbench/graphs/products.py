"""The integer matrix products of an ONNX file: what is multiplied, and in which order ONNX Runtime's kernels walk it.

Read off the sources of ONNX Runtime 1.32 (MLAS), and seen to be so on an emulated CPU with AVX2 alone:

- Unsigned activations times signed weights go to `vpmaddubsw`; where both are unsigned, or both signed, sums are formed
  in 32 bits. Zero points are corrected afterwards: what is paired are the integers as they are stored.
- QLinearConv walks a filter position by position and, at each, channel by channel, in every layout; within a group.
- A convolution of each channel for itself (depthwise) sums in 32 bits, and so does ConvInteger.
- Products of matrices walk the inner dimension; so does the LSTM, in both of its matrices.
- Quantize and dequantize pairs with signed activations are made unsigned on x86 before the kernel is chosen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from workbench.graphs.constants import Constants, attribute
from workbench.graphs.naming import layer_of

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

    from workbench.tasks.task import Array

Layout = Literal["conv", "columns", "rows"]
"""How weights lie: filters (N x C x ...), K x N (stacked or not), or N x K, for N output channels."""


@dataclass(frozen=True)
class Form:
    """Where an operator holds activations, weights, the activations' scale and zero point, and how its weights lie.

    Where it has an attribute transB, that says how they lie.
    """

    activations: int
    weights: int
    scale: int
    zero: int
    layout: Layout


_NONE = 99
INTEGER = {
    "QLinearConv": Form(0, 3, 1, 2, "conv"),
    "QLinearMatMul": Form(0, 3, 1, 2, "columns"),
    "QGemm": Form(0, 3, 1, 2, "columns"),
    "MatMulInteger": Form(0, 1, _NONE, 2, "columns"),
    "MatMulIntegerToFloat": Form(0, 1, 2, 4, "columns"),
    "DynamicQuantizeMatMul": Form(0, 1, _NONE, _NONE, "columns"),
}
"""Operators that multiply integers."""

DEQUANTIZED: dict[str, Layout] = {"Conv": "conv", "MatMul": "columns", "Gemm": "columns"}
"""Operators that multiply integers where both of their operands come from DequantizeLinear."""

_ELEMENTWISE = ("Add", "Mul", "Sigmoid", "LeakyRelu", "Softmax", "Concat", "Where", "ReduceMean")
_NO_PRODUCT = {f"QLinear{kind}" for kind in (*_ELEMENTWISE, "AveragePool", "GlobalAveragePool")}
_NOT_KNOWN = {"QAttention", "QMoE", "MatMulNBits", "MatMulBnb4", "MatMulFpQ4", "QLinearConvTranspose"}
_MOVED = {"Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "MaxPool", "Slice", "Identity", "Gather"}
"""Operators that ONNX Runtime may move a DequantizeLinear across."""


@dataclass(frozen=True)
class Product:
    """One integer operator. `code` says why its weights need no look, or could not be looked at; else it is empty.

    `weights` are N x K as stored, K in the order of the kernel. `names` are those of its activations, from the operator
    upwards; `scale` and `zero` are theirs where they are known. `source` is the initializer that the weights are.
    """

    node: str
    name: str
    kind: str
    layout: Layout
    code: str = ""
    weights: "Array | None" = field(default=None, compare=False, repr=False)
    source: str = ""
    names: tuple[str, ...] = ()
    scale: float | None = None
    zero: int | None = None


def products(model: "ModelProto") -> Iterator[Product]:
    """Every integer operator that sums products, in the graph's order."""
    known = Constants(model)
    for node in model.graph.node:
        if node.op_type in INTEGER:
            yield _integer(node, INTEGER[node.op_type], known)
        elif node.op_type in DEQUANTIZED:
            yield from _dequantized(node, DEQUANTIZED[node.op_type], known)
        elif node.op_type == "ConvInteger":
            yield _named(node, 1, "conv", "sums-of-conv-integer", known)
        elif node.op_type == "DynamicQuantizeLSTM":
            yield from (_weighed(_named(node, place, "columns", "", known), node, place, known) for place in (1, 2))
        elif _unread(node):
            yield Product(output(node), node.name or output(node), node.op_type, "columns", "kernel-not-known")


def output(node: "NodeProto") -> str:
    """A node's first output that is asked for: what a product is known by."""
    return next((name for name in node.output if name), "")


def arranged(weights: "Array", layout: Layout) -> "Array":
    """Weights as N x K, K in the order in which the kernel walks them."""
    if layout == "conv":
        return np.moveaxis(weights, 1, -1).reshape(len(weights), -1)
    if layout == "rows" or weights.ndim == 1:
        return np.atleast_2d(weights)
    return np.swapaxes(weights, -1, -2).reshape(-1, weights.shape[-2])


def restored(matrix: "Array", shape: tuple[int, ...], layout: Layout) -> "Array":
    """The inverse of `arranged` for weights of the shape."""
    if layout == "conv":
        return np.moveaxis(matrix.reshape(shape[0], *shape[2:], shape[1]), -1, 1)
    if layout == "rows" or len(shape) == 1:
        return matrix.reshape(shape)
    return np.swapaxes(matrix.reshape(*shape[:-2], shape[-1], shape[-2]), -1, -2)


def _named(node: "NodeProto", place: int, layout: Layout, code: str, known: Constants, source: str = "") -> Product:
    """A product with no more than its names: the layer is read off the weights where they are an initializer."""
    source = source or node.input[place]
    layout = "rows" if attribute(node, "transB", 0) else layout
    layer = layer_of(node, source) if source not in known.makers and known.value(source) is not None else node.name
    return Product(output(node), layer or output(node), node.op_type, layout, code, source=source)


def _integer(node: "NodeProto", form: Form, known: Constants) -> Product:
    """An operator whose operands are integers in the graph already."""
    product = _named(node, form.weights, form.layout, "", known)
    zero, scale = (_scalar(node, place, known) for place in (form.zero, form.scale))
    if zero is not None and zero.dtype == np.int8:
        return replace(product, code="sums-of-two-signed")
    product = replace(product, names=(node.input[form.activations],), zero=_or_none(zero, int), scale=_or_none(scale, float))
    return _weighed(
        product, node, form.weights, known, zero_at={"MatMulInteger": 3, "DynamicQuantizeMatMul": 3}.get(node.op_type, 5)
    )


def _dequantized(node: "NodeProto", layout: Layout, known: Constants) -> Iterator[Product]:
    """A float operator that becomes an integer one where its operands are dequantized.

    With dequantized weights alone, a convolution stays in float; a product of matrices may run as MatMulNBits.
    """
    given, held = (_dequantizer(name, known) for name in node.input[:2])
    if held is None:
        return
    if given is None:
        if layout != "conv":
            yield _named(node, 1, layout, "kernel-not-known", known, source=held.input[0])
        return
    product = _named(node, 1, layout, "", known, source=held.input[0])
    zero, scale = (_scalar(given, place, known) for place in (2, 1))
    shift = 128 if zero is not None and zero.dtype == np.int8 else 0
    quantizer = known.makers.get(given.input[0])
    names = [node.input[0], given.output[0], given.input[0], *(quantizer.input[:1] if quantizer is not None else ())]
    product = replace(product, names=tuple(names), scale=_or_none(scale, float))
    product = replace(product, zero=None if zero is None else int(zero) + shift)
    yield _weighed(product, node, 1, known, held)


def _weighed(
    product: Product, node: "NodeProto", place: int, known: Constants, held: "NodeProto | None" = None, zero_at: int = _NONE
) -> Product:
    """The product with its weights, or with the reason why they need no look or cannot have one."""
    name = node.input[place]
    weights = known.value(held.input[0] if held is not None else name)
    if weights is None:
        zero = _scalar(held, 2, known) if held is not None else _scalar(node, zero_at, known)
        unsigned = zero is not None and zero.dtype == np.uint8
        return replace(product, code="sums-of-two-unsigned" if unsigned else "weights-computed")
    if weights.dtype == np.uint8:
        return replace(product, code="sums-of-two-unsigned")
    if weights.dtype != np.int8 or weights.ndim == 0:
        return replace(product, code="weights-of-another-type")
    if held is not None and held.output[0] != name:
        return replace(product, code="weights-moved")
    if product.layout == "conv" and weights.shape[1] == 1 and attribute(node, "group", 1) == len(weights):
        return replace(product, code="sums-of-depthwise")
    return replace(product, weights=arranged(weights, product.layout))


def _dequantizer(name: str, known: Constants) -> "NodeProto | None":
    """The DequantizeLinear that a value comes from, directly or across operators that only move values."""
    maker = known.makers.get(name)
    while maker is not None and maker.op_type in _MOVED:
        maker = known.makers.get(maker.input[0])
    return maker if maker is not None and maker.op_type == "DequantizeLinear" else None


def _scalar(node: "NodeProto", place: int, known: Constants) -> "Array | None":
    """An input that is known, as an array of one value (the first, where there are several)."""
    value = known.value(node.input[place]) if place < len(node.input) and node.input[place] else None
    return value.reshape(-1)[0] if value is not None and value.size else None


def _or_none(value: "Array | None", kind: Any) -> Any:
    return None if value is None else kind(value)


def _unread(node: "NodeProto") -> bool:
    """Whether a node may hold integer products that are not read here: another kernel, another domain, a subgraph."""
    if node.op_type in _NOT_KNOWN or node.domain not in ("", "ai.onnx", "com.microsoft", "ai.onnx.ml"):
        return True
    if node.op_type.startswith("QLinear") and node.op_type not in _NO_PRODUCT:
        return True
    return any(_quantized(inner) for a in node.attribute if a.HasField("g") for inner in a.g.node)


def _quantized(node: "NodeProto") -> bool:
    return any(word in node.op_type for word in ("Quantize", "QLinear", "Integer", "QGemm")) or _unread(node)
