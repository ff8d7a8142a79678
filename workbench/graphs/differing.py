"""Where two runs of one graph part: the first operator whose output differs while its inputs agree, by bisection.

A cut after the k-th operator is crossed by the values that are made before it and read behind it. Where all that cross one
cut agree, and some that cross the next do not, the operator between them is the one. A run asks for the values of one cut
alone, so that little memory is held and ONNX Runtime fuses all but what the cut goes through.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import words
from workbench.graphs.fresh import fresh

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

    from workbench.tasks.task import Array

Runner = Callable[[Sequence[str]], "Mapping[str, Array]"]
"""Runs a graph on inputs of its own choice, always the same, and gives the values of these names."""


@dataclass(frozen=True)
class Difference:
    """`node` is the operator's name, or its kind and place where it has none; `value` the output of it that differs, by
    `amount` (max |a - b| / max |b|; infinite where shapes, or what is not finite, differ). `fused`: only as long as
    ONNX Runtime may fuse it with those before it, for with its inputs asked for it agrees."""

    node: str
    kind: str
    value: str
    amount: float
    fused: bool

    @property
    def code(self) -> str:
        return "differs-when-fused" if self.fused else "differs-first"

    @property
    def sentence(self) -> str:
        return str(self.part)

    @property
    def part(self) -> words.Part:
        """The sentence as a field of an error."""
        return words.part(self.code, node=self.node, kind=self.kind)


def first_difference(
    model: "ModelProto", ours: Runner, truth: Runner, limit: float = 0.0, check: Callable[[], None] = lambda: None
) -> Difference | None:
    """The operator of `model` at which two runs part by more than `limit`; None where their outputs agree.

    `model` is the graph that both run, in topological order. Values in its subgraphs are not looked at: an If or a Loop is
    one operator. Where a difference comes, goes again (what a Relu takes away) and comes anew, one of the places is named.
    `check` is called before each of the runs, about as many as the logarithm of the number of operators: it may raise.
    """
    nodes = list(model.graph.node)
    makers = {name: k for k, node in enumerate(nodes) for name in node.output if name}
    crossing = _crossings(model, makers)

    def apart(names: Sequence[str]) -> dict[str, float]:
        check()
        one, other = ours(names), truth(names)
        return {name: amount for name in names if (amount := difference(one[name], other[name])) > limit}

    low, high, found = 0, len(nodes), apart(crossing(len(nodes)))
    if not found:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        differ = apart(crossing(middle))
        low, high, found = (low, middle, differ) if differ else (middle, high, found)
    value = max(found, key=lambda name: (makers[name] == high - 1, found[name]))
    node = nodes[makers[value]]
    asked = [*dict.fromkeys([*(name for name in _reads(node) if name in makers), value])]
    fused = value not in apart(asked)
    return Difference(node.name or f"{node.op_type}_{makers[value]}", node.op_type, value, found[value], fused)


def difference(a: "Array", b: "Array") -> float:
    """max |a - b| / max |b| where both are finite; infinite where the shape, or what is not finite, is not the same."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return float("inf")
    if a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return 0.0 if np.array_equal(a, b) else float("inf")
    wide, truth = a.astype(np.float64), b.astype(np.float64)
    finite = np.isfinite(wide) & np.isfinite(truth)
    if not np.array_equal(wide[~finite], truth[~finite], equal_nan=True):
        return float("inf")
    gap = np.abs(wide[finite] - truth[finite]).max(initial=0.0)
    scale = np.abs(truth[finite]).max(initial=0.0)
    return float(gap / scale) if scale and gap else float("inf") if gap else 0.0


def in_runtime(model: "ModelProto", feeds: "Mapping[str, Array]", threads: int = 1, optimized: bool = True) -> Runner:
    """Runs the graph in ONNX Runtime in this process, with all of its optimisations or without any."""
    from workbench.graphs.runtime import open_session

    data = model.SerializeToString()

    def run(names: Sequence[str]) -> "dict[str, Array]":
        session = open_session(data + exposing(model, names), threads=threads, plain=not optimized)
        return dict(zip((o.name for o in session.get_outputs()), session.run(None, dict(feeds)), strict=True))

    return run


def from_disk(path: Path, model: "ModelProto", feeds: "Mapping[str, Array]", threads: int = 1) -> Runner:
    """Runs the file in a fresh process, which opens it from disk; `model` is the graph that should be there."""

    def run(names: Sequence[str]) -> "dict[str, Array]":
        with fresh(path, threads, exposing(model, names)) as answer:
            return answer(feeds)

    return run


def exposing(model: "ModelProto", names: Sequence[str]) -> bytes:
    """Bytes that make values of a graph its outputs too when they stand behind the bytes of the model: of two messages in
    a row protobuf joins the lists."""
    from onnx import GraphProto, ModelProto, ValueInfoProto

    own = {output.name for output in model.graph.output}
    added = [ValueInfoProto(name=name) for name in names if name not in own]
    return ModelProto(graph=GraphProto(output=added)).SerializeToString() if added else b""


def _crossings(model: "ModelProto", makers: Mapping[str, int]) -> Callable[[int], list[str]]:
    """The function that gives the values which cross the cut behind the first k operators."""
    last = dict.fromkeys((o.name for o in model.graph.output), len(model.graph.node))
    for k, node in enumerate(model.graph.node):
        for name in _reads(node):
            last[name] = max(last.get(name, 0), k)
    return lambda k: [name for name, made in makers.items() if made < k <= last.get(name, -1)]


def _reads(node: "NodeProto") -> Iterator[str]:
    """What a node reads, its subgraphs included: they may read any value of the graph around them."""
    yield from node.input
    for attribute in node.attribute:
        graphs: list[Any] = [attribute.g, *attribute.graphs]
        for inner in graphs:
            yield from (o.name for o in inner.output)
            for child in inner.node:
                yield from _reads(child)
