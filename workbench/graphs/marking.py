"""Nodes marked by their place, so that the names that ONNX Runtime derives from theirs tell where a kernel comes from.

The runtime fuses nodes, changes layouts and puts quantizers in between, and names what it makes after the nodes and values
that it was made of. In a marked graph every such name has the mark of a node in it.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_MARK = re.compile(r"workbench-op(\d+)#")


def mark(place: int) -> str:
    """The name of the marked node at that place of its graph."""
    return f"workbench-op{place}#"


def marked(model: "ModelProto") -> "ModelProto":
    """A copy with the names of its nodes, and of the values in between, marked. Inputs, outputs and weights keep theirs."""
    from onnx import ModelProto

    copy = ModelProto()
    copy.CopyFrom(model)
    kept = {value.name for value in copy.graph.output} | set(_read_inside(copy.graph.node)) | {""}
    names: dict[str, str] = {}
    for place, node in enumerate(copy.graph.node):
        node.name = mark(place)
        names |= {name: f"{mark(place)}{k}" for k, name in enumerate(node.output) if name not in kept}
    for node in copy.graph.node:
        for values in (node.input, node.output):
            values[:] = [names.get(name, name) for name in values]
    del copy.graph.value_info[:]
    return copy


def place(name: str) -> int | None:
    """The place of the node that a name was derived from; None for one without a mark."""
    found = _MARK.search(name)
    return int(found[1]) if found else None


def heads(model: "ModelProto", among: Collection[int]) -> list[int | None]:
    """For every node, the last of `among` (places) that its answer depends on, itself included; None where there is none.

    So a graph falls into operators, each with what follows it up to the next ones.
    """
    of_value: dict[str, int | None] = {}
    found: list[int | None] = []
    for at, node in enumerate(model.graph.node):
        above = [head for name in node.input if (head := of_value.get(name)) is not None]
        found.append(at if at in among else max(above, default=None))
        of_value |= dict.fromkeys(node.output, found[-1])
    return found


def _read_inside(nodes: "Iterable[NodeProto]") -> Iterator[str]:
    """What the subgraphs of nodes read: values whose names are looked up from within."""
    for node in nodes:
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                yield from (name for inner in graph.node for name in inner.input)
                yield from _read_inside(graph.node)
