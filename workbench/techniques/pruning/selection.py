"""How many units go, and which: the part of pruning that turns a ratio and scores into a choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.techniques.pruning.criterion import Scores
from workbench.techniques.pruning.grouping import Group

Removed = dict[str, dict[str, list[int]]]
"""Channels that go, by layer and side, in the numbering of the uncut network."""


@dataclass(frozen=True)
class Wish:
    """What a person asked for: a share of channels, how it is spread, and the multiple that widths should be of."""

    ratio: float
    scope: Literal["uniform", "global"] = "uniform"
    round_to: int = 1
    own: Mapping[str, float] | None = None
    """A ratio of its own for groups that hold one of these layers."""

    def own_ratio(self, group: Group) -> float | None:
        named = [r for layer, r in (self.own or {}).items() if layer in group.narrowed]
        return named[0] if named else None


def select(groups: Sequence[Group], scores: Sequence[Scores], wish: Wish) -> list[list[int]]:
    """For each group the units that go, least important first; of equal ones, the first. At least one unit stays.

    "uniform" takes the share from every group; "global" ranks all units together, each score divided by its group's
    mean, and takes the share of all channels where it is missed least.
    """
    own = [wish.own_ratio(g) for g in groups]
    if wish.scope == "uniform":
        shares = [wish.ratio if o is None else o for o in own]
        counts = [_kept(len(g.units), s) for g, s in zip(groups, shares, strict=True)]
    else:
        counts = [len(g.units) if o is None else _kept(len(g.units), o) for g, o in zip(groups, own, strict=True)]
        ranked = [k for k, o in enumerate(own) if o is None]
        for k, count in zip(ranked, _ranked([groups[k] for k in ranked], [scores[k] for k in ranked], wish), strict=True):
            counts[k] = count
    chosen = []
    for group, score, count in zip(groups, scores, counts, strict=True):
        kept = _rounded(group, count, wish.round_to)
        chosen.append(np.argsort(score, kind="stable")[: len(group.units) - kept].tolist())
    return chosen


def removed(groups: Sequence[Group], chosen: Sequence[Sequence[int]]) -> Removed:
    """The chosen units as channels by layer and side."""
    gone: dict[str, dict[str, set[int]]] = {}
    for group, units in zip(groups, chosen, strict=True):
        for k in units:
            for (layer, side), channels in group.units[k].items():
                gone.setdefault(layer, {}).setdefault(side, set()).update(channels)
    return {layer: {side: sorted(c) for side, c in sorted(sides.items())} for layer, sides in sorted(gone.items())}


def channels(group: Group) -> int:
    """How many channels of its first layer one unit stands for."""
    return max(1, len(group.units[0].get((group.root, "out"), ())))


def _kept(units: int, ratio: float) -> int:
    """The nearest whole number to the share that stays; of two equally near, the larger. Never none."""
    return max(1, int(np.floor(units * (1 - ratio) + 0.5 + 1e-9)))


def _ranked(groups: Sequence[Group], scores: Sequence[Scores], wish: Wish) -> list[int]:
    """How many units of each group stay when all are ranked together."""
    counts = [len(g.units) for g in groups]
    total = sum(len(g.units) * channels(g) for g in groups)
    means = [float(s.mean()) or 1.0 for s in scores]
    order = sorted((float(v) / means[k], k, u) for k, s in enumerate(scores) for u, v in enumerate(s))
    gone = 0
    for _, k, _unit in order:
        if gone + channels(groups[k]) / 2 > total * wish.ratio:
            break
        if counts[k] > 1:
            counts[k] -= 1
            gone += channels(groups[k])
    return counts


def _rounded(group: Group, kept: int, multiple: int) -> int:
    """The number of units nearest to `kept` whose channels are a multiple of `multiple`; all of them where none is."""
    size, total = channels(group), len(group.units)
    fitting = [k for k in range(1, total + 1) if k * size % multiple == 0]
    return min(fitting, key=lambda k: (abs(k - kept), -k), default=total)
