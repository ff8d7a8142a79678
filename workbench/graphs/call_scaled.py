"""Operators that take the scale of their input from all samples of a call, so that an answer depends on who else is in it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

CALL_SCALED = frozenset({"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"})
"""The answers of a DynamicQuantizeLSTM depend on the number of threads too (ONNX Runtime 1.32)."""


def call_scaled(model: "ModelProto") -> frozenset[str]:
    """The kinds of such operators in a graph, its subgraphs and functions; empty where no answer depends on its batch."""
    nodes = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    return CALL_SCALED & set(_kinds(nodes))


def _kinds(nodes: "Iterable[NodeProto]") -> Iterator[str]:
    for node in nodes:
        yield node.op_type
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _kinds(inner.node)
