"""How much the figure of a chosen file promises too much, since it was chosen by that very figure.

The best of many figures is best partly by luck. The bootstrap repeats the choice on samples drawn from validation: by how
much the chosen file's figure on the drawn samples is better than its figure on all of them is its luck (Efron &
Tibshirani 1993, chapter 17).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import NotFound
from workbench.measure import metrics
from workbench.measure.intervals import bootstrap_mean, percentiles
from workbench.measure.metric import OfSamples
from workbench.records import Measurement
from workbench.study.answered import validation_answers
from workbench.tasks.task import Array, Kind

if TYPE_CHECKING:
    from workbench.study.frontier import Frontier
    from workbench.study.study import Study

CHOICES = 400
"""How often the choice is repeated."""


@dataclass(frozen=True)
class Samples:
    """One value a validation sample (N) of every candidate, and what makes the measure `name` of their mean."""

    name: str
    of: Callable[[Any], Array]
    outer: Callable[[Array], Array]


def samples_of(study: "Study", kind: Kind) -> Samples:
    """The samples behind the metric that a study chooses by; neither data nor answers are read before they are asked for."""
    metric = next(m for m in metrics(kind) if m.name == study.metric)
    assert isinstance(metric, OfSamples)

    def of(candidate: Any) -> Array:
        targets = validation_answers(study.baseline) if kind == "outputs" else study.task.validation.targets
        assert targets is not None
        return metric.per_sample(validation_answers(candidate), targets)

    return Samples(metric.name, of, metric.outer)


def optimism(frontier: "Frontier[Any]", samples: Samples, max_drop: float | None, limits: Mapping[str, float]) -> Measurement:
    """By how much `best` under these limits overstates the metric of what it chooses, in the metric's unit.

    Of every draw the luck of the file that is chosen on all samples is taken off: on the average it has none, so where
    it is always chosen again the answer is 0. The interval holds 95 % of the draws. `details` name the `metric`, how many
    `files` there are to choose from, the `chosen` one, and `kept`: in which share of the draws it is chosen again. Raises
    what `best` raises.
    """
    chosen = frontier.best(max_drop, **limits)
    files = [frontier.baseline, *(p.candidate for p in frontier.points)]
    values = np.stack([samples.of(c) for c in files], axis=1)  # (N, files)
    full = dict(zip((c.id for c in files), samples.outer(values.mean(axis=0)), strict=True))
    luck, kept = [], 0
    for figures in samples.outer(bootstrap_mean(values))[:CHOICES]:
        drawn = [_redrawn(c, samples.name, value) for c, value in zip(files, figures, strict=True)]
        try:
            pick = replace(frontier, considered=drawn[1:], baseline=drawn[0]).best(max_drop, **limits)
        except NotFound:  # no file is within the limits on these samples
            continue
        own = next(c for c in drawn if c.id == chosen.id)
        luck.append(sum(sign * (c.measures[samples.name].value - full[c.id]) for sign, c in ((1, pick), (-1, own))))
        kept += pick.id == chosen.id
    better = frontier.axis(samples.name).higher_is_better
    too_good = np.array(luck or [0.0]) * (1 if better else -1)
    told = {"metric": samples.name, "files": len(files) - 1, "chosen": chosen.id, "kept": kept / CHOICES}
    of, ends = chosen.measures[samples.name], percentiles(too_good)
    return Measurement(
        "optimism", float(too_good.mean()), *ends, of.unit, False, len(values), of.split, "bootstrap", details=told
    )


@dataclass(frozen=True)
class _Redrawn:
    """A candidate with another figure of the metric: what a frontier has to know of it."""

    id: str
    name: str
    recipe: Any
    status: str
    reason: str | None
    measures: Mapping[str, Measurement]


def _redrawn(candidate: Any, name: str, value: float) -> _Redrawn:
    measures = {**candidate.measures, name: replace(candidate.measures[name], value=float(value))}
    return _Redrawn(candidate.id, candidate.name, candidate.recipe, candidate.status, candidate.reason, measures)
