"""Names of layers in an ONNX file: which operator is which layer of the module that it came from.

An exporter writes a layer's name into the names of its tensors ("layers.0.conv1.weight"). A slimmed file says it once, as
the name of the node that has the weights, and its initializers are called "/0", "/1", ..., in base 36 with small letters:
names that no tensor of a module has.
"""

from collections.abc import Mapping
from itertools import count
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

SCALE, ZERO_POINT = "/S", "/Z"
"""What the names of scales and zero points begin with in a slimmed file."""

STORED = ("DequantizeLinear", "Cast", "Transpose")
"""Operators that only change how a weight is stored."""

_SUFFIXES = ("_quantized", ".weight", ".bias", "_bias", ".qkv", "_fp16")
_STORING = (*STORED, "QuantizeLinear")


def layer_of(node: "NodeProto", initializer: str) -> str:
    """The layer that a node with this initializer among its weights is."""
    return node.name if initializer.startswith("/") else layer_name(initializer)


def layer_name(initializer: str) -> str:
    """The module's name in that of an initializer: "layers.0.conv1" in "layers.0.conv1.weight_quantized"."""
    changed = True
    while changed:
        shorter = next((initializer[: -len(s)] for s in _SUFFIXES if initializer.endswith(s)), initializer)
        changed, initializer = shorter != initializer, shorter or initializer
    return initializer


def is_scale_or_zero_point(initializer: str) -> bool:
    """Whether the name is that of a scale or a zero point, in a slimmed file or in one that a quantizer wrote."""
    return initializer.startswith((SCALE, ZERO_POINT)) or initializer.endswith(("_scale", "_zero_point"))


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
    shapes = TensorProto.INT64
    tensors = {t.name: t for t in model.graph.initializer if t.data_type != shapes and not is_scale_or_zero_point(t.name)}
    taken: set[str] = set()
    for node in model.graph.node:
        name = None if node.op_type in _STORING else largest(node, made_by, tensors)
        layer = "" if name is None else layer_of(node, name)
        node.name = next(n for k in count(1) if (n := layer if k == 1 else f"{layer}:{k}") not in taken)
        taken |= {node.name} - {""}


def shorten_initializers(model: "ModelProto") -> None:
    """Calls initializers "/0", "/1", ..., in place, scales "/S0" and zero points "/Z0"; a graph's output keeps its name."""
    kept = {v.name for v in [*model.graph.input, *model.graph.output]} | set(_inside(model))
    short: dict[str, str] = {}
    numbers = {kind: count() for kind in ("/", SCALE, ZERO_POINT)}
    for tensor in (t for t in model.graph.initializer if t.name not in kept):
        kind = _kind(tensor.name)
        short[tensor.name] = kind + in_digits(next(numbers[kind]))
        tensor.name = short[tensor.name]
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name in short:
                node.input[index] = short[name]


def _inside(model: "ModelProto") -> list[str]:
    """What subgraphs read: it is not renamed."""
    return [name for node in model.graph.node for a in node.attribute for inner in a.g.node for name in inner.input]


def _kind(name: str) -> str:
    if name.startswith(SCALE) or name.endswith("_scale"):
        return SCALE
    return ZERO_POINT if name.startswith(ZERO_POINT) or name.endswith("_zero_point") else "/"
