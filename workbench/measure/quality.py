"""Metrics of quality, each with its interval. A metric is one function under the name of its kind of task.

Definitions: accuracy, macro precision, recall and F1 over the classes that occur in the targets (Sokolova & Lapalme
2009, Information Processing & Management 45); macro AUC, each class against the rest (Provost & Domingos 2000); MSE, RMSE
and MAE over all values of a sample.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from workbench import machine
from workbench.errors import StepFailed
from workbench.measure.answers import BATCH
from workbench.measure.metric import Figure, Metric, OfMeans, OfTables, PerSample, Share
from workbench.measure.ranking import pseudo_values
from workbench.records import Measurement, noted
from workbench.tasks.task import Array, Kind, Split

MOST_RANKED = 5_000_000
"""Outputs (samples times classes) up to which the AUC is taken: about a second's work."""

Remarks = tuple[tuple[str, dict[str, Any]], ...]

_known: dict[tuple[Kind, str], Metric] = {}


def metrics(kind: Kind) -> tuple[Metric, ...]:
    """The metrics of a kind of task, in the order of their registration."""
    return tuple(m for (of, _), m in _known.items() if of == kind)


def metric(kind: Kind, found: Mapping[str, Measurement]) -> str:
    """The name of the measure that choices are made by: the first metric of the kind that was measured."""
    return next((m.name for m in metrics(kind) if m.name in found), metrics(kind)[0].name)


def quality(outputs: list[Array], split: Split, kind: Kind, truth: list[Array] | None = None) -> dict[str, Measurement]:
    """Every metric of the task's kind on a split.

    `truth` are the baseline's answers to the same samples: for the kind "outputs" they are the targets, for a
    classification they add the measure `agreement`, which only answers of several values (N x C) have. Raises `StepFailed`
    where there is not one answer a sample.
    """
    given = _first(outputs, split)
    found: dict[str, Measurement] = {}
    missing: Remarks = ()
    if split.targets is not None and kind != "outputs":
        found = _scores(_told(kind, given), given, split.targets)
    if found and kind == "classification" and split.targets is not None:
        missing = _missing(given, split.targets, split.name)
        found["accuracy"] = _noted(found["accuracy"], _no_better(found["accuracy"], split.targets, split.name))
    if truth is not None and kind != "regression":
        told = _told("outputs", given)
        found |= _scores([m for m in told if kind == "outputs" or m.name == "agreement"], given, truth[0])
    return {name: _with(replace(m, split=split.name), missing) for name, m in found.items()}


def _scores(asked: Sequence[Metric], outputs: Array, targets: Array) -> dict[str, Measurement]:
    with np.errstate(over="ignore", invalid="ignore"):  # a figure that is no number says so itself
        return {m.name: m.score(outputs, targets) for m in asked}


def _missing(outputs: Array, targets: Array, split: str) -> Remarks:
    """A remark where a class does not occur among the targets."""
    present, classes = len(np.unique(targets)), outputs.shape[1]
    return (
        (("classes-missing", {"missing": classes - present, "classes": classes, "split": split}),) if present < classes else ()
    )


def _no_better(accuracy: Measurement, targets: Array, split: str) -> Remarks:
    """A remark where who always answers the most frequent class, of several, is right as often or more often."""
    share = float(np.unique(targets, return_counts=True)[1].max() / len(targets))
    return (("no-better", {"share": f"{100 * share:.1f} %", "split": split}),) if accuracy.value <= share < 1 else ()


def _with(m: Measurement, remarks: Remarks) -> Measurement:
    """A macro figure with what has to be said of its classes."""
    return _noted(m, remarks) if m.name.endswith("_macro") else m


def _noted(m: Measurement, remarks: Remarks) -> Measurement:
    return replace(m, details={**m.details, **noted([*m.details.get("remarks", ()), *remarks])}) if remarks else m


def differences(
    reference: list[Array], outputs: list[Array], split: Split, kind: Kind, truth: list[Array] | None = None
) -> dict[str, Measurement]:
    """Every metric of `outputs` minus that of `reference`, two files' answers to the same samples, with paired intervals.

    `truth` are the baseline's answers, which the kind "outputs" is scored against. Raises `StepFailed` where there is not
    one answer a sample.
    """
    before, after = _first(reference, split), _first(outputs, split)
    targets = split.targets if kind != "outputs" else truth[0] if truth is not None else None
    if targets is None:
        return {}
    return {m.name: replace(m.difference(before, after, targets), split=split.name) for m in _told(kind, after)}


def _told(kind: Kind, outputs: Array) -> list[Metric]:
    """The metrics that such outputs have: where a sample has one value, or a map of them, there is no largest to agree on;
    and ranking samples by each of very many classes takes too long."""
    ranked = outputs.ndim == 2 and outputs.shape[1] > 1
    left_out = (() if ranked else ("agreement",)) + (() if outputs.size <= MOST_RANKED else ("roc_auc_macro",))
    return [m for m in metrics(kind) if m.name not in left_out]


def _first(outputs: list[Array], split: Split) -> Array:
    if len(outputs[0]) != len(split):
        raise StepFailed("no-answers", found=len(outputs[0]), samples=len(split))
    return outputs[0]


def likeness(prefix: str, outputs: list[Array], truth: list[Array], split: Split) -> Measurement:
    """How often `outputs` answer the split as `truth` does ("<prefix>_agreement"), or how far they are from it where there is
    no largest output to agree on ("<prefix>_relative_error"). Labels are not looked at."""
    found = quality(outputs, Split(split.name, split.inputs, None), "outputs", truth)
    name = metric("outputs", found)
    return replace(found[name], name=f"{prefix}_{name}")


def as_measures(found: Mapping[str, Measurement], digest: str) -> dict[str, Measurement]:
    """The same measurements, naming the file that they are of, and the batch and threads that it answered with."""
    how = {"batch": BATCH, "threads": "default", "cores": machine.cores()}
    return {name: replace(m, file_digest=digest, details={**how, **m.details}) for name, m in found.items()}


def _share(kind: Kind) -> Callable[[PerSample], PerSample]:
    """Registers a yes or no a sample as the metric of the function's name."""

    def register(hits: PerSample) -> PerSample:
        _known[kind, hits.__name__] = Share(hits.__name__, kind, True, hits)
        return hits

    return register


def _macro(kind: Kind) -> Callable[[Figure], Figure]:
    """Registers a figure of every class as the metric of the function's name: its mean over classes."""

    def register(figure: Figure) -> Figure:
        _known[kind, figure.__name__] = OfTables(figure.__name__, kind, True, figure)
        return figure

    return register


def _mean(kind: Kind, of: Callable[[Array], Array] | None = None, rises: bool = False) -> Callable[[PerSample], PerSample]:
    """Registers a value a sample as the metric of the function's name: what `of` makes of its mean; an error, or `rises`."""

    def register(values: PerSample) -> PerSample:
        made = OfMeans(values.__name__, kind, rises, values)
        _known[kind, values.__name__] = made if of is None else replace(made, of=of)
        return values

    return register


@_share("classification")
def accuracy(outputs: Array, targets: Array) -> Array:
    """The share of samples whose largest output is that of their class."""
    return outputs.argmax(axis=1) == targets


@_macro("classification")
def precision_macro(hits: Array, predicted: Array, actual: Array) -> Array:
    """Mean over classes of true positives / predicted; 0 for a class that is never predicted."""
    return hits / np.maximum(predicted, 1)


@_macro("classification")
def recall_macro(hits: Array, predicted: Array, actual: Array) -> Array:
    """Mean over classes of true positives / actual."""
    return hits / np.maximum(actual, 1)


@_macro("classification")
def f1_macro(hits: Array, predicted: Array, actual: Array) -> Array:
    """Mean over classes of 2 true positives / (predicted + actual)."""
    return 2 * hits / np.maximum(predicted + actual, 1)


@_mean("classification", rises=True)
def roc_auc_macro(outputs: Array, targets: Array) -> Array:
    """Mean over classes of the area under the ROC curve of a class against the rest, by the softmax of the outputs."""
    return pseudo_values(outputs, targets)


def _residuals(outputs: Array, targets: Array) -> Array:
    """Differences as N x values, in double precision, whether targets are N or N x 1."""
    n = len(targets)
    return outputs.reshape(n, -1).astype(np.float64) - targets.reshape(n, -1).astype(np.float64)


@_mean("regression", of=np.sqrt)
def rmse(outputs: Array, targets: Array) -> Array:
    """The root of the mean squared error."""
    return (_residuals(outputs, targets) ** 2).mean(axis=1)


@_mean("regression")
def mse(outputs: Array, targets: Array) -> Array:
    """The mean squared error."""
    return (_residuals(outputs, targets) ** 2).mean(axis=1)


@_mean("regression")
def mae(outputs: Array, targets: Array) -> Array:
    """The mean absolute error."""
    return np.abs(_residuals(outputs, targets)).mean(axis=1)


@_share("outputs")
def agreement(outputs: Array, truth: Array) -> Array:
    """The share of samples whose largest output (of N x C, C at least 2) is the baseline's largest."""
    return outputs.argmax(axis=1) == truth.argmax(axis=1)


@_mean("outputs", of=np.sqrt)
def relative_error(outputs: Array, truth: Array) -> Array:
    """The root mean squared difference to the baseline's outputs, as a share of their root mean square."""
    scale = float(np.sqrt((truth.astype(np.float64) ** 2).mean())) or 1.0
    return ((_residuals(outputs, truth) / scale) ** 2).mean(axis=1)
