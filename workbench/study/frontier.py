"""The frontier: the Pareto set of a study's files over chosen measures, what it hides, and the best file within limits."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np

from workbench import words
from workbench.errors import InputError, NotFound
from workbench.plots.axis import Axis, axis
from workbench.plots.family import caption
from workbench.plots.pareto import pareto
from workbench.plots.points import Shown
from workbench.records.values import Measurement
from workbench.study.limits import Limits, limits_of
from workbench.words import part

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from workbench.plots import FrontierPicture
    from workbench.receipts import Receipt
    from workbench.study.optimism import Samples


class Considered(Shown, Protocol):
    """A candidate, as far as a frontier goes."""

    @property
    def recipe(self) -> Any: ...


C = TypeVar("C", bound=Considered)


@dataclass(frozen=True)
class FrontierPoint(Generic[C]):
    """A measured file. `equal_to` is the id of an earlier one that has the very same values: of such files only the
    first is on the frontier."""

    candidate: C
    on_frontier: bool
    equal_to: str | None = None

    @property
    def dominated(self) -> bool:
        return not self.on_frontier and self.equal_to is None


@dataclass(frozen=True)
class Hidden(Generic[C]):
    """A candidate that is not drawn as a point, and why (`code`, `fields`, worded by `sentence`)."""

    candidate: C
    code: str
    fields: Mapping[str, str]

    @property
    def sentence(self) -> str:
        return words.say(self.code, **self.fields)


@dataclass(frozen=True, eq=False)
class Frontier(Generic[C]):
    """The Pareto set over two or more measures, each in its own better direction.

    `candidates` are a study's, in the order of their making; the baseline competes with them, is drawn, and is never
    among the answers. A figure that is not a number is never on the frontier. Raises `InputError` for measures that
    nothing has, for fewer than two, and for figures of the test split, which no choice may read.
    """

    considered: Sequence[C]
    baseline: C
    measures: tuple[str, ...]
    task: str = ""
    samples: "Samples | None" = None
    receipt: "Callable[[Frontier[Any], str], Receipt] | None" = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "measures", tuple(self.measures))
        if len(set(self.measures)) < max(2, len(self.measures)):
            raise InputError("frontier-measures", given=", ".join(self.measures) or part("none"))
        for name in self.measures:
            self.axis(name)

    @property
    def _everyone(self) -> tuple[C, ...]:
        return (self.baseline, *self.considered)

    def axis(self, measure: str) -> Axis:
        """How a measure is shown and which way it is better.

        `NotFound` offers the nearest measure that the study has; `InputError` refuses figures of the test split.
        """
        found = [c.measures[measure] for c in self._everyone if measure in c.measures]
        known = {name for c in self._everyone for name in c.measures}
        if not found:
            raise NotFound("no-measure", name=measure, nearest=words.nearest(measure, known) if known else "none yet")
        if any(m.split == "test" for m in found):
            raise InputError("frontier-reads-test", measure=measure)
        return axis([m for m in found if math.isfinite(m.value)] or found)

    @cached_property
    def points(self) -> tuple[FrontierPoint[C], ...]:
        """Every measured candidate that has all measures, in the order of their making."""
        shown = [c for c in self.considered if self._why_hidden(c) is None]
        rivals = [self.baseline, *shown] if self._why_hidden(self.baseline) is None else shown
        if not rivals:
            return ()
        signs = np.array([-1.0 if self.axis(m).higher_is_better else 1.0 for m in self.measures])
        found = pareto(signs * np.array([[c.measures[m].value for m in self.measures] for c in rivals]))
        offset, members = len(rivals) - len(shown), set(found.members)
        equal = {i: rivals[j].id for i, j in found.equal.items()}
        return tuple(FrontierPoint(c, i in members, equal.get(i)) for i, c in enumerate(shown, offset))

    @cached_property
    def candidates(self) -> tuple[C, ...]:
        """The Pareto set without the baseline, best in the first measure first."""
        sign = -1 if self.axis(self.measures[0]).higher_is_better else 1
        on = [p.candidate for p in self.points if p.on_frontier]
        return tuple(sorted(on, key=lambda c: [sign * c.measures[self.measures[0]].value]))

    @property
    def hidden(self) -> tuple[Hidden[C], ...]:
        """The candidates that are no points, and why: failed, still at work, without one of the measures."""
        found = ((c, self._why_hidden(c)) for c in self._everyone)
        return tuple(Hidden(c, why[0], why[1]) for c, why in found if why)

    def _why_hidden(self, candidate: C) -> tuple[str, dict[str, str]] | None:
        about = {"id": candidate.id, "name": candidate.name}
        if candidate.status != "measured":
            return "hidden-status", about | {"status": candidate.status, "reason": candidate.reason or "no reason was kept"}
        for name in self.measures:
            if name not in candidate.measures:
                return "hidden-lacks", about | {"measure": name}
            if not math.isfinite(candidate.measures[name].value):
                return "hidden-not-a-number", about | {"measure": name}
        return None

    @property
    def not_told_apart(self) -> tuple[tuple[C, C], ...]:
        """Neighbours on the frontier whose intervals of the second measure meet: the data do not say which is better."""
        second = self.measures[1]
        return tuple((a, b) for a, b in pairwise(self.candidates) if _meet(a.measures[second], b.measures[second]))

    def best(self, max_drop: float | None = None, **limits: float) -> C:
        """The candidate that is best in the first measure among those within the limits.

        `max_drop` is the most that may be lost in the second measure against the baseline, in its own unit (accuracy:
        0.03 is three points). Further limits are named by measure: at most, or at least where higher is better
        (`size_bytes=60_000`). Equal ones are decided by the second measure, then by the order of their making. Never
        the baseline. `explain` says the same choice as a sentence. Raises `NotFound` ("none-within"), which names the
        candidate that comes nearest.
        """
        return self._choose(limits_of(self, max_drop, limits))

    def explain(self, max_drop: float | None = None, **limits: float) -> str:
        """Why `best` answers what it answers under these limits: how many are within them, and what the answer costs."""
        asked = limits_of(self, max_drop, limits)
        chosen = self._choose(asked)
        x, y = (self.axis(m) for m in self.measures[:2])
        figures = ", ".join(f"{a.measure} {a.said(chosen.measures[a.measure].value)}" for a in (x, y))
        which = words.part("which-highest" if x.higher_is_better else "which-lowest")
        fields = {"id": chosen.id, "name": chosen.name, "figures": figures, "which": which, "measure": x.measure}
        luck = self._luck(max_drop, limits)
        if not asked.limits:
            return words.say("best-of-all", **fields, of=len(self.points)) + luck
        within = sum(asked.allow(p.candidate.measures) for p in self.points)
        return words.say("best-is", **fields, within=within, of=len(self.points), limits=asked.said) + luck

    def optimism(self, max_drop: float | None = None, **limits: float) -> Measurement:
        """By how much the choice of `best` under these limits promises too much: the bootstrap over validation samples.

        In the unit of the metric that the study chooses by. Raises what `best` raises, and `InputError` for a frontier
        that no study made: nothing is known of the samples.
        """
        from workbench.study.optimism import optimism

        if self.samples is None:
            raise InputError("no-samples")
        return optimism(self, self.samples, max_drop, limits)

    def _luck(self, max_drop: float | None, limits: Mapping[str, float]) -> str:
        """A sentence about the optimism, where the metric has a part in the choice."""
        if self.samples is None or self.samples.name not in (*self.measures, *limits):
            return ""
        found = self.optimism(max_drop, **limits)
        gap = self.axis(self.samples.name).gap(abs(found.value))
        code = "best-luck" if found.value > 0 else "best-no-luck"
        return " " + words.say(code, metric=self.samples.name, files=found.details["files"], gap=gap)

    def _choose(self, asked: Limits) -> C:
        within = [p.candidate for p in self.points if asked.allow(p.candidate.measures)]
        if within:
            signs = [-1 if self.axis(m).higher_is_better else 1 for m in self.measures[:2]]
            return min(within, key=lambda c: [s * c.measures[m].value for s, m in zip(signs, self.measures, strict=False)])
        if not self.points:
            raise NotFound("none-measured", measures=", ".join(self.measures))
        nearest = min((p.candidate for p in self.points), key=lambda c: asked.distance(c.measures))
        missed = asked.missed(nearest.measures)
        raise NotFound("none-within", limits=asked.said, nearest=nearest.id, name=nearest.name, missed=missed)

    def to_frame(self) -> "pd.DataFrame":
        """One row a measured candidate, the baseline first: id, name, recipe, status, on_frontier, and each measure with
        its interval (`accuracy`, `accuracy_low`, `accuracy_high`). `recipe` is the recipe's digest."""
        import pandas as pd

        on = {p.candidate.id: p.on_frontier for p in self.points}
        base = [self.baseline] if self._why_hidden(self.baseline) is None else []
        rows = []
        for c in [*base, *(p.candidate for p in self.points)]:
            row = {"id": c.id, "name": c.name, "recipe": c.recipe.digest, "status": c.status}
            row["on_frontier"] = on.get(c.id, False)
            for m in self.measures:
                row |= {m: c.measures[m].value, f"{m}_low": c.measures[m].low, f"{m}_high": c.measures[m].high}
            rows.append(row)
        parts = [part for m in self.measures for part in (m, f"{m}_low", f"{m}_high")]
        return pd.DataFrame(rows, columns=["id", "name", "recipe", "status", "on_frontier", *parts])

    def picture(self, selected: str | None = None) -> "FrontierPicture":
        """What the chart shows, as numbers; `selected` is the id of the candidate with the ring."""
        from workbench.plots import frontier_points

        base = self.baseline if self._why_hidden(self.baseline) is None else None
        failed = [h.candidate for h in self.hidden if h.candidate.status in ("failed", "cancelled", "interrupted")]
        return frontier_points(self.points, base, self.measures, failed, selected, self.task)

    def to_html(self, most: int = 20) -> str:
        """The chart and a table as a piece of HTML without scripts: what a notebook shows where no kernel is.

        The table has the baseline and at most so many files of the frontier, its two ends among them.
        """
        from workbench.plots.sketch import as_image

        return as_image(self.picture()) + self.table(most)

    def table(self, most: int = 20) -> str:
        """The table of `to_html` alone."""
        from workbench.plots.sketch import as_table

        on = self.candidates
        if len(on) > most:
            on = tuple(on[round(k * (len(on) - 1) / (most - 1))] for k in range(most))
        shown = [*([self.baseline] if self._why_hidden(self.baseline) is None else []), *on]
        rows = [(c.id, caption(c.recipe) or c.name, [c.measures.get(m) for m in self.measures]) for c in shown]
        note = words.say("table-note", shown=len(on), on=len(self.candidates), files=len(self.points))
        return as_table(rows, [self.axis(m) for m in self.measures], note)

    def figure(self, selected: str | None = None) -> "Figure":
        """The chart as a matplotlib figure of its own (9 by 5.8 inches)."""
        from workbench.plots import draw_frontier

        return draw_frontier(self.picture(selected))

    def plot(self, path: Path | str, selected: str | None = None) -> Path:
        """Writes the chart as .png or .svg and returns the absolute path.

        A study's own frontier has its receipt written beside it (`frontier.receipt.json`): `wb.reproduce` makes every
        figure of the chart again. Raises `InputError` for another suffix, and `NotFound` where the folder is not there.
        """
        from workbench.plots import checked_suffix, save
        from workbench.receipts import write

        target = save(self.figure(selected), checked_suffix(path))
        if self.receipt is not None:
            write(self.receipt(self, target.name), target.parent)
        return target


def _meet(a: Measurement, b: Measurement) -> bool:
    return a.low <= b.high and b.low <= a.high
