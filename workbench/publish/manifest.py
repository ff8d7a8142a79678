"""The manifest: all that a reader, a server or an auditor has to know of an artifact, as JSON."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workbench.files import Digest
from workbench.graphs.file import GraphFile
from workbench.measure import answers, differences
from workbench.publish.portability import Portability, assess
from workbench.publish.seal import SCHEMA
from workbench.publish.signature import signature_of
from workbench.publish.source import Source
from workbench.records import Measurement, Report

QUALITY = "size_bytes", "packed_bytes", "parameters", "latency_b1_ms"
"""The baseline's figures that are kept beside its metric, for comparison."""


def describe(
    candidate: Source, name: str, version: int, test: Mapping[str, Measurement], licence: str, intended_use: str, model: Digest
) -> dict[str, Any]:
    """The manifest of a candidate, without the digests of files, which `seal` adds; `model` is that of the ONNX file.

    `measures` are of the very file, on validation where they need data; `test` is the test split's, read once.
    """
    study = candidate.study
    task = study.task
    kept = {*QUALITY, study.metric}
    return {
        "schema": SCHEMA,
        "name": name,
        "version": version,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": model,
        "study": study.name,
        "candidate": {"id": candidate.id, "name": candidate.name},
        "task": task.name,
        "kind": task.kind,
        "metric": study.metric,
        "classes": list(task.classes),
        "signature": signature_of(candidate).to_json(),
        "preprocessing": dict(task.preprocessing),
        "lineage": _lineage(candidate),
        "steps": [_step(report) for report in candidate.reports],
        "measures": {n: plain(m) for n, m in candidate.measures.items() if m.split != "test"},
        "test": {n: plain(m) for n, m in test.items()},
        "test_samples": len(task.test),
        "baseline": {n: plain(m) for n, m in study.baseline.measures.items() if n in kept},
        "difference": _difference(candidate),
        "remarks": sorted({said for m in [*candidate.measures.values(), *test.values()] for said in m.remarks}),
        "looks": study.looks,
        "parity": dict(candidate.lineage.get("parity", {})),
        "portability": _portability(assess(candidate)),
        "licence": {"model": licence, "data": task.licence},
        "intended_use": intended_use,
    }


def plain(measurement: Measurement) -> dict[str, Any]:
    """A measurement as JSON: a figure that is not a number is null, and details stay with the study."""
    fields = {k: v for k, v in measurement.to_json().items() if k != "details"}
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in fields.items()}


def _difference(candidate: Source) -> dict[str, Any] | None:
    """The metric minus the baseline's, on the same validation samples; None where nothing can be subtracted."""
    task, base = candidate.study.task, candidate.study.baseline
    assert candidate.file is not None
    before, after = (answers(GraphFile(file), task.validation) for file in (base.file, candidate.file))
    if before[0].shape != after[0].shape:
        return None
    found = differences(before, after, task.validation, task.kind, before).get(candidate.study.metric)
    return None if found is None else plain(found)


def _lineage(candidate: Source) -> dict[str, Any]:
    """Where the file comes from: the study's own record of it, and the recipe as a person wrote it."""
    task, recipe = candidate.study.task, candidate.recipe
    data = {"train": task.train.digest, "validation": task.validation.digest, "test": task.test.digest}
    kept = {k: v for k, v in candidate.lineage.items() if k != "parity"}
    return {**kept, "data": data, "recipe_yaml": recipe.to_yaml(), "recipe_digest": recipe.digest}


def _portability(found: Portability) -> dict[str, Any]:
    """Certified or not, the verdict on each integer operator, and the loss that was emulated where there is a risk."""
    operators = [
        {"name": o.name, "kind": o.kind, "code": o.code, "fields": dict(o.fields)} for o in found.certificate.operators
    ]
    loss = {name: plain(m) for name, m in found.loss.items()}
    return {"certified": found.certificate.portable, "operators": operators, "loss": loss, "unknown": found.unknown}


def _step(report: Report) -> dict[str, Any]:
    """A step in figures: how many layers it touched of how many, and what it counted (fused integer operators, say)."""
    figures = {k: v for k, v in report.figures.items() if math.isfinite(v)}
    return {"step": report.step, "touched": len(report.touched), "layers": len(report.lines), "figures": figures}
