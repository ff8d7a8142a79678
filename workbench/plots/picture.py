"""What a frontier chart shows, as numbers: marks, intervals, the staircase, what failed, what lies outside the view."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from workbench import words
from workbench.plots.axis import Axis, axis, percent
from workbench.plots.family import FAMILIES, Composed, Family, caption, family
from workbench.plots.pareto import pareto
from workbench.records.values import Measurement


class Drawable(Protocol):
    """A candidate, as far as a picture goes."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def recipe(self) -> Composed: ...
    @property
    def measures(self) -> Mapping[str, Measurement]: ...


class Point(Protocol):
    """A measured candidate, and whether it is on the frontier."""

    @property
    def candidate(self) -> Drawable: ...
    @property
    def on_frontier(self) -> bool: ...


@dataclass(frozen=True)
class Mark:
    """A measured file: values and 95 % intervals in the measures' own units. `scale` is the area of its mark, by a third
    measure; `selected` gets the ring."""

    id: str
    name: str
    family: Family
    x: float
    x_low: float
    x_high: float
    y: float
    y_low: float
    y_high: float
    on_frontier: bool = False
    selected: bool = False
    scale: float = 1.0


@dataclass(frozen=True)
class Cross:
    """A candidate that gave no file, in the gutter: at its known x, or at the left end (None)."""

    id: str
    family: Family
    x: float | None


@dataclass(frozen=True)
class Step:
    """A corner of the staircase: from this x on, `y` is reached (its interval is `low` to `high`)."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class FrontierPicture:
    """Everything that is drawn, back to front. `view` is the range of y (values); `outside` counts the marks beyond it."""

    title: str
    verdict: str
    foot: str
    x: Axis
    y: Axis
    baseline: Mark | None
    marks: tuple[Mark, ...]
    staircase: tuple[Step, ...]
    failed: tuple[Cross, ...]
    view: tuple[float, float]
    outside: int

    @property
    def families(self) -> tuple[tuple[Family, int], ...]:
        """The families that are there, in the legend's order, with their counts of files."""
        counts = {f.key: sum(m.family.key == f.key for m in self.marks) for f in FAMILIES.values()}
        return tuple((FAMILIES[key], count) for key, count in counts.items() if count)


def frontier_points(
    points: Sequence[Point],
    baseline: Drawable | None,
    measures: Sequence[str],
    failed: Sequence[Drawable] = (),
    selected: str | None = None,
    task: str = "",
) -> FrontierPicture:
    """The record of a frontier chart.

    `measures` are x, y and, where there is a third, the one that scales the marks; every point and the baseline (None:
    not measured) has them all. `failed` are those that go to the gutter; `selected` is the id of the one with the ring.
    """
    drawn = [p.candidate for p in points]
    everyone = [*drawn, *([baseline] if baseline else [])]
    x, y = (axis([c.measures[m] for c in everyone]) for m in measures[:2])
    scales = _scales(everyone, measures[2:3])
    on = {p.candidate.id for p in points if p.on_frontier}
    marks = tuple(_mark(c, x, y, c.id in on, c.id == selected, scales[c.id]) for c in drawn)
    base = _mark(baseline, x, y, False, baseline.id == selected, 1.0) if baseline else None
    staircase = _staircase([*([base] if base else []), *marks], x, y)
    view = _view(marks, base, y)
    outside = sum(not view[0] <= m.y <= view[1] for m in marks)
    crosses = tuple(Cross(c.id, family(c.recipe), _known(c, x)) for c in failed)
    foot = _foot(len(marks), len(crosses), outside, y, drawn, measures)
    return FrontierPicture(
        _title(task, x, y), _verdict(marks, base, x, y), foot, x, y, base, marks, staircase, crosses, view, outside
    )


def _mark(candidate: Drawable, x: Axis, y: Axis, on: bool, selected: bool, scale: float) -> Mark:
    a, b = candidate.measures[x.measure], candidate.measures[y.measure]
    kind = family(candidate.recipe)
    name = caption(candidate.recipe) or candidate.name
    return Mark(candidate.id, name, kind, a.value, a.low, a.high, b.value, b.low, b.high, on, selected, scale)


def _known(candidate: Drawable, x: Axis) -> float | None:
    return candidate.measures[x.measure].value if x.measure in candidate.measures else None


def _scales(candidates: Sequence[Drawable], third: Sequence[str]) -> dict[str, float]:
    """The area of each mark: from a third to one and a half, linear in the third measure."""
    if not third:
        return {c.id: 1.0 for c in candidates}
    values = {c.id: c.measures[third[0]].value for c in candidates}
    low, high = min(values.values()), max(values.values())
    return {k: 1.0 if high == low else 0.35 + 1.15 * (v - low) / (high - low) for k, v in values.items()}


def _staircase(marks: Sequence[Mark], x: Axis, y: Axis) -> tuple[Step, ...]:
    """What is reached at each x: the Pareto set of x and y, the baseline among it, by growing x."""
    if not marks:
        return ()
    turned = np.array([[-m.x if x.higher_is_better else m.x, -m.y if y.higher_is_better else m.y] for m in marks])
    steps = [Step(marks[i].x, marks[i].y, marks[i].y_low, marks[i].y_high) for i in pareto(turned).members]
    return tuple(sorted(steps, key=lambda s: s.x))


def _view(marks: Sequence[Mark], base: Mark | None, y: Axis) -> tuple[float, float]:
    """The range of y: the frontier and the baseline's interval; others only while they cost little height.

    A few files at the worse end, far from all the rest (a network that only guesses, say), are left outside.
    """
    held = [m for m in marks if m.on_frontier or m.selected] or list(marks)
    held = _near([*held, *([base] if base else [])], y)
    low, high = min(m.y_low for m in held), max(m.y_high for m in held)
    room = 0.75 * (high - low or abs(high) or 1.0)
    held += [m for m in marks if low - room <= m.y_low and m.y_high <= high + room]
    low, high = min(m.y_low for m in held), max(m.y_high for m in held)
    air = 0.06 * (high - low or abs(high) or 1.0)
    return low - air, high + air


def _near(marks: list[Mark], y: Axis) -> list[Mark]:
    """The marks without those behind a gap of more than four times the height of all better ones, if they are under a third."""
    ranked = sorted(marks, key=lambda m: m.y, reverse=y.higher_is_better)
    for count in range(math.ceil(len(ranked) * 2 / 3) or 1, len(ranked)):
        head, following = ranked[:count], ranked[count]
        height = max(m.y_high for m in head) - min(m.y_low for m in head)
        if abs(following.y - head[-1].y) > 4 * height > 0 and not any(m.selected for m in ranked[count:]):
            return head
    return ranked


def _title(task: str, x: Axis, y: Axis) -> str:
    said = words.say("frontier-title", y=_sentence(y.title, bool(task)), x=_sentence(x.title))
    return f"{task}: {said}" if task else said


def _verdict(marks: Sequence[Mark], base: Mark | None, x: Axis, y: Axis) -> str:
    """The best x that is reached inside the baseline's interval, or that nothing does."""
    if not base or not marks:
        return words.say("frontier-verdict-empty")
    sign = 1 if y.higher_is_better else -1
    edge = base.y_low if sign > 0 else base.y_high
    inside = [m for m in marks if sign * m.y >= sign * edge]
    order = -1 if x.higher_is_better else 1
    if not inside:
        return words.say("frontier-verdict-none", y=_sentence(y.title))
    best = min(inside, key=lambda m: order * m.x)
    if x.measure.endswith("bytes") and 0 < best.x < base.x:
        return words.say("frontier-verdict-smaller", share=percent(1 - best.x / base.x), id=best.id, y=_sentence(y.title))
    return words.say("frontier-verdict", id=best.id, x=x.said(best.x), baseline=x.said(base.x), y=_sentence(y.title))


def _foot(files: int, failed: int, outside: int, y: Axis, drawn: Sequence[Drawable], measures: Sequence[str]) -> str:
    code = "frontier-foot-one" if files == 1 else "frontier-foot"
    parts = [words.say(code, files=files)]
    if failed:
        parts.append(words.say("frontier-foot-failed", failed=failed))
    if outside:
        side = "frontier-foot-below" if y.higher_is_better else "frontier-foot-above"
        parts.append(words.say(side, outside=outside))
    machines = sorted({m for c in drawn for name in measures if (m := c.measures[name].machine)})
    return "; ".join([", ".join(parts), *machines])


def _sentence(title: str, inside: bool = True) -> str:
    """A title within a sentence: its first letter small, unless it is an abbreviation."""
    return title[0].lower() + title[1:] if inside and title[1:2].islower() else title
