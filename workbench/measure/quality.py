"""Metrics of quality, each with its interval. A metric is one function in the registry of its kind of task.

Definitions: accuracy, macro precision, recall and F1 over the classes that occur in the targets (Sokolova & Lapalme
2009, Information Processing & Management 45); MSE, RMSE and MAE over all values of a sample.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.errors import StepFailed
from workbench.measure.intervals import bootstrap_mean, bootstrap_tables, percentiles, wilson
from workbench.records import Measurement
from workbench.tasks.task import Array, Kind, Split

Scorer = Callable[[Array, Array], Measurement]
"""From the first output (N x ...) and the targets (N, or N x ...) to a measurement that names no file yet."""


@dataclass(frozen=True)
class Metric:
    """A named scorer for one kind of task."""

    name: str
    kind: Kind
    score: Scorer


_known: dict[tuple[Kind, str], Metric] = {}


def metric(kind: Kind, name: str) -> Callable[[Scorer], Scorer]:
    """Registers a scorer as the metric `name` of a kind of task."""

    def register(score: Scorer) -> Scorer:
        _known[kind, name] = Metric(name, kind, score)
        return score

    return register


def metrics(kind: Kind) -> tuple[Metric, ...]:
    """The metrics of a kind of task, in the order of their registration."""
    return tuple(m for (of, _), m in _known.items() if of == kind)


def quality(outputs: list[Array], split: Split, kind: Kind, truth: list[Array] | None = None) -> dict[str, Measurement]:
    """Every metric of the task's kind on a split.

    `truth` are the baseline's answers to the same samples: for the kind "outputs" they are the targets, for the others
    they add the measure `agreement`. Raises `StepFailed` where there is not one answer a sample.
    """
    given = outputs[0]
    if len(given) != len(split):
        raise StepFailed("no-answers", found=len(given), samples=len(split))
    found = {}
    if split.targets is not None and kind != "outputs":
        found = {m.name: m.score(given, split.targets) for m in metrics(kind)}
    if truth is not None and kind != "regression":
        found |= {m.name: m.score(given, truth[0]) for m in metrics("outputs") if kind == "outputs" or m.name == "agreement"}
    return {name: replace(m, split=split.name) for name, m in found.items()}


def _proportion(name: str, hits: int, n: int) -> Measurement:
    low, high = wilson(hits, n)
    return Measurement(name, hits / n, low, high, "", True, n, method="wilson")


@metric("classification", "accuracy")
def accuracy(outputs: Array, targets: Array) -> Measurement:
    """The share of samples whose largest output is that of their class."""
    return _proportion("accuracy", int((outputs.argmax(axis=1) == targets).sum()), len(targets))


def _table(outputs: Array, targets: Array) -> Array:
    classes = outputs.shape[1]
    return np.bincount(targets.astype(np.int64) * classes + outputs.argmax(axis=1), minlength=classes**2).reshape(
        classes, classes
    )


def _macro(name: str, outputs: Array, targets: Array, of: Callable[[Array, Array, Array], Array]) -> Measurement:
    """The mean over classes of a figure of true positives, predicted and actual counts, with its bootstrap interval."""

    def figure(tables: Array) -> Array:
        hits = np.diagonal(tables, axis1=-2, axis2=-1)
        predicted, actual = tables.sum(axis=-2), tables.sum(axis=-1)
        present = actual > 0
        return np.where(present, of(hits, predicted, actual), 0.0).sum(axis=-1) / present.sum(axis=-1)

    table = _table(outputs, targets)
    low, high = percentiles(figure(bootstrap_tables(table)))
    return Measurement(name, float(figure(table)), low, high, "", True, len(targets), method="bootstrap")


@metric("classification", "precision_macro")
def precision_macro(outputs: Array, targets: Array) -> Measurement:
    """Mean over classes of true positives / predicted; 0 for a class that is never predicted."""
    return _macro("precision_macro", outputs, targets, lambda hits, predicted, actual: hits / np.maximum(predicted, 1))


@metric("classification", "recall_macro")
def recall_macro(outputs: Array, targets: Array) -> Measurement:
    """Mean over classes of true positives / actual."""
    return _macro("recall_macro", outputs, targets, lambda hits, predicted, actual: hits / np.maximum(actual, 1))


@metric("classification", "f1_macro")
def f1_macro(outputs: Array, targets: Array) -> Measurement:
    """Mean over classes of 2 true positives / (predicted + actual)."""
    return _macro("f1_macro", outputs, targets, lambda hits, predicted, actual: 2 * hits / np.maximum(predicted + actual, 1))


def _error(name: str, per_sample: Array, of: Callable[[Array], Array] = lambda means: means) -> Measurement:
    low, high = percentiles(of(bootstrap_mean(per_sample)))
    return Measurement(name, float(of(per_sample.mean())), low, high, "", False, len(per_sample), method="bootstrap")


def _residuals(outputs: Array, targets: Array) -> Array:
    """Differences as N x values, in double precision, whether targets are N or N x 1."""
    n = len(targets)
    return outputs.reshape(n, -1).astype(np.float64) - targets.reshape(n, -1).astype(np.float64)


@metric("regression", "rmse")
def rmse(outputs: Array, targets: Array) -> Measurement:
    """The root of the mean squared error."""
    return _error("rmse", (_residuals(outputs, targets) ** 2).mean(axis=1), np.sqrt)


@metric("regression", "mse")
def mse(outputs: Array, targets: Array) -> Measurement:
    """The mean squared error."""
    return _error("mse", (_residuals(outputs, targets) ** 2).mean(axis=1))


@metric("regression", "mae")
def mae(outputs: Array, targets: Array) -> Measurement:
    """The mean absolute error."""
    return _error("mae", np.abs(_residuals(outputs, targets)).mean(axis=1))


@metric("outputs", "agreement")
def agreement(outputs: Array, truth: Array) -> Measurement:
    """The share of samples that are answered as the baseline answers them.

    Outputs of several values (N x C) agree where the largest is the same one, a single value where its sign is.
    """
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        same = outputs.argmax(axis=1) == truth.argmax(axis=1)
    else:
        same = (np.sign(outputs) == np.sign(truth)).reshape(len(truth), -1).all(axis=1)
    return _proportion("agreement", int(same.sum()), len(truth))


@metric("outputs", "relative_error")
def relative_error(outputs: Array, truth: Array) -> Measurement:
    """The root mean squared difference to the baseline's outputs, as a share of their root mean square."""
    scale = float(np.sqrt((truth.astype(np.float64) ** 2).mean())) or 1.0
    return _error("relative_error", ((_residuals(outputs, truth) / scale) ** 2).mean(axis=1), np.sqrt)


def as_measures(found: Mapping[str, Measurement], digest: str) -> dict[str, Measurement]:
    """The same measurements, naming the file that they are of."""
    return {name: replace(m, file_digest=digest) for name, m in found.items()}
