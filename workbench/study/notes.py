"""What is noted beside a study's candidates: a star, out of sight, a name of one's own; and how each stands to the baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import InputError
from workbench.measure import metrics
from workbench.plots.verdict import MARGIN, Clause, of_speed, sentence
from workbench.records import Measurement
from workbench.study.answered import validation_answers
from workbench.study.candidate import Candidate
from workbench.study.comparison import alike, clauses
from workbench.words import part

LONGEST = 60
"""Characters of a name that a person gives a candidate."""

_NO_LOSS = ("compare-no-loss", "compare-alike", "compare-same-file", "compare-gains", "compare-falls")
_LOSSES = ("compare-loses", "compare-rises")


@dataclass(frozen=True)
class Marks:
    """What people noted of a candidate: starred, hidden (out of the chart, never out of the study), a name of their own."""

    starred: bool = False
    hidden: bool = False
    label: str = ""

    @classmethod
    def of(cls, notes: Mapping[str, Any]) -> "Marks":
        return cls(**{kind: notes[kind] for kind in ("starred", "hidden", "label") if kind in notes})


def checked(starred: bool | None, hidden: bool | None, label: str | None) -> dict[str, bool | str]:
    """The notes that are given, by kind. Raises `InputError` for a name that is too long, and for values of another type."""
    given = {"starred": starred, "hidden": hidden, "label": label.strip() if isinstance(label, str) else label}
    for kind, wanted in (("starred", bool), ("hidden", bool), ("label", str)):
        value = given[kind]
        if value is not None and not isinstance(value, wanted):
            raise InputError("mark-value", kind=kind, value=repr(value)[:80])
        if isinstance(value, str) and len(value) > LONGEST:
            raise InputError("label-long", letters=len(value), most=LONGEST)
    return {kind: value for kind, value in given.items() if value is not None}


@dataclass(frozen=True)
class Verdict:
    """A file against the baseline's: by size, by the study's metric, and with a word of warning where it is slower.

    `loss` is "none", "small" (within the margin), "large", or "unknown" where there are too few samples to tell.
    """

    said: tuple[Clause, ...]
    loss: str

    @property
    def sentence(self) -> str:
        return sentence(self.said)

    def to_json(self) -> dict[str, Any]:
        return {"loss": self.loss, "said": [[clause.code, dict(clause.fields)] for clause in self.said]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        return cls(tuple(Clause(code, fields) for code, fields in data["said"]), data["loss"])


def judged(baseline: Candidate, candidate: Candidate, margin: float = MARGIN) -> Verdict:
    """The verdict on a measured candidate: its answers to validation, as they are kept, against the baseline's."""
    task, name = candidate.study.task, candidate.study.metric
    metric = next(m for m in metrics(task.kind) if m.name == name)
    before, after = validation_answers(baseline), validation_answers(candidate)
    targets = before if task.kind == "outputs" else task.validation.targets
    found = {} if targets is None else {name: metric.difference(before, after, targets)}
    said = clauses(baseline, candidate, found, margin, alike(before, after, task.kind))
    loss = _loss(said[-1].code, found.get(name), baseline.measures[name], margin)
    slower = of_speed(candidate.measures["speedup_b1"], part("the-baseline")) if "speedup_b1" in candidate.measures else None
    return Verdict((*said, slower) if slower is not None and slower.code == "compare-slower" else said, loss)


def _loss(code: str, difference: Measurement | None, reference: Measurement, margin: float) -> str:
    if code in _NO_LOSS:
        return "none"
    if code not in _LOSSES or difference is None:
        return "unknown"
    most = margin if difference.higher_is_better else margin * reference.value
    return "small" if abs(difference.value) < most else "large"
