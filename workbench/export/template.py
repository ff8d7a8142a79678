"""A structure that is exported once, and the way each of its weights follows from a state dict.

An export takes seconds, a pruning milliseconds. So a study's model is exported once; a candidate that has the same
layers with fewer channels, or other weights, gets its file by putting its own tensors under the same names. Which tensor
goes where is found by value: an initializer of the folded graph is a tensor of the state dict, its transpose, or the
weight or bias of a convolution with the batch norm behind it folded in. What is none of these is a constant; where that
is wrong, the file does not agree with the module, and the module is exported for itself.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from workbench.export.dynamo import exported
from workbench.graphs.file import GraphFile
from workbench.graphs.tidy import tidy
from workbench.tasks.task import Array, Task

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto
    from torch import nn

GRAPH, SOURCES = "template.onnx", "sources.json"


@dataclass(frozen=True)
class Source:
    """How an initializer follows from the state dict: `names` are the tensors that it is made of.

    For "folded-weight" and "folded-bias": the convolution's weight and bias ("" where it has none), and the batch norm's
    weight, bias, mean and variance; `epsilon` is the batch norm's.
    """

    how: Literal["same", "transposed", "folded-weight", "folded-bias"]
    names: tuple[str, ...]
    epsilon: float = 0.0

    def made(self, state: Mapping[str, Array]) -> Array:
        """The initializer's value for this state."""
        first = state[self.names[0]]
        if self.how == "same":
            return first
        if self.how == "transposed":
            return first.T
        _, bias, gamma, beta, mean, variance = self.names
        scale = state[gamma] / np.sqrt(state[variance] + np.float32(self.epsilon))
        if self.how == "folded-weight":
            return first * scale.reshape(-1, *[1] * (first.ndim - 1))
        return ((state[bias] if bias else np.float32(0)) - state[mean]) * scale + state[beta]


@dataclass(frozen=True)
class Template:
    """The graph in `folder`, and where its weights come from."""

    folder: Path

    @cached_property
    def graph(self) -> "ModelProto":
        return GraphFile(self.folder / GRAPH).load()

    @cached_property
    def sources(self) -> dict[str, Source]:
        told = json.loads((self.folder / SOURCES).read_text(encoding="utf-8"))
        return {name: Source(s["how"], tuple(s["names"]), s["epsilon"]) for name, s in told.items()}

    def fits(self, module: "nn.Module") -> bool:
        """Whether a module has the tensors that the graph is made of."""
        names = set(module.state_dict())
        return all(n in names for source in self.sources.values() for n in source.names if n)

    def bind(self, module: "nn.Module") -> "ModelProto":
        """A copy of the graph with a module's weights: a module of the same layers, whatever their widths are."""
        from onnx import ModelProto, numpy_helper

        state = _state(module)
        bound = ModelProto()
        bound.CopyFrom(self.graph)
        for tensor in bound.graph.initializer:
            source = self.sources.get(tensor.name)
            if source is not None:
                made = np.ascontiguousarray(source.made(state), dtype=numpy_helper.to_array(tensor).dtype)
                tensor.CopyFrom(numpy_helper.from_array(made, tensor.name))
        for node in bound.graph.node:
            self._regroup(node, module)
        return bound

    def _regroup(self, node: "NodeProto", module: "nn.Module") -> None:
        """A depthwise convolution has as many groups as channels are left."""
        source = self.sources.get(node.input[1]) if node.op_type == "Conv" else None
        if source is not None:
            layer = module.get_submodule(source.names[0].rpartition(".")[0])
            for attribute in node.attribute:
                if attribute.name == "group":
                    attribute.i = int(layer.groups)  # type: ignore[arg-type]


def make_template(module: "nn.Module", task: Task, folder: Path) -> None:
    """Exports a module and writes its template into `folder`. Raises `StepFailed` where it cannot be exported."""
    both = exported(module, task)
    graph = tidy(both.optimized, share=False)
    _free_widths(graph)
    sources = _explained(graph, both.traced, _state(module))
    GraphFile.save(graph, folder / GRAPH)
    told = {name: asdict(source) for name, source in sorted(sources.items())}
    (folder / SOURCES).write_text(json.dumps(told, indent=1), encoding="utf-8")


def _state(module: "nn.Module") -> dict[str, Array]:
    import torch

    return {n: t.detach().cpu().numpy() for n, t in module.state_dict().items() if isinstance(t, torch.Tensor)}


def _free_widths(graph: "ModelProto") -> None:
    """A flattening that names its width, (-1, 1024), says "whatever is left" instead: the width changes with pruning."""
    from onnx import numpy_helper

    flat = np.array([0, -1], dtype=np.int64)
    for tensor in graph.graph.initializer:
        users = [n for n in graph.graph.node if tensor.name in n.input]
        if users and all(n.op_type == "Reshape" and n.input[1] == tensor.name for n in users):
            value = numpy_helper.to_array(tensor)
            if value.shape == (2,) and value[0] in (-1, 0) and value[1] > 0:
                tensor.CopyFrom(numpy_helper.from_array(flat, tensor.name))
                for node in users:
                    node.ClearField("attribute")  # allowzero would make the 0 a width of none


def _explained(graph: "ModelProto", traced: "ModelProto", state: Mapping[str, Array]) -> dict[str, Source]:
    from onnx import numpy_helper

    folded = _folded_pairs(traced, state)
    found: dict[str, Source] = {}
    for tensor in graph.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.dtype.kind == "f" and value.size > 1:
            source = _source(tensor.name, value, state, folded)
            if source is not None:
                found[tensor.name] = source
    return found


def _source(name: str, value: Array, state: Mapping[str, Array], folded: list[Source]) -> Source | None:
    if name in state and _equal(value, state[name]):
        return Source("same", (name,))
    made_of = [source for source in folded if _close(value, source.made(state))]
    if made_of:
        layer = name.rpartition(".")[0]
        return next((s for s in made_of if s.names[0].rpartition(".")[0] == layer), made_of[0])
    for how in ("same", "transposed"):
        alike = [n for n, t in state.items() if _equal(value, t if how == "same" else t.T)]
        if len(alike) == 1:
            return Source("same" if how == "same" else "transposed", (alike[0],))
    return None


def _folded_pairs(traced: "ModelProto", state: Mapping[str, Array]) -> list[Source]:
    """A weight and a bias for every convolution whose answer goes through a batch norm alone."""
    makers = {output: node for node in traced.graph.node for output in node.output}
    found = []
    for norm in (n for n in traced.graph.node if n.op_type == "BatchNormalization"):
        conv = makers.get(norm.input[0])
        if conv is None or conv.op_type != "Conv":
            continue
        bias = conv.input[2] if len(conv.input) > 2 and conv.input[2] in state else ""  # else a constant of zeros
        names = (conv.input[1], bias, *norm.input[1:5])
        if all(n in state for n in names if n):
            epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
            found += [Source("folded-weight", names, epsilon), Source("folded-bias", names, epsilon)]
    return found


def _equal(a: Array, b: Array) -> bool:
    return a.shape == b.shape and bool(np.array_equal(a, b))


def _close(a: Array, b: Array) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-4, atol=1e-6))
