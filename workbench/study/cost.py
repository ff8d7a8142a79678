"""How long a recipe would take, from what the steps of earlier ones took."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.events import StepFinished
from workbench.jobs import Job
from workbench.recipes import Recipe
from workbench.records import CandidateRow
from workbench.study import firsts
from workbench.study.firsts import First
from workbench.techniques import FileTechnique

RECENT, SHARED = 20, 200
"""So many runs at most are looked at for their times, and for a beginning that is kept: the newest ones."""

Step = Mapping[str, Any]


def expected_seconds(recipe: Recipe, rows: Sequence[CandidateRow], first: First | None = None) -> float | None:
    """Seconds that a run takes until its file is measured; None where nothing is known of one of its steps.

    A training step goes by its epochs, every other one takes what it took; one that was never done in the study goes by what
    is known of the baseline (`first`). Steps that a measured candidate has begun with too are read back, and take nothing.
    """
    steps = _sequence(recipe)
    measured = [row for row in rows if row.status == "measured"][-SHARED:]
    shared = max((_common(steps, _sequence_of(row)) for row in measured), default=0)
    found = _seconds([*steps[shared:], {"technique": "Measure"}], rows, first)
    known = [seconds for seconds in found if seconds is not None]
    return sum(known) if len(known) == len(found) else None


def step_seconds(recipe: Recipe, rows: Sequence[CandidateRow], first: First | None = None) -> list[float | None]:
    """Seconds of each step of a run that reads nothing back, the export and the measuring among them; None of one of which
    nothing is known."""
    return _seconds([*_sequence(recipe), {"technique": "Measure"}], rows, first)


def _seconds(steps: Sequence[Step], rows: Sequence[CandidateRow], first: First | None) -> list[float | None]:
    rates = _rates(rows)

    def of(step: Step) -> float | None:
        if step["technique"] in rates:
            return rates[step["technique"]] * _amount(step)
        return None if first is None else firsts.seconds(first, step)

    return [of(step) for step in steps]


def _sequence_of(row: CandidateRow) -> list[Step]:
    return _sequence(Recipe.from_json(list(row.recipe), missing_ok=True))


def _sequence(recipe: Recipe) -> list[Step]:
    """A recipe's steps as they are run: the export stands before what works on the file."""
    told = [step.described() for step in recipe.steps]
    place = next((k for k, step in enumerate(recipe.steps) if isinstance(step, FileTechnique)), len(told))
    return [*told[:place], {"technique": "Export"}, *told[place:]]


def _common(one: Sequence[Step], other: Sequence[Step]) -> int:
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _rates(rows: Sequence[CandidateRow]) -> dict[str, float]:
    """For each kind of step the median of seconds, of a training step for each epoch of those that had many: the first
    epochs of a worker, which are slow, count most in the shortest ones."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in [row for row in rows if row.job][-RECENT:]:
        steps = [*_sequence_of(row), {"technique": "Measure"}]
        for event in _finished(str(row.job)):
            if not event.reused and 0 < event.index <= len(steps):
                step = steps[event.index - 1]
                found.setdefault(step["technique"], []).append((_amount(step), event.seconds))
    return {name: _rate(told) for name, told in found.items()}


def _rate(told: Sequence[tuple[float, float]]) -> float:
    most = max(amount for amount, _ in told)
    return statistics.median(seconds / amount for amount, seconds in told if 2 * amount >= most)


def _amount(step: Step) -> float:
    return float(step.get("epochs", 1))


def _finished(job: str) -> Iterable[StepFinished]:
    return (event for _, event in Job.named(job).log.read() if isinstance(event, StepFinished))
