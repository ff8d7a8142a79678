"""A task from a person's own arrays."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from workbench.errors import InputError
from workbench.files import canonical
from workbench.tasks import snapshots
from workbench.tasks.assembly import assemble
from workbench.tasks.inputs import as_inputs, as_numbers, same_form
from workbench.tasks.labels import as_classes
from workbench.tasks.task import Array, Kind, Split, Task
from workbench.words import part

_KINDS = {"classification": "kind-classification", "regression": "kind-regression"}
_SPLITS = ("train", "validation", "test")


def from_arrays(
    name: str,
    train: tuple[Any, Any],
    validation: tuple[Any, Any] | None = None,
    test: tuple[Any, Any] | None = None,
    kind: Kind = "classification",
    classes: Sequence[str] | None = None,
    preprocessing: Mapping[str, Any] | None = None,
    licence: str = "unknown",
) -> Task:
    """A task of (inputs, targets) pairs, all three of them. **Train fits, validation selects, test reports once.**

    Inputs are an array, N x ... (N alone is one number a sample), or a dict of such arrays in the order in which the
    model takes them. Floating-point numbers and truth values become float32, whole numbers int64. All is copied.

    Targets of a "classification" are one label a sample: whole numbers from 0, or texts. `classes` names them in the
    order of the model's outputs: labels that are among these names are those classes, other numbers are places in that order.
    Without it they are the numbers up to the largest label of train and validation, or the texts found there in alphabetical
    order. Targets of a "regression" are N or N x ... numbers (float32); a model
    may answer N x 1 to N targets, and the other way round. Kind "outputs" has no targets (None): a model is judged by
    how far its answers agree with the baseline's.

    Raises `InputError`, which names the split and the thing.
    """
    if not isinstance(name, str) or not name.strip():
        raise InputError("task-name", value=repr(name))
    if kind not in get_args(Kind):
        raise InputError("task-kind", value=kind)
    pairs = [_pair(split, value) for split, value in zip(_SPLITS, (train, validation, test), strict=True)]
    inputs = [as_inputs(split, x) for split, (x, _) in zip(_SPLITS, pairs, strict=True)]
    same_form(dict(zip(_SPLITS, inputs, strict=True)))
    targets, named = _targets(kind, [y for _, y in pairs], classes)
    splits = [Split(s, x, y) for s, x, y in zip(_SPLITS, inputs, targets, strict=True)]
    for split in splits:
        _lengths(split)
    task = assemble(
        name,
        kind,
        (splits[0], splits[1], splits[2]),
        classes=named,
        preprocessing=_json(preprocessing or {}),
        source={},
        licence=licence,
    )
    return snapshots.located(task)


def _pair(split: str, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InputError("split-form", split=split)
    return value[0], value[1]


def _targets(kind: Kind, given: list[Any], classes: Sequence[str] | None) -> tuple[list[Array | None], tuple[str, ...]]:
    for split, y in zip(_SPLITS, given, strict=True):
        if kind == "outputs" and y is not None:
            raise InputError("targets-unused", split=split)
        if kind != "outputs" and y is None:
            raise InputError("targets-missing", split=split, kind=part(_KINDS[kind]))
    if kind == "outputs":
        return [None, None, None], ()
    if kind == "classification":
        return as_classes(dict(zip(_SPLITS, given, strict=True)), classes)
    numbers = {split: as_numbers(split, y) for split, y in zip(_SPLITS, given, strict=True)}
    same_form({split: {"targets": array} for split, array in numbers.items()})
    return list(numbers.values()), ()


def _lengths(split: Split) -> None:
    """Every array of a split has the same, positive number of samples."""
    arrays = dict(split.arrays) | ({} if split.targets is None else {"targets": split.targets})
    first = next(iter(arrays))
    for name, array in arrays.items():
        if len(array) != len(arrays[first]):
            lengths = {"first_length": len(arrays[first]), "second_length": len(array)}
            raise InputError("split-lengths", split=split.name, first=first, second=name, **lengths)
    if len(split) == 0:
        raise InputError("split-empty", split=split.name)


def _json(value: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        canonical(value)
    except (TypeError, ValueError) as error:
        raise InputError("preprocessing-form", why=str(error)) from None
    return dict(value)
