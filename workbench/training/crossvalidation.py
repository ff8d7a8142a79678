"""k-fold cross-validation: how much a figure depends on which samples were held out."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError
from workbench.events import Event
from workbench.models.live import describe
from workbench.models.model import Model
from workbench.tasks.arrays import from_arrays
from workbench.tasks.naming import named
from workbench.tasks.splitting import stratified
from workbench.tasks.task import Array, Inputs, Split, Task
from workbench.training.fitting import fit, history

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Folds:
    """The figure of each fold's last epoch on the samples that it held out, and the model that it gave."""

    figure: str
    values: tuple[float, ...]
    models: tuple[Model, ...]

    @property
    def mean(self) -> float:
        return fmean(self.values)

    @property
    def deviation(self) -> float:
        """The sample standard deviation over folds."""
        return stdev(self.values)


def cross_validate(
    model: "Model | nn.Module",
    task: Task,
    folds: int = 5,
    epochs: int = 10,
    seed: int = 0,
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    **settings: Any,
) -> Folds:
    """Fits the model `folds` times, each time on the train split without one part, and scores it on that part.

    The parts are disjoint, cover the train split, and are stratified by class. Neither validation nor test is read. The
    figure is "validation_accuracy" or "validation_rmse"; `settings` are those of `fit`.
    """
    if not isinstance(folds, int) or not 2 <= folds <= len(task.train):
        raise InputError("folds-value", folds=folds, samples=len(task.train))
    described = describe(model)
    parts = _parts(task, folds, seed)
    fitted = [
        fit(described, _without(task, k, parts), epochs=epochs, seed=seed, device=device, on_event=on_event, **settings)
        for k in range(folds)
    ]
    figure = "validation_accuracy" if task.kind == "classification" else "validation_rmse"
    return Folds(figure, tuple(history(m)[-1][figure] for m in fitted), tuple(fitted))


def _parts(task: Task, folds: int, seed: int) -> tuple[Array, ...]:
    count = len(task.train)
    sizes = tuple(count // folds + (k < count % folds) for k in range(folds))
    labels = task.train.targets if task.kind == "classification" and task.train.targets is not None else np.zeros(count)
    return stratified(labels, sizes, seed)


def _without(task: Task, fold: int, parts: tuple[Array, ...]) -> Task:
    """The train split as a task of its own: one part is held out, and stands for test too, which nothing here reads."""
    rest = np.sort(np.concatenate([part for k, part in enumerate(parts) if k != fold]))
    held = _rows(task.train, np.sort(parts[fold]))
    classes = task.classes if task.kind == "classification" else None
    made = from_arrays(f"{task.name} without part {fold + 1}", _rows(task.train, rest), held, held, task.kind, classes)
    return named(made, [spec.name for spec in task.signature.inputs], task.output_name)


def _rows(split: Split, rows: Array) -> tuple[Inputs, Array | None]:
    arrays = {name: array[rows] for name, array in split.arrays.items()}
    inputs: Inputs = arrays if isinstance(split.inputs, dict) else arrays["input"]
    return inputs, None if split.targets is None else split.targets[rows]
