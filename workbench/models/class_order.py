"""The order in which a model's outputs stand for the classes, where the labels are texts that nobody put in order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.events import Event
from workbench.models.answering import answers_to
from workbench.models.model import Model
from workbench.tasks import Split, Task
from workbench.tasks.task import Array

if TYPE_CHECKING:
    from torch import nn

MOST = 256
"""Samples that are looked at."""

MOST_BYTES = 20_000_000
"""Bytes of samples that are looked at."""

LEAST, PER_CLASS = 25, 5
"""Samples that have to be looked at, in all and for each class: few of them fit some order by chance."""

SECONDS = 60.0
"""That it may take."""


@dataclass(frozen=True)
class ClassOrder:
    """`classes` in another order than the task's: with it a model's answers are right on the share `right` (0 to 1) of `count`
    samples of train, and in the task's order on the share `before`."""

    classes: tuple[str, ...]
    right: float
    before: float
    count: int


def class_order(
    model: "Model | nn.Module", task: Task, *, on_event: Callable[[Event], None] | None = None
) -> ClassOrder | None:
    """The order of the classes in which the model makes half as many mistakes at most, and is far better than one that always
    gives the most frequent class; None where there is none, where the task is no classification or has too few samples.

    Up to 256 samples of train are looked at, taken at random by a fixed seed. Raises and calls `on_event` as
    `workbench.models.answers` does.
    """
    if task.kind != "classification" or task.train.targets is None:
        return None
    each = sum(array[:1].nbytes for array in task.train.arrays.values())
    count = min(MOST, MOST_BYTES // each, len(task.train))
    if count < max(LEAST, PER_CLASS * len(task.classes)):
        return None
    arrays, targets = next(task.train.batches(count, seed=0))
    inputs = arrays if isinstance(task.train.inputs, dict) else arrays["input"]
    outputs = answers_to(model, task, Split("train", inputs, targets), limit=SECONDS, on_event=on_event)
    assert targets is not None
    order, right, before = assigned(outputs.argmax(axis=1), targets, len(task.classes))
    most = np.bincount(targets).max() / count
    if list(order) == sorted(order) or 1 - right > (1 - before) / 2 or right < (1 + most) / 2:
        return None
    return ClassOrder(tuple(task.classes[k] for k in order), right, before, count)


def assigned(answers: Array, targets: Array, classes: int) -> tuple[tuple[int, ...], float, float]:
    """Which class each output stands for so that most answers (numbers of outputs, N) agree with the targets (N), one output a
    class; with the shares that agree by it and as they are. Where several do equally well, the most stay as they are."""
    from scipy.optimize import linear_sum_assignment

    hits = np.zeros((classes, classes))
    np.add.at(hits, (answers, targets), 1)
    _, order = linear_sum_assignment(hits + np.eye(classes) / (2 * classes), maximize=True)
    count = len(targets)
    return tuple(order.tolist()), float(hits[np.arange(classes), order].sum() / count), float(np.trace(hits) / count)
