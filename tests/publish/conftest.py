"""A small study that is real where publishing looks: a task, ONNX files that run, measures that were counted on them."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.files import digest_bytes, digest_file
from workbench.graphs.runtime import open_session
from workbench.measure import quality
from workbench.measure.quality import metric
from workbench.records import Line, Measurement, Report
from workbench.study.frontier import Frontier
from workbench.tasks.task import Signature, Split, Task, TensorSpec

WEIGHTS = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)


def linear(path: Path, weights: np.ndarray = WEIGHTS, classes: int = 3) -> Path:
    """logits = input @ weights, as an ONNX file with a dynamic batch."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 8])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", classes])]
    node = helper.make_node("MatMul", ["input", "w"], ["logits"])
    graph = helper.make_graph([node], "linear", inputs, outputs, [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))
    return path


def make_task(classes: tuple[str, ...] = ("0", "1", "2"), kind: str = "classification") -> Task:
    rng = np.random.default_rng(1)

    def split(name: str, count: int) -> Split:
        x = rng.normal(size=(count, 8)).astype(np.float32)
        noisy = x @ WEIGHTS + rng.normal(size=(count, 3))
        return Split(name, x, noisy.argmax(axis=1) if kind == "classification" else noisy.astype(np.float32))

    signature = Signature((TensorSpec("input", (8,), "float32"),), (TensorSpec("logits", (3,), "float32"),))
    parts = (split("train", 20), split("validation", 150), split("test", 90))
    return Task("toy", kind, *parts, classes, signature, {"scale": 0.5}, {}, "CC0-1.0")


@dataclass(frozen=True)
class Recipe:
    text: str
    steps: tuple = (SimpleNamespace(order="numerics", title="Quantize"),)

    @property
    def digest(self) -> str:
        return digest_bytes(self.text.encode())

    def to_yaml(self) -> str:
        return f"- {self.text}\n"


@dataclass
class Study:
    name: str
    task: Task
    looks: int = 0
    candidates: list = field(default_factory=list)

    @property
    def metric(self) -> str:
        return metric(self.task.kind, self.baseline.measures)

    @property
    def baseline(self):
        return self.candidates[0]

    def frontier(self, x: str, y: str) -> Frontier:
        return Frontier(self.candidates[1:], self.baseline, (x, y))

    def examine(self, candidate) -> dict[str, Measurement]:
        self.looks += 1
        return scored(candidate.file, self.task.test, self.task.kind)

    def add(self, file: Path, name: str = "int8"):
        id = f"c{len(self.candidates)}" if self.candidates else "baseline"
        digest, size = digest_file(file), float(file.stat().st_size)
        measures = scored(file, self.task.validation, self.task.kind)
        measures["size_bytes"] = Measurement("size_bytes", size, size, size, "B", False, 1)
        speed = Measurement(
            "latency_b1_ms", 0.5, 0.4, 0.6, "ms", False, 7, method="process-resampling", machine="a small machine"
        )
        measures["latency_b1_ms"] = speed
        measures = {n: replace(m, file_digest=digest) for n, m in measures.items()}
        line = Line("w", "MatMul", True, "touched")
        reports = (Report("DynamicQuantization", (line, replace(line, touched=False)), {"fused": 3.0}),)
        lineage = {"seed": 0, "versions": {"torch": "2.13"}, "parity": {"truth": "PyTorch", "samples": 100}}
        made = Candidate(self, id, name, Recipe(f"{name} {id}"), file, measures, reports, lineage)
        self.candidates.append(made)
        return made


@dataclass(frozen=True)
class Candidate:
    study: Study
    id: str
    name: str
    recipe: Recipe
    file: Path | None
    measures: dict
    reports: tuple
    lineage: dict
    status: str = "measured"
    reason: str | None = None


def scored(file: Path, split: Split, kind: str) -> dict[str, Measurement]:
    session = open_session(file)
    outputs = [np.concatenate([session.run(None, feeds)[0] for feeds, _ in split.batches(64)])]
    return quality(outputs, split, kind)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The study "toy" with a baseline and one candidate, in a home of its own."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    made = Study("toy", make_task())
    made.add(linear(tmp_path / "base.onnx"), "baseline")
    made.add(linear(tmp_path / "c1.onnx", WEIGHTS.round(1)))
    return made
