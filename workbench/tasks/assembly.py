"""Three splits become a task: its signature follows from the data."""

from collections.abc import Mapping
from typing import Any

from workbench.tasks.task import Kind, Signature, Split, Task, TensorSpec


def assemble(
    name: str,
    kind: Kind,
    splits: tuple[Split, Split, Split],
    *,
    classes: tuple[str, ...] = (),
    preprocessing: Mapping[str, Any],
    source: Mapping[str, Any],
    licence: str,
) -> Task:
    """The task of (train, validation, test), which have been checked already."""
    train, validation, test = splits
    signature = signature_of(validation, kind, classes)  # all splits have one form, and this one is small
    return Task(name, kind, train, validation, test, classes, signature, preprocessing, source, licence)


def signature_of(split: Split, kind: Kind, classes: tuple[str, ...]) -> Signature:
    """Inputs as they are, and what a model must answer.

    A classification answers "logits" (one per class), a regression "output" in the shape of a target (a single number,
    N or N x 1, is (1,)). For "outputs" nothing is known before there is a model.
    """
    inputs = tuple(TensorSpec(name, array.shape[1:], array.dtype.name) for name, array in split.arrays.items())
    if kind == "outputs" or split.targets is None:
        return Signature(inputs, ())
    if kind == "classification":
        return Signature(inputs, (TensorSpec("logits", (len(classes),), "float32"),))
    return Signature(inputs, (TensorSpec("output", split.targets.shape[1:] or (1,), "float32"),))
