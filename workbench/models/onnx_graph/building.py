"""From the kept file to the module: every operator finds its layer or its function, or is refused by name."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from workbench.errors import InputError
from workbench.models.onnx_graph.freeing import notes_of
from workbench.models.onnx_graph.layers import layer_of, linear, padding
from workbench.models.onnx_graph.naming import Names
from workbench.models.onnx_graph.network import Network, Step
from workbench.models.onnx_graph.node import Node
from workbench.models.onnx_graph.operators import OPERATORS, PLAIN
from workbench.models.onnx_graph.reshaping import reshape
from workbench.models.onnx_graph.windows import WINDOWS, before_window
from workbench.tasks.task import Array

_KNOWN = OPERATORS | WINDOWS | {"Reshape": reshape}


def network(path: Path, inputs: list[str]) -> Network:
    """The module of a graph that `freeing` made ready, in evaluation mode.

    Raises `InputError` that names the operator for one that is not known, or not in the form that it has there.
    """
    model = onnx.load(str(path))
    return _Builder(model, inputs).network().eval()


class _Builder:
    def __init__(self, model: onnx.ModelProto, inputs: list[str]) -> None:
        self.notes = notes_of(model)
        self.inputs, self.output = inputs, model.graph.output[0].name
        self.held = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        self.opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
        sizes = self.notes["sizes"]
        self.protos = [node for node in model.graph.node if not all(name in sizes for name in node.output if name)]
        self.readers: dict[str, int] = {self.output: 1}
        for name in (name for node in self.protos for name in node.input):
            self.readers[name] = self.readers.get(name, 0) + 1
        self.names = Names()
        self.layers: dict[str, nn.Module] = {}
        self.tied: dict[str, str] = {}
        self.tensors: dict[str, str] = {}
        self.steps: list[Step] = []

    def network(self) -> Network:
        for node in _with_biases(self):
            self.steps.append(self._step(*node))
        made = Network(_finished(self.steps, self.output), self.inputs, self.output, self.tensors, self.notes["sizes"])
        for path, layer in self.layers.items():
            made.hold(path, layer)
        for name, path in self.tensors.items():
            made.hold(path, _tensor(self.held[name]))
        return made

    def node(self, proto: onnx.NodeProto, place: int) -> Node:
        if proto.domain not in ("", "ai.onnx"):
            raise InputError("onnx-operator", operator=f"{proto.domain}.{proto.op_type}", node=proto.name)
        attributes = {a.name: _plain(onnx.helper.get_attribute_value(a)) for a in proto.attribute} | {"opset": self.opset}
        constants = {k: self.held[name] for k, name in enumerate(proto.input) if name in self.held}
        sizes = {k: self.notes["sizes"][name] for k, name in enumerate(proto.input) if name in self.notes["sizes"]}
        name, outputs = proto.name or f"{proto.op_type}_{place}", tuple(name for name in proto.output if name)
        return Node(name, proto.op_type, tuple(proto.input), outputs, attributes, constants, sizes, self.notes["shapes"])

    def _step(self, node: Node, bias: str) -> Step:
        """`bias` names the constant that is added to a product right behind it."""
        layer = self._product(node, bias) if node.kind == "MatMul" else self._layer(node)
        if layer:
            first = 1 if node.kind == "Gather" else 0
            read = [name for k, name in enumerate(node.inputs) if k >= first and k not in node.constants and name]
            return Step(node, tuple(read), layer, prepare=_prepared(node))
        if node.kind not in _KNOWN:
            raise node.refused()
        plain = PLAIN.get(node.kind, range(0))
        if node.kind == "Gather" and 1 in node.constants:
            plain = range(1, 2)
        read = [name for k, name in enumerate(node.inputs) if k not in plain and name]
        for name in read:
            if name in self.held and name not in self.tensors:
                self.tensors[name] = self.names.tensor(name)
        return Step(node, tuple(read), operate=_KNOWN[node.kind])

    def _layer(self, node: Node) -> str:
        """The path of the operator's layer; "" where it is none. A weight that two operators share is one layer."""
        made = layer_of(node)
        if made is None:
            return ""
        weights = [node.inputs[k] for k in sorted(node.constants)]
        matrix = next((name for name in weights if self.held[name].ndim > 1), "")
        return self._placed(made, node, weights, matrix)

    def _product(self, node: Node, bias: str) -> str:
        weight = node.constants.get(1)
        if weight is None or weight.ndim != 2 or weight.dtype.kind != "f":
            return ""
        names = [node.inputs[1], *([bias] if bias else [])]
        return self._placed(linear(weight, self.held[bias].reshape(-1) if bias else None), node, names, names[0])

    def _placed(self, layer: nn.Module, node: Node, weights: list[str], matrix: str) -> str:
        told = {name: value for name, value in node.attributes.items() if name != "opset"}
        key = f"{node.kind} {weights} {told}" if matrix else ""
        if key and key in self.tied:
            return self.tied[key]
        path = self.names.layer(node.name, node.kind, weights)
        self.layers[path] = layer
        self.tied[key] = path
        return path


def _with_biases(builder: _Builder) -> Iterator[tuple[Node, str]]:
    """The nodes; a constant that is added right behind a product goes with the product, and its Add is left out."""
    adds = {name: proto for proto in builder.protos if proto.op_type == "Add" for name in proto.input}
    gone: set[int] = set()
    for place, proto in enumerate(builder.protos):
        if id(proto) in gone:
            continue
        node, bias = builder.node(proto, place), ""
        add = adds.get(proto.output[0]) if proto.op_type == "MatMul" and builder.readers.get(proto.output[0]) == 1 else None
        if add is not None and 1 in node.constants and node.constants[1].ndim == 2:
            other = next(name for name in add.input if name != proto.output[0])
            value = builder.held.get(other)
            if value is not None and value.ndim > 0 and value.shape[-1] == value.size == node.constants[1].shape[1]:
                bias = other
                gone.add(id(add))
                node = Node(**{**vars(node), "outputs": (add.output[0],)})
        yield node, bias


def _prepared(node: Node) -> Any:
    """What pads a convolution's input where its two sides are not alike."""
    if node.kind != "Conv" or padding(node, node.constants[1].ndim - 2) is not None:
        return None
    return partial(_padded, kernel=list(node.constants[1].shape[2:]))


def _padded(node: Node, x: Tensor, kernel: list[int]) -> Tensor:
    return before_window(node, x, kernel)


def _finished(steps: list[Step], output: str) -> list[Step]:
    """The steps, each with the values that are read there for the last time."""
    kept, done = {output}, []
    for step in reversed(steps):
        last = tuple(name for name in (*step.reads, *step.node.outputs) if name not in kept)
        kept |= set(last)
        done.append(Step(step.node, step.reads, step.layer, step.operate, step.prepare, last))
    return done[::-1]


def _tensor(value: Array) -> Tensor:
    """What is trained: numbers that belong to no layer, more than one of them. A single one stays as it is."""
    tensor = torch.from_numpy(np.array(value))
    return nn.Parameter(tensor) if value.dtype == np.float32 and value.size > 1 else tensor


def _plain(value: Any) -> Any:
    """An attribute as Python has it: text decoded, a tensor as a list."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, onnx.TensorProto):
        return numpy_helper.to_array(value)
    return value
