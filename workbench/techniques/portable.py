"""Weights that answer alike on every CPU: what could saturate in 16-bit pair sums is stored a little coarser.

Two ways are open to a channel with pairs that can leave 16 bits. Its weights are stored with a scale up to twice as large,
so that they keep between 8 and 7 bits; or the two weights of such a pair are moved to the nearest that fit. What is nearer
to the weights as they were (least squares) is taken. Weights that share one scale share the choice.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.graphs.pairs import HIGH, LOW, pairs, saturable
from workbench.graphs.products import DEQUANTIZED, Product, arranged, products, restored

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

    from workbench.tasks.task import Array

_COARSER = (1.0, 1.125, 1.25, 1.5, 1.75, 2.0)
"""By how much a scale may grow: at 2, weights lie within -64 and 64, and no pair of them can saturate."""

_MOST, _LEAST = HIGH // 255, -(-LOW // 255)
"""What two neighbouring weights of one sign may add up to: 128 and -128."""


@dataclass(frozen=True)
class Narrowed:
    """How many weights of how many channels were changed, of how many channels in all."""

    weights: int = 0
    channels: int = 0
    total: int = 0

    def __add__(self, other: "Narrowed") -> "Narrowed":
        return Narrowed(self.weights + other.weights, self.channels + other.channels, self.total + other.total)


def fitted(weights: "Array") -> "Array":
    """N x K integers, those of each pair that can saturate moved to the nearest that cannot."""
    two = pairs(weights)
    sums = two.sum(axis=-1)
    alike = (two > 0).all(axis=-1) | (two < 0).all(axis=-1)
    over = np.where(alike, sums - sums.clip(_LEAST, _MOST), 0)
    smaller = (np.abs(over) // 2) * np.sign(over)
    larger_first = np.abs(two[..., 0]) >= np.abs(two[..., 1])
    taken = np.stack([np.where(larger_first, over - smaller, smaller), np.where(larger_first, smaller, over - smaller)], -1)
    return (two - taken).reshape(len(weights), -1)[:, : weights.shape[1]]


def narrowed(weights: "Array", scales: int) -> "tuple[Array, Array]":
    """N x K integers that cannot saturate, and by how much the scale of each channel grows (N).

    `scales` tells how many scales the channels have that may grow: N, or 1 for all together, or 0.
    """
    tried = [(f, fitted(np.rint(weights / f).astype(np.int32))) for f in (_COARSER if scales else _COARSER[:1])]
    errors = np.stack([((made * f - weights) ** 2).sum(axis=1) for f, made in tried])
    if scales == 1:
        errors = np.broadcast_to(errors.sum(axis=1, keepdims=True), errors.shape)
    best = errors.argmin(axis=0)
    made = np.stack([made for _, made in tried])[best, np.arange(len(weights))]
    return made.astype(np.int8), np.array(_COARSER)[best]


def make_portable(model: "ModelProto") -> Narrowed:
    """Changes the int8 weights of a quantized graph, in place, until none of their pairs can saturate."""
    total = Narrowed()
    for product in list(products(model)):
        if product.weights is not None:
            total += _mended(model, product)
    return total


def _mended(model: "ModelProto", product: Product) -> Narrowed:
    """Narrows the weights of one operator, where it has to be, with the scales and the bias that go with them."""
    tensors = _Tensors(model)
    held = tensors.values.get(product.source)
    if held is None or not saturable(arranged(held, product.layout)).any():
        return Narrowed(total=len(product.weights if product.weights is not None else ()))
    before = arranged(held, product.layout)
    scale, bias = _companions(model, product, tensors)
    size = 0 if scale is None else tensors.values[scale].size
    after, growth = narrowed(before, size if size in (1, len(before)) else 0)
    tensors.write(product.source, restored(after, held.shape, product.layout))
    if scale is not None and (growth > 1).any():
        grown = growth[0] if size == 1 else growth
        tensors.write(scale, tensors.values[scale] * grown)
        for integers, of_bias in bias:
            tensors.write(integers, np.rint(tensors.values[integers] / grown))
            tensors.write(of_bias, tensors.values[of_bias] * grown)
    changed = (after != before).any(axis=1) | (growth > 1)
    return Narrowed(int((after != before).sum()), int(changed.sum()), len(before))


def _companions(model: "ModelProto", product: Product, tensors: "_Tensors") -> tuple[str | None, list[tuple[str, str]]]:
    """The scale that may grow with the weights, and the biases (integers and scale) that have to follow, one for each
    operator that reads the weights: none where anything else reads them."""
    makers: dict[str, NodeProto] = {name: node for node in model.graph.node for name in node.output}
    above = makers.get(makers[product.node].input[1])
    if above is None or not _is_read_by_one(above, tensors) or above.input[0] != product.source:
        return None, []
    readers = [node for node in model.graph.node if above.output[0] in node.input]
    if any(node.op_type not in DEQUANTIZED or list(node.input).index(above.output[0]) != 1 for node in readers):
        return None, []
    biases = [makers.get(node.input[2]) for node in readers if len(node.input) > 2]
    if any(node is None or not _is_read_by_one(node, tensors) for node in biases):
        return None, []
    return above.input[1], sorted({(node.input[0], node.input[1]) for node in biases if node is not None})


def _is_read_by_one(node: "NodeProto", tensors: "_Tensors") -> bool:
    """Whether it is a dequantizer whose integers and scale are known, and nobody else's."""
    names = node.input[:2]
    return node.op_type == "DequantizeLinear" and all(tensors.uses[n] == 1 and n in tensors.values for n in names)


class _Tensors:
    """The initializers of a graph as arrays, by name, and how many nodes read each."""

    def __init__(self, model: "ModelProto") -> None:
        from onnx import numpy_helper

        self._stored: dict[str, TensorProto] = {t.name: t for t in model.graph.initializer}
        self.values: dict[str, Any] = {name: numpy_helper.to_array(t) for name, t in self._stored.items()}
        self.uses = Counter(name for node in model.graph.node for name in node.input)

    def write(self, name: str, value: "Array") -> None:
        """Puts other numbers in the place of an initializer, of its shape and type."""
        from onnx import numpy_helper

        old = self.values[name]
        self._stored[name].CopyFrom(numpy_helper.from_array(value.astype(old.dtype).reshape(old.shape), name))
