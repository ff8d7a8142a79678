"""What a difference and its interval allow to be said: a word follows an interval, never a value alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench import words
from workbench.plots.axis import Axis, axis, named, number, percent
from workbench.records import Measurement

MARGIN = 0.01
"""A loss that a study puts up with: one point of a share, one per cent of an error."""


@dataclass(frozen=True)
class Clause:
    """A part of a sentence: a code and its fields. `{said}` is what comes before it."""

    code: str
    fields: Mapping[str, Any]


def sentence(clauses: tuple[Clause, ...]) -> str:
    """The clauses as one line: "83 % smaller · no measurable loss (at most 0.8 points)"."""
    said = ""
    for clause in clauses:
        said = words.say(clause.code, said=said, **clause.fields)
    return said


def of_size(before: float, after: float, reference: str | words.Part) -> Clause:
    """How much smaller a file is, in bytes; `before` is above 0."""
    share = 1 - after / before
    if share == 0:
        return Clause("compare-as-large", {"reference": reference})
    if share < -1:
        return Clause("compare-times", {"ratio": number(after / before), "reference": reference})
    return Clause("compare-smaller" if share > 0 else "compare-larger", {"share": percent(abs(share))})


def of_quality(difference: Measurement, reference: Measurement, margin: float = MARGIN) -> Clause:
    """Whether quality is lost, and how much at most.

    A loss or a gain is said only where the interval excludes zero. Where it does not, no loss can be measured if the
    largest loss in the interval is within `margin` (of a share its own unit, of an error a share of the reference's); else
    there are too few samples.
    """
    shown = axis([reference])
    low, high = difference.low, difference.high
    if not math.isfinite(high - low):
        return Clause("compare-unknown", {"n": number(difference.n, 9)})
    rises = difference.higher_is_better
    worst, best = (-low, -high) if rises else (high, low)  # the largest and the smallest loss
    if worst < 0 or best > 0:
        code = ("compare-loses" if best > 0 else "compare-gains") if rises else "compare-rises" if best > 0 else "compare-falls"
        ends = [number(end * shown.factor) for end in sorted((abs(low), abs(high)))]
        said = {"low": ends[0], "high": ends[1], "metric": named(shown.measure)}
        return Clause(code, {"gap": _gap(shown, abs(difference.value)), **said})
    if worst <= (margin if rises else margin * reference.value):
        return Clause("compare-no-loss", {"bound": _bound(shown, max(worst, 0.0))})
    return Clause("compare-too-few", {"bound": _bound(shown, max(abs(low), abs(high)))})


def of_speed(ratio: Measurement, reference: str | words.Part) -> Clause | None:
    """Slower or faster than the reference, where the interval of the ratio excludes 1; else nothing is said."""
    said = {"reference": reference, "ratio": number(ratio.value), "batch": ratio.details.get("batch", "")}
    if ratio.high < 1:
        return Clause("compare-slower", said)
    return Clause("compare-faster", said) if ratio.low > 1 else None


def _gap(shown: Axis, amount: float) -> str | words.Part:
    """A difference as `Axis.gap` says it; points are words."""
    if shown.unit != "%":
        return shown.gap(amount)
    n = number(amount * shown.factor)
    return words.part("gap-point" if n == "1" else "gap-points", n=n)


def _bound(shown: Axis, amount: float) -> str | words.Part:
    """The most that may be lost: of an error, whose figure tells by itself nothing, with its name."""
    gap = _gap(shown, amount)
    return gap if shown.higher_is_better else words.part("gap-of", gap=gap, measure=named(shown.measure))
