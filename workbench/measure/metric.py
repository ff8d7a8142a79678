"""What a metric is: its figure on a split with an interval, and the difference of two files on the same samples.

Three forms, by what a metric is made of:
    Share        a yes or no a sample          Wilson's interval; Tango's of a difference
    OfMeans      the mean of a value a sample  bootstrap over samples; both files' values of a sample are drawn together
    OfTables     counts of a confusion table   bootstrap of the counts; of the pairs of answers where two files are compared
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from workbench.measure.intervals import bootstrap_counts, bootstrap_mean, percentiles, wilson
from workbench.measure.paired import tango
from workbench.records import Measurement, noted
from workbench.tasks.task import Array, Kind

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LEAST = 10
"""Samples that a bootstrap needs: fewer resemble each other too much to say how another set of them would differ."""

_DENSE = 100_000
"""Up to so many cells x classes a plain table is as quick as a sparse one, and scipy's 25 MB stay out of the process."""

PerSample = Callable[[Array, Array], Array]
"""From the first output (N x ...) and the targets (N, or N x ...) to one value a sample (N)."""

Figure = Callable[[Array, Array, Array], Array]
"""From true positives, predicted and actual counts (... x C each) to a figure of every class (... x C)."""


@dataclass(frozen=True)
class Metric(ABC):
    """A named metric of one kind of task."""

    name: str
    kind: Kind
    higher_is_better: bool
    method: ClassVar[tuple[str, str]]
    """How the interval of a figure is got, and that of a difference."""

    @abstractmethod
    def score(self, outputs: Array, targets: Array) -> Measurement:
        """The figure of a file's outputs; it names no file and no split yet."""

    @abstractmethod
    def difference(self, reference: Array, outputs: Array, targets: Array) -> Measurement:
        """The figure of `outputs` minus that of `reference`, both answers to the same samples."""

    def _measured(self, value: float, interval: tuple[float, float], n: int, *, paired: bool = False) -> Measurement:
        most = 1.0 if self.higher_is_better else math.inf
        least, method = -most if paired else 0.0, self.method[paired]
        low, high = max(least, interval[0]), min(most, interval[1])
        remarks: list[tuple[str, dict[str, Any]]] = []
        if not math.isfinite(value):
            value, low, high, method = math.nan, math.nan, math.nan, "none"
            remarks.append(("metric-not-a-number", {"metric": self.name}))
        elif n < LEAST and method.endswith("bootstrap"):
            low, high, method = least, most, "none"
            remarks.append(("few-samples", {"metric": self.name, "n": n, "least": LEAST}))
        return Measurement(self.name, value, low, high, "", self.higher_is_better, n, method=method, details=noted(remarks))


class OfSamples(Metric):
    """A metric that is made of one value a sample: what `outer` makes of their mean."""

    @abstractmethod
    def per_sample(self, outputs: Array, targets: Array) -> Array:
        """One value a sample (N), in double precision."""

    def outer(self, means: Array) -> Array:
        """The metric, of means over samples."""
        return means


@dataclass(frozen=True)
class Share(OfSamples):
    """The share of samples of which `hits` is true."""

    hits: PerSample
    method = "wilson", "tango"

    def per_sample(self, outputs: Array, targets: Array) -> Array:
        return self.hits(outputs, targets).astype(np.float64)

    def score(self, outputs: Array, targets: Array) -> Measurement:
        hits, n = int(self.hits(outputs, targets).sum()), len(targets)
        return self._measured(hits / n, wilson(hits, n), n)

    def difference(self, reference: Array, outputs: Array, targets: Array) -> Measurement:
        before, after, n = self.hits(reference, targets), self.hits(outputs, targets), len(targets)
        gained, lost = int((after & ~before).sum()), int((before & ~after).sum())
        return self._measured((gained - lost) / n, tango(gained, lost, n), n, paired=True)


def _same(means: Array) -> Array:
    return means


@dataclass(frozen=True)
class OfMeans(OfSamples):
    """What `of` makes of the mean of a value a sample: an error's root, say."""

    values: PerSample
    of: Callable[[Array], Array] = _same
    method = "bootstrap", "paired-bootstrap"

    def per_sample(self, outputs: Array, targets: Array) -> Array:
        return self.values(outputs, targets)

    def outer(self, means: Array) -> Array:
        return self.of(means)

    def score(self, outputs: Array, targets: Array) -> Measurement:
        values = self.values(outputs, targets)
        return self._measured(float(self.of(values.mean())), percentiles(self.of(bootstrap_mean(values))), len(values))

    def difference(self, reference: Array, outputs: Array, targets: Array) -> Measurement:
        both = np.stack([self.values(reference, targets), self.values(outputs, targets)], axis=1)  # (N, 2)
        drawn, value = self.of(bootstrap_mean(both)), self.of(both.mean(axis=0))
        return self._measured(float(value[1] - value[0]), percentiles(drawn[:, 1] - drawn[:, 0]), len(both), paired=True)


@dataclass(frozen=True)
class OfTables(Metric):
    """The mean of `figure` over the classes that occur in the targets."""

    figure: Figure
    method = "bootstrap", "paired-bootstrap"

    def score(self, outputs: Array, targets: Array) -> Measurement:
        value, drawn = self._figures(targets, outputs)
        return self._measured(float(value[0]), percentiles(drawn[0]), len(targets))

    def difference(self, reference: Array, outputs: Array, targets: Array) -> Measurement:
        value, drawn = self._figures(targets, reference, outputs)
        return self._measured(float(value[1] - value[0]), percentiles(drawn[1] - drawn[0]), len(targets), paired=True)

    def _figures(self, targets: Array, *outputs: Array) -> tuple[list[Array], list[Array]]:
        """The figure of every file, and its draws. Samples with the same target and the same answers are one cell."""
        rows = np.stack([targets.astype(np.int64), *(o.argmax(axis=1) for o in outputs)], axis=1)
        cells, counts = np.unique(rows, axis=0, return_counts=True)
        classes = np.unique(cells[:, 0])  # the mean is over these alone, however many the outputs have
        drawn = bootstrap_counts(counts)
        told = [_by_class(classes, cells[:, 0], said) for said in cells[:, 1:].T]
        return [self._macro(counts[None], *t)[0] for t in told], [self._macro(drawn, *t) for t in told]

    def _macro(
        self, counts: Array, actual: "Array | csr_array", predicted: "Array | csr_array", hit: "Array | csr_array"
    ) -> Array:
        """The mean over classes of counts (draws x cells), in blocks of draws so that memory stays small."""
        block = max(1, 1_000_000 // actual.shape[1])
        return np.concatenate(
            [self._mean(c @ hit, c @ predicted, c @ actual) for c in np.split(counts, range(block, len(counts), block))]
        )

    def _mean(self, hits: Array, predicted: Array, actual: Array) -> Array:
        present = actual > 0
        return np.where(present, self.figure(hits, predicted, actual), 0.0).sum(axis=-1) / present.sum(axis=-1)


def _by_class(classes: Array, true: Array, said: Array) -> "tuple[Array | csr_array, ...]":
    """Which cells have the class as their target, as their answer, and as both: cells x classes, zeros and ones."""
    place = np.searchsorted(classes, said)
    place[place == len(classes)] = 0
    known = classes[place] == said
    shape, every = (len(true), len(classes)), np.arange(len(true))

    def ones(chosen: Array, columns: Array) -> "Array | csr_array":
        if len(true) * len(classes) > _DENSE:
            from scipy.sparse import csr_array

            return csr_array((np.ones(chosen.sum()), (every[chosen], columns[chosen])), shape=shape)
        table = np.zeros(shape)
        table[every[chosen], columns[chosen]] = 1.0
        return table

    column = np.searchsorted(classes, true)
    return ones(np.ones(len(true), bool), column), ones(known, place), ones(true == said, column)
