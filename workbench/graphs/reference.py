"""Holding a file against the ONNX reference evaluator: the same graph, computed slowly by numpy, operator by operator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench import words
from workbench.errors import StepFailed
from workbench.graphs.differing import Difference, Runner, first_difference, in_runtime
from workbench.graphs.file import GraphFile

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.tasks.task import Array

EVALUATOR = "ONNX reference evaluator"
UNOPTIMIZED = "ONNX Runtime, unoptimised"

_TRUTHS = {EVALUATOR: "truth-evaluator", UNOPTIMIZED: "truth-unoptimised"}


@dataclass(frozen=True)
class Parity:
    """Largest difference of any output, relative to the largest reference value; over `n` samples, against `truth`."""

    difference: float
    limit: float
    n: int
    truth: str

    @property
    def holds(self) -> bool:
        return self.difference <= self.limit

    def failure(self, where: words.Part) -> StepFailed:
        """The error that says so; `where` is a sentence about the place."""
        said = {"truth": named(self.truth), "difference": f"{self.difference:.2g}", "limit": f"{self.limit:g}"}
        return StepFailed("parity", where=where, **said)


def named(truth: str) -> str | words.Part:
    """A `Parity.truth` for people: the name of a product, or words."""
    return words.part(_TRUTHS[truth]) if truth in _TRUTHS else truth


def relative_difference(ours: "list[Array]", truth: "list[Array]") -> float:
    """max |a - b| / max |b| over all outputs; infinite where a value of either is not finite or a shape differs."""
    largest = 0.0
    for a, b in zip(ours, truth, strict=True):
        if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
            return float("inf")
        scale = float(np.abs(b).max()) if b.size else 1.0
        largest = max(largest, float(np.abs(a.astype(np.float64) - b.astype(np.float64)).max(initial=0.0)) / max(scale, 1e-12))
    return largest


def against_reference(file: GraphFile, feeds: "dict[str, Array]", limit: float) -> Parity:
    """ONNX Runtime's answers to `feeds` held against the reference evaluator's.

    A file that the evaluator cannot compute (operators outside the ONNX standard, or beyond what it knows of them) is held
    against ONNX Runtime without any of its optimisations.
    """
    ours = list(file.run(feeds).values())
    n = len(next(iter(feeds.values())))
    _, answers, truth = _truth(file.load(), feeds)
    return Parity(relative_difference(ours, list(answers.values())), limit, n, truth)


def against_unoptimized(file: GraphFile, feeds: "dict[str, Array]", limit: float) -> Parity:
    """ONNX Runtime's answers to `feeds` held against its own without any optimisation, which takes milliseconds.

    It finds what fusing and integer kernels do to a file, and not what the runtime's plain kernels do wrong.
    """
    run = in_runtime(file.load(), feeds, optimized=False)
    difference = relative_difference(list(file.run(feeds).values()), list(run(()).values()))
    return Parity(difference, limit, len(next(iter(feeds.values()))), UNOPTIMIZED)


def where_it_parts(
    file: GraphFile, feeds: "dict[str, Array]", limit: float, check: Callable[[], None] = lambda: None
) -> Difference | None:
    """The operator at which ONNX Runtime parts by more than `limit` from what `against_reference` holds it against."""
    model = file.load()
    return first_difference(model, in_runtime(model, feeds), _truth(model, feeds)[0], limit, check)


def _truth(model: "ModelProto", feeds: "dict[str, Array]") -> "tuple[Runner, Mapping[str, Array], str]":
    """What runs a graph by the letter, its answers, and its name."""
    if all(node.domain in ("", "ai.onnx") for node in model.graph.node):
        run = _evaluated(model, feeds)
        try:
            return run, run(()), EVALUATOR
        except Exception:  # it has its gaps: a convolution of integers, one scale a channel, is known in two dimensions only
            pass
    run = in_runtime(model, feeds, optimized=False)
    return run, run(()), UNOPTIMIZED


def _evaluated(model: "ModelProto", feeds: "dict[str, Array]") -> Runner:
    from onnx.reference import ReferenceEvaluator

    def run(names: Sequence[str]) -> "dict[str, Array]":
        wanted = [*dict.fromkeys([*(output.name for output in model.graph.output), *names])]
        with np.errstate(all="ignore"):
            return dict(zip(wanted, ReferenceEvaluator(model).run(wanted, feeds), strict=True))

    return run
