"""Two candidates on the same samples: the difference of every measure with its interval, and what may be said of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.errors import InputError
from workbench.measure import differences
from workbench.plots.axis import number
from workbench.plots.verdict import MARGIN, Clause, of_quality, of_size, of_speed, sentence
from workbench.records import Measurement
from workbench.study.answered import validation_answers
from workbench.study.candidate import Candidate
from workbench.tasks.task import Array, Kind
from workbench.words import part

EXACT = "size_bytes", "packed_bytes", "parameters", "macs"
"""Measures that are read off the files: their difference is exact."""


@dataclass(frozen=True)
class Comparison:
    """`candidate` against `reference`.

    `measures` are differences, candidate minus reference, by the measure's name: of quality on validation with paired
    95 % intervals, of sizes and counts exact (`details["ratio"]`); of `speedup_...` it is the candidate's speed as a
    multiple of the reference's. `clauses` are what is said, as codes and fields; `verdict` is the code about quality.
    """

    reference: Candidate
    candidate: Candidate
    measures: Mapping[str, Measurement]
    clauses: tuple[Clause, ...]

    @property
    def sentence(self) -> str:
        """The verdict in words: "83 % smaller · no measurable loss (at most 0.8 points)"."""
        return sentence(self.clauses)

    @property
    def verdict(self) -> str:
        """ "compare-same-file", "compare-no-loss", "compare-too-few", "compare-loses", "compare-rises" and so on."""
        codes = [clause.code for clause in self.clauses if clause.code not in ("compare-slower", "compare-faster")]
        return codes[-1]

    def to_json(self) -> dict[str, Any]:
        said = {"reference": self.reference.id, "candidate": self.candidate.id, "sentence": self.sentence}
        return said | {"verdict": self.verdict, "measures": {name: m.to_json() for name, m in self.measures.items()}}

    def __repr__(self) -> str:
        return f"Comparison({self.candidate.id} against {self.reference.id}: {self.sentence})"


def compare(a: Candidate, b: Candidate, margin: float = MARGIN) -> Comparison:
    """Compares `b` with `a`, two measured candidates of one study (the baseline is one).

    `margin` is the loss that counts as none where the interval excludes more: in the metric's own unit for a share
    (accuracy, agreement), as a share of the reference's error for an error (RMSE). Raises `InputError` for candidates of
    two studies, one without a file, and a margin that is none.
    """
    if a.study.name != b.study.name:
        raise InputError("compare-studies", a=a.id, b=b.id, first=a.study.name, second=b.study.name)
    if isinstance(margin, bool) or not isinstance(margin, int | float) or not 0 <= margin < math.inf:
        raise InputError("compare-margin", value=margin)
    task = a.study.task
    before, after = validation_answers(a), validation_answers(b)
    truth = [validation_answers(a.study.baseline)] if task.kind == "outputs" else None
    found = differences([before], [after], task.validation, task.kind, truth)
    found |= {name: _exact(a.measures[name], b.measures[name]) for name in EXACT if name in a.measures and name in b.measures}
    speeds = [name for name in b.measures if name.startswith("speedup_") and name in a.measures]
    found |= {name: _speed(a.measures[name], b.measures[name]) for name in speeds}
    digest = b.measures["size_bytes"].file_digest
    found = {name: replace(m, file_digest=digest) for name, m in found.items()}
    return Comparison(a, b, found, clauses(a, b, found, margin, alike(before, after, task.kind)))


def _exact(a: Measurement, b: Measurement) -> Measurement:
    difference = b.value - a.value
    ratio = {"ratio": b.value / a.value if a.value else math.nan}
    return replace(b, value=difference, low=difference, high=difference, details=ratio)


def _speed(a: Measurement, b: Measurement) -> Measurement:
    """The ratio of two speed-ups over the same baseline. Each was measured beside it in processes of its own, so their
    errors are independent: on the logarithmic scale the interval's arms add as squares (MOVER: Donner & Zou 2012,
    Statistical Methods in Medical Research 21)."""
    if a.file_digest == b.file_digest:
        return replace(b, value=1.0, low=1.0, high=1.0, method="definition")
    value = b.value / a.value
    low = value * math.exp(-math.hypot(_arm(b.value, b.low), _arm(a.high, a.value)))
    high = value * math.exp(math.hypot(_arm(b.high, b.value), _arm(a.value, a.low)))
    return replace(b, value=value, low=low, high=high, n=min(a.n, b.n) if a.method != "definition" else b.n, method="mover")


def _arm(upper: float, lower: float) -> float:
    return math.log(upper / lower) if lower > 0 and upper < math.inf else math.inf


def alike(before: Array, after: Array, kind: Kind) -> bool:
    """Whether two files answer every sample alike: the same class, or the very same values."""
    if kind == "classification":
        return bool((before.argmax(axis=1) == after.argmax(axis=1)).all())
    return np.array_equal(before, after)


def clauses(a: Candidate, b: Candidate, found: Mapping[str, Measurement], margin: float, same: bool) -> tuple[Clause, ...]:
    """What may be said of `b` against `a`: its size, its quality, its speed, as far as `found` has their differences. `same`
    says that both answer every sample alike."""
    reference = part("the-baseline") if a.id == "baseline" else a.id
    if a.measures["size_bytes"].file_digest == b.measures["size_bytes"].file_digest:
        return (Clause("compare-same-file", {"reference": reference}),)
    said = [of_size(a.measures["size_bytes"].value, b.measures["size_bytes"].value, reference)]
    metric = a.study.metric
    if same:
        said.append(Clause("compare-alike", {"n": number(len(a.study.task.validation), 9)}))
    if metric in found and not (same and found[metric].low == found[metric].high):
        said.append(of_quality(found[metric], a.measures[metric], margin))
    speeds = (of_speed(m, reference) for name, m in found.items() if name.startswith("speedup_"))
    return (*said, *(clause for clause in speeds if clause is not None))
