"""The points of a study as values for an interactive chart: what a widget and a saved page are given.

A point carries what is said of a candidate; its figures stand in columns, a measure at a time, which travel as binary to a
widget and as short numbers into a page.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from workbench.plots.axis import COUNTS, Axis, axis
from workbench.plots.family import caption, family, spelled
from workbench.plots.packing import packed
from workbench.plots.picture import Drawable

Numbers = npt.NDArray[np.float64]

REACH, FIGURE, SHARE = 2, 3, 4
"""Significant digits in a page: of an interval, of a figure and of an estimate, of a share. The bytes of a file keep all."""

COUNTED = 300
"""A page of more files than this has counts of three digits too, so that it stays small, and does not call them counts."""

_UNITS = {"%": "share", "kB": "bytes", "MB": "bytes", "×": "x"}
"""What the page calls the units that an axis shows: it scales figures one by one."""


class Shown(Drawable, Protocol):
    """A candidate, as far as its point goes."""

    @property
    def status(self) -> str: ...
    @property
    def reason(self) -> str | None: ...


@dataclass(frozen=True)
class Column:
    """A measure of every file, the baseline first (N each); NaN where a file lacks it. `low` and `high` are None where every
    figure is exact, `estimate` where none came before the files."""

    value: Numbers
    low: Numbers | None
    high: Numbers | None
    estimate: Numbers | None = None


@dataclass(frozen=True)
class Chart:
    """Everything that the interactive chart shows.

    `measures` say how each measure is shown; `points` are the candidates in the order of their making, and `columns` have
    their figures, the baseline's before them.
    """

    study: str
    metric: str
    margin: float
    measures: tuple[Mapping[str, Any], ...]
    baseline: Mapping[str, Any]
    points: tuple[Mapping[str, Any], ...]
    columns: Mapping[str, Column]

    def to_widget(self) -> dict[str, Any]:
        """As values of a widget: the parts of a column are the bytes of little-endian doubles."""
        return self._with(lambda _, column: _binary(column))

    def to_json(self) -> dict[str, Any]:
        """As JSON, and short: figures are rounded to what is shown of them and packed, of an interval there is how far it
        reaches `below` and `above` the value, and of a point what its place and its steps do not say."""
        whole = {"size_bytes", *(COUNTS if len(self.points) <= COUNTED else ())}
        measures = [{**m, "unit": "" if m["name"] in COUNTS.keys() - whole else m["unit"]} for m in self.measures]
        units = {m["name"]: m["unit"] for m in measures}
        short = self._with(lambda name, column: _short(units[name], column, name in whole))
        return short | {"measures": measures} | {"points": [_brief(point, row) for row, point in enumerate(self.points, 1)]}

    def _with(self, written: Callable[[str, Column], dict[str, Any]]) -> dict[str, Any]:
        columns = {name: written(name, column) for name, column in self.columns.items()}
        head = {"study": self.study, "metric": self.metric, "margin": self.margin, "baseline": dict(self.baseline)}
        return head | {
            "measures": [dict(m) for m in self.measures],
            "points": [dict(p) for p in self.points],
            "columns": columns,
        }


def chart(
    study: str,
    metric: str,
    margin: float,
    baseline: Shown,
    candidates: Sequence[Shown],
    beside: Mapping[str, Mapping[str, Any]],
    estimates: Mapping[str, Mapping[str, float]],
) -> Chart:
    """The chart of a study. `beside` has what is to be said of candidates besides, by id: `verdict` and `loss`, `starred`,
    `hidden`, `label`; what is empty or false is left out. `estimates` are those that came before the files, by id and measure.
    """
    everyone = [baseline, *candidates]
    names = [name for name in _known(everyone) if _tellable(name, everyone)]
    names.sort(key=lambda name: (name != metric, name != "size_bytes"))
    points = tuple(_point(c) | {k: v for k, v in beside.get(c.id, {}).items() if v} for c in candidates)
    columns = {name: _column(name, everyone, estimates) for name in names}
    return Chart(study, metric, margin, tuple(_measure(name, everyone) for name in names), _point(baseline), points, columns)


def _known(everyone: Iterable[Shown]) -> list[str]:
    """Every measure, in the order in which files have them."""
    return list(dict.fromkeys(name for c in everyone for name in c.measures))


def _tellable(name: str, everyone: Iterable[Shown]) -> bool:
    """Whether a choice may read the measure (not of the test split), and any file has a figure of it."""
    found = [c.measures[name] for c in everyone if name in c.measures]
    return all(m.split != "test" for m in found) and any(math.isfinite(m.value) for m in found)


def _measure(name: str, everyone: Iterable[Shown]) -> dict[str, Any]:
    found = [m for c in everyone if (m := c.measures.get(name)) is not None and math.isfinite(m.value)]
    shown = axis(found)
    machines = sorted({m.machine for m in found if m.machine})
    said = {"name": name, "title": shown.title, "unit": _unit(shown), "higher_is_better": shown.higher_is_better}
    return said | ({"machine": ", ".join(machines)} if machines else {})


def _unit(shown: Axis) -> str:
    return COUNTS.get(shown.measure) or _UNITS.get(shown.unit, shown.unit)


def _point(candidate: Shown) -> dict[str, Any]:
    """What is said of a candidate: one that was claimed and not begun is "waiting"."""
    name = caption(candidate.recipe) or candidate.name
    status = "waiting" if candidate.status == "interrupted" and not candidate.reason else candidate.status
    said = {"id": candidate.id, "name": name, "family": family(candidate.recipe).key or "b", "status": status}
    steps = {"steps": spelled(candidate.recipe)}
    return said | (steps if steps["steps"] else {}) | ({"reason": candidate.reason} if candidate.reason else {})


def _brief(point: Mapping[str, Any], row: int) -> dict[str, Any]:
    told = {"id": f"c{row}", "status": "measured"} | ({"name": point["name"]} if "steps" in point else {})
    return {key: value for key, value in point.items() if told.get(key) != value}


def _column(name: str, everyone: Sequence[Shown], estimates: Mapping[str, Mapping[str, float]]) -> Column:
    found = [c.measures.get(name) for c in everyone]
    value, low, high = (_numbers(getattr(m, part) if m else None for m in found) for part in ("value", "low", "high"))
    exact = np.array_equal(low, value, equal_nan=True) and np.array_equal(high, value, equal_nan=True)
    before = _numbers(estimates.get(c.id, {}).get(name) for c in everyone)
    return Column(value, None if exact else low, None if exact else high, None if np.isnan(before).all() else before)


def _numbers(given: Iterable[float | None]) -> Numbers:
    return np.array([math.nan if v is None else v for v in given], dtype=np.float64)


def _binary(column: Column) -> dict[str, Any]:
    parts = {"value": column.value, "low": column.low, "high": column.high, "estimate": column.estimate}
    return {part: numbers.astype("<f8").tobytes() for part, numbers in parts.items() if numbers is not None}


def _short(unit: str, column: Column, whole: bool) -> dict[str, Any]:
    digits = SHARE if unit == "share" else FIGURE
    if column.low is None or column.high is None:
        made = {"value": packed(column.value, 0 if whole else digits)}
    else:
        reach = {"below": column.value - column.low, "above": column.high - column.value}
        made = {"value": packed(column.value, digits)} | {part: packed(n, REACH) for part, n in reach.items()}
    return made if column.estimate is None else made | {"estimate": packed(column.estimate, FIGURE)}
