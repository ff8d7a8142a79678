"""Labels of a classification as class numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.errors import InputError
from workbench.tasks.inputs import finite, plain
from workbench.tasks.task import Array
from workbench.words import part

_MOST = 100_000
"""So many classes are taken for labels; beyond it they are numbers of another kind (a code, a year in seconds)."""


def as_classes(given: Mapping[str, Any], classes: Sequence[str] | None) -> tuple[list[Array | None], tuple[str, ...]]:
    """Class numbers (int64, N) of each split, and the classes by name. The test split has no say in what they are."""
    labels = {split: _labels(split, y) for split, y in given.items()}
    texts = {split: array.dtype.kind == "U" for split, array in labels.items()}
    for split, text in texts.items():
        if text != texts["train"]:
            kinds = {True: part("values-texts"), False: part("values-numbers")}
            raise InputError("labels-mixed", split=split, found=kinds[text], expected=kinds[texts["train"]])
    named = _distinct(classes) if classes is not None else _found(labels)
    _two(labels, named, classes is not None)
    names = labels if texts["train"] else None if classes is None else _as_names(given, labels, named)
    if names is None:
        return [_by_number(split, array, named) for split, array in labels.items()], named
    return [_by_name(split, array, named) for split, array in names.items()], named


def _labels(split: str, value: Any) -> Array:
    """Texts, or whole numbers as int64, one per sample; N x 1 is taken as N."""
    array = plain(split, "targets", value)
    if array.dtype.kind not in "fiubU":
        found, wanted = part("values-of-type", type=str(array.dtype)), part("values-labels")
        raise InputError("targets-type", split=split, found=found, kind=part("kind-classification"), wanted=wanted)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise InputError("labels-shape", split=split, shape=array.shape)
    if array.dtype.kind == "U":
        return array
    if array.dtype.kind == "f":
        finite(split, part("the-labels"), array)
        broken = np.flatnonzero(array != np.round(array))
        if len(broken):
            raise InputError("labels-not-whole", split=split, value=float(array[broken[0]]), index=int(broken[0]))
    return array.astype(np.int64)


def _found(labels: Mapping[str, Array]) -> tuple[str, ...]:
    """The classes that train and validation speak of."""
    seen = np.concatenate([labels["train"], labels["validation"]])
    if seen.dtype.kind == "U":
        return tuple(str(text) for text in np.unique(seen))
    count = int(seen.max(initial=0)) + 1
    if count > _MOST:
        raise InputError("labels-large", value=count - 1)
    return tuple(str(k) for k in range(count))


def _two(labels: Mapping[str, Array], classes: tuple[str, ...], named: bool) -> None:
    """Refuses one class: every model is right then. Classes that were named count, though the data may lack some of them."""
    seen = np.unique(np.concatenate([labels["train"], labels["validation"]]))
    if len(seen) and (len(classes) == 1 or (len(seen) == 1 and not named)):
        raise InputError("classes-one", label=classes[0] if named else str(seen[0]))


def _distinct(classes: Sequence[str]) -> tuple[str, ...]:
    named = tuple(str(name) for name in classes)
    for name in named:
        if named.count(name) > 1:
            raise InputError("classes-repeat", value=name)
    return named


def _as_names(given: Mapping[str, Any], labels: Mapping[str, Array], classes: tuple[str, ...]) -> dict[str, Array] | None:
    """The labels as texts, where these are what the classes are called: "1", or as they were written, "True" and "1.0"."""
    whole = {split: array.astype(str) for split, array in labels.items()}
    written = {split: plain(split, "targets", y).reshape(-1).astype(str) for split, y in given.items()}
    for texts in (whole, written):
        if set(np.concatenate([texts["train"], texts["validation"]]).tolist()) <= set(classes):
            return texts
    return None


def _by_number(split: str, labels: Array, classes: tuple[str, ...]) -> Array:
    wrong = np.flatnonzero((labels < 0) | (labels >= len(classes)))
    if len(wrong):
        fields = {"value": int(labels[wrong[0]]), "index": int(wrong[0])}
        raise InputError("labels-range", split=split, count=len(classes), last=len(classes) - 1, **fields)
    return labels


def _by_name(split: str, labels: Array, classes: tuple[str, ...]) -> Array:
    numbers = {name: k for k, name in enumerate(classes)}
    for index, text in enumerate(labels):
        if text not in numbers:
            raise InputError("label-unknown", split=split, value=str(text), index=index, classes=", ".join(classes))
    return np.array([numbers[text] for text in labels], dtype=np.int64)
