"""Limits on measures: what a choice has to keep to, how far a file misses, and how that is said."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from workbench import words
from workbench.errors import InputError
from workbench.plots.axis import Axis
from workbench.records.values import Measurement
from workbench.words import part

_ROUNDING = 1e-9
"""Differences of shares such as 0.98 - 0.95 are not exact in binary; a limit is met within this much of its size."""


class Judged(Protocol):
    """What limits are set on: a frontier."""

    @property
    def baseline(self) -> Any: ...
    @property
    def measures(self) -> tuple[str, ...]: ...
    def axis(self, measure: str) -> Axis: ...


@dataclass(frozen=True)
class Limit:
    """`bound` of a measure, and the figure that a miss is weighed by (`scale`); `said` is the limit in words."""

    axis: Axis
    bound: float
    scale: float
    said: str

    def miss(self, measures: Mapping[str, Measurement]) -> float:
        """How far beyond the limit: 0 within it, infinite without the measure."""
        found = measures.get(self.axis.measure)
        if found is None or math.isnan(found.value):
            return math.inf
        beyond = self.bound - found.value if self.axis.higher_is_better else found.value - self.bound
        return 0.0 if beyond <= _ROUNDING * max(abs(self.bound), abs(found.value)) else beyond


@dataclass(frozen=True)
class Limits:
    """All limits of one question."""

    limits: tuple[Limit, ...]

    def allow(self, measures: Mapping[str, Measurement]) -> bool:
        return all(limit.miss(measures) == 0 for limit in self.limits)

    def distance(self, measures: Mapping[str, Measurement]) -> float:
        """The misses of all limits, each as a share of the baseline's figure (or of the bound), added up."""
        return sum(limit.miss(measures) / limit.scale for limit in self.limits)

    def missed(self, measures: Mapping[str, Measurement]) -> str:
        """Which limits are missed and by how much: "accuracy by 1.2 points and size_bytes by 4 kB"."""
        misses = [(limit.axis, limit.miss(measures)) for limit in self.limits]
        said = [f"{a.measure} by {a.gap(miss)}" for a, miss in misses if miss > 0]
        return " and ".join(said)

    @property
    def said(self) -> str:
        return " and ".join(limit.said for limit in self.limits)


def limits_of(frontier: Judged, max_drop: float | None, limits: Mapping[str, float]) -> Limits:
    """The limits as they were asked for, checked: numbers, and measures that the study has."""
    found = [] if max_drop is None else [_drop(frontier, max_drop)]
    for name, bound in limits.items():
        axis = frontier.axis(name)
        _checked(name, bound, low=-math.inf)
        code = "limit-least" if axis.higher_is_better else "limit-most"
        said = words.say(code, measure=name, bound=axis.said(bound))
        found.append(Limit(axis, bound, _scale(frontier.baseline.measures.get(name), bound), said))
    return Limits(tuple(found))


def _drop(frontier: Judged, max_drop: float) -> Limit:
    """The limit that a loss against the baseline sets on the second measure."""
    _checked("max_drop", max_drop, low=0.0)
    second = frontier.measures[1]
    axis, base = frontier.axis(second), frontier.baseline.measures.get(second)
    if base is None or not math.isfinite(base.value):
        raise InputError("baseline-lacks", measure=second)
    bound = base.value - max_drop if axis.higher_is_better else base.value + max_drop
    said = words.say("limit-drop", measure=second, drop=axis.gap(max_drop), baseline=axis.said(base.value))
    return Limit(axis, bound, _scale(base, bound), said)


def _checked(name: str, value: Any, low: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < low:
        wanted = part("a-number")
        if low == 0:
            wanted = part("in-range", noun=wanted, range=part("range-ge", bound=0))
        raise InputError("limit-value", name=name, value=value, wanted=wanted)


def _scale(base: Measurement | None, bound: float) -> float:
    return (abs(base.value) if base is not None and math.isfinite(base.value) else 0.0) or abs(bound) or 1.0
