"""The operators of an ONNX file that have weights, or multiply matrices: what numerics are told about, one line each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.graphs.naming import layer_of
from workbench.records import Line

if TYPE_CHECKING:
    from onnx import ModelProto

RECURRENT = ("LSTM", "GRU", "RNN")
_KINDS = ("Conv", "ConvTranspose", "Gemm", "MatMul", "Gather", *RECURRENT)


@dataclass(frozen=True)
class Operator:
    """One node: the layer's name as far as its weights tell, its type, and the names of its float weight matrices."""

    layer: str
    kind: str
    node: str
    weights: tuple[str, ...]


def operators(model: "ModelProto") -> list[Operator]:
    """Every convolution, matrix product, recurrent layer, and table of embeddings, in the graph's order."""
    from onnx import TensorProto

    kinds = {TensorProto.FLOAT, TensorProto.FLOAT16}
    matrices = {t.name for t in model.graph.initializer if t.data_type in kinds and len(t.dims) > 1}
    found = []
    for node in model.graph.node:
        weights = tuple(name for name in node.input if name in matrices)
        if node.op_type in _KINDS and (weights or node.op_type != "Gather"):
            found.append(Operator(layer_of(node, weights[0]) if weights else node.name, node.op_type, node.name, weights))
    return found


def lines(found: list[Operator], why_not: Callable[[Operator], str | None], done: str) -> tuple[Line, ...]:
    """A line for each operator: `done` where `why_not` has no reason, else that reason."""
    told = ((o, why_not(o)) for o in found)
    return tuple(Line(o.layer, o.kind, why is None, why or done) for o, why in told)


def untouched(before: list[Operator], after: "ModelProto") -> set[str]:
    """The nodes of `before` that still compute in float in the quantized graph `after`."""
    floats = {weight for o in operators(after) for weight in o.weights}
    makers: Mapping[str, Any] = {name: node for node in after.graph.node for name in node.output}
    fed = {n.name: [makers[i].op_type for i in n.input if i in makers] for n in after.graph.node}
    return set(_untouched(before, floats, fed))


def _untouched(before: list[Operator], floats: set[str], fed: Mapping[str, list[str]]) -> Iterator[str]:
    for o in before:
        kept = any(weight in floats for weight in o.weights)
        if kept or (not o.weights and "DequantizeLinear" not in fed.get(o.node, ["DequantizeLinear"])):
            yield o.node
