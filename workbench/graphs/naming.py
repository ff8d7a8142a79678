"""Names of layers in an ONNX file: which operator is which layer of the module that it came from.

An exporter writes a layer's name into the names of its tensors ("layers.0.conv1.weight"). A slimmed file says it once, as
the name of the node that has the weights, and its initializers are called "/0", "/1", ..., in base 36 with small letters:
names that no tensor of a module has.
"""

import re
from collections.abc import Mapping
from itertools import count
from math import prod
from typing import TYPE_CHECKING

from workbench.graphs.scales import scales_and_zero_points

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

STORED = ("DequantizeLinear", "Cast", "Transpose")
"""Operators that only change how a weight is stored."""

_STORING = (*STORED, "QuantizeLinear")
_SHORT = re.compile(r"/[0-9a-z]+(_\w+)?")
"""A short name, and what a quantizer may have added to it."""

_TENSOR = re.compile(r"(.+)\.(?:weight|bias)(?:_\w+)?")


def layer_of(node: "NodeProto", initializer: str) -> str:
    """The layer that a node with this initializer among its weights is."""
    return node.name if _SHORT.fullmatch(initializer) else layer_name(initializer)


def layer_name(initializer: str) -> str:
    """The module's name in that of an initializer: "layers.0.conv1" in "layers.0.conv1.weight_quantized"."""
    found = _TENSOR.fullmatch(initializer)
    return found[1] if found else initializer


def called(node: "NodeProto", place: int) -> str:
    """What a node is called: its own name, or its operator and its place in the graph."""
    return node.name or f"{node.op_type}_{place}"


def with_names(model: "ModelProto") -> "ModelProto":
    """The same graph, every node with a name, for a tool that tells nodes apart by theirs. `tidy` takes them away again."""
    for place, node in enumerate(model.graph.node):
        node.name = called(node, place)
    return model


def sources(node: "NodeProto", made_by: "Mapping[str, NodeProto]") -> list[str]:
    """Names of a node's inputs, seen through the nodes that only change how a weight is stored."""
    names = []
    for name in node.input:
        maker = made_by.get(name)
        while maker is not None and maker.op_type in STORED:
            name = maker.input[0]
            maker = made_by.get(name)
        names.append(name)
    return names


def largest(node: "NodeProto", made_by: "Mapping[str, NodeProto]", tensors: "Mapping[str, TensorProto]") -> str | None:
    """The initializer of more than one number that has most of a node's weights."""
    held = [t for name in sources(node, made_by) if (t := tensors.get(name)) is not None and prod(t.dims) > 1]
    return max(held, key=lambda t: prod(t.dims)).name if held else None


def in_digits(number: int) -> str:
    """A number at least 0 in base 36: 0, ..., 9, a, ..., z, 10, ..."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return in_digits(number // 36) + digits[number % 36] if number >= 36 else digits[number]


def name_layers(model: "ModelProto") -> None:
    """Gives nodes with weights the names of their layers, in place; other nodes have no name.

    Where several nodes are one layer (shared weights), the second is called "layer:2": ONNX Runtime wants them apart.
    """
    from onnx import TensorProto

    made_by = {output: node for node in model.graph.node for output in node.output}
    none = scales_and_zero_points(model.graph)
    tensors = {t.name: t for t in model.graph.initializer if t.data_type != TensorProto.INT64 and t.name not in none}
    taken: set[str] = set()
    for node in model.graph.node:
        name = None if node.op_type in _STORING else largest(node, made_by, tensors)
        layer = "" if name is None else layer_of(node, name)
        node.name = next(n for k in count(1) if (n := layer if k == 1 else f"{layer}:{k}") not in taken)
        taken |= {node.name} - {""}


def shorten_initializers(model: "ModelProto") -> None:
    """Calls initializers "/0", "/1", ..., in place, never what an input, an output or a value in between is called."""
    kept = {v.name for v in [*model.graph.input, *model.graph.output]} | set(_inside(model))
    taken = kept | {name for node in model.graph.node for name in node.output}
    fresh = (name for k in count() if (name := f"/{in_digits(k)}") not in taken)
    short = {tensor.name: next(fresh) for tensor in model.graph.initializer if tensor.name not in kept}
    for tensor in model.graph.initializer:
        tensor.name = short.get(tensor.name, tensor.name)
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = short.get(name, name)


def _inside(model: "ModelProto") -> list[str]:
    """What subgraphs read: it is not renamed."""
    return [name for node in model.graph.node for a in node.attribute for inner in a.g.node for name in inner.input]
