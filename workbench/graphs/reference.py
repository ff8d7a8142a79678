"""Holding a file against the ONNX reference evaluator: the same graph, computed slowly by numpy, operator by operator."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.graphs.file import GraphFile

if TYPE_CHECKING:
    from workbench.tasks.task import Array


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

    A file with operators outside the ONNX standard is held against ONNX Runtime without any of its optimisations.
    """
    ours = list(file.run(feeds).values())
    n = len(next(iter(feeds.values())))
    model = file.load()
    if all(node.domain in ("", "ai.onnx") for node in model.graph.node):
        from onnx.reference import ReferenceEvaluator

        with np.errstate(all="ignore"):
            truth = ReferenceEvaluator(model).run(None, feeds)
        return Parity(relative_difference(ours, truth), limit, n, "ONNX reference evaluator")
    return Parity(relative_difference(ours, _unoptimized(file, feeds)), limit, n, "ONNX Runtime, unoptimised")


def _unoptimized(file: GraphFile, feeds: "dict[str, Array]") -> "list[Array]":
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = ort.InferenceSession(str(file.path), options, providers=["CPUExecutionProvider"])
    return list(session.run(None, feeds))
