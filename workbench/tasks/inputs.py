"""A person's arrays, checked and in the two types that networks take: float32 and int64."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.errors import InputError
from workbench.tasks.task import Array, Inputs
from workbench.words import Part, part


def as_inputs(split: str, value: Any) -> Inputs:
    """A checked copy of an array, or of a table of arrays."""
    if not isinstance(value, Mapping):
        return as_array(split, "input", value)
    if not value or not all(isinstance(name, str) and name for name in value):
        raise InputError("input-names", split=split)
    return {name: as_array(split, name, array) for name, array in value.items()}


def as_array(split: str, name: str, value: Any) -> Array:
    """A copy in float32 (floating-point numbers, truth values) or int64 (whole numbers), all of it finite."""
    given = plain(split, name, value)
    if given.dtype.kind not in "fiub":
        raise InputError("input-type", split=split, name=name, found=part("values-of-type", type=str(given.dtype)))
    if given.ndim == 0:
        raise InputError("input-scalar", split=split, name=name)
    if given.dtype.kind in "iu":
        return np.array(given, dtype=np.int64, order="C")
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is refused as such
        array = np.array(given, dtype=np.float32, order="C")
    finite(split, name, array)
    return array


def as_numbers(split: str, value: Any) -> Array:
    """Targets of a regression: a float32 copy, all of it finite."""
    given = plain(split, "targets", value)
    if given.dtype.kind not in "fiub":
        found = part("values-of-type", type=str(given.dtype))
        raise InputError("targets-type", split=split, found=found, kind=part("kind-regression"), wanted=part("values-numbers"))
    return as_array(split, "targets", given.astype(np.float64))


def plain(split: str, name: str, value: Any) -> Array:
    """A numpy array of whatever behaves like one; rows of different lengths and objects are refused."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError("input-type", split=split, name=name, found=part("values-uneven")) from None
    if array.dtype.kind == "O" and not all(isinstance(v, str) for v in array.flat):
        raise InputError("input-type", split=split, name=name, found=part("values-objects"))
    return array.astype(str) if array.dtype.kind == "O" else array


def finite(split: str, name: str | Part, array: Array) -> None:
    if not np.isfinite(array).all():
        sample = np.argwhere(~np.isfinite(array))[0][0]
        raise InputError("not-finite", split=split, name=name, index=int(sample))


def same_form(splits: Mapping[str, Inputs]) -> None:
    """Names, shapes of a sample and types are those of train everywhere."""
    forms = {split: _form(inputs) for split, inputs in splits.items()}
    expected = forms["train"]
    for split, form in forms.items():
        if list(form) != list(expected):
            names = {"found": ", ".join(form), "expected": ", ".join(expected)}
            raise InputError("split-differs", split=split, name=part("the-inputs"), **names)
        for name in form:
            if form[name] != expected[name]:
                raise InputError("split-differs", split=split, name=name, found=form[name], expected=expected[name])


def _form(inputs: Inputs) -> dict[str, Part]:
    arrays = inputs if isinstance(inputs, dict) else {"input": inputs}
    return {name: part("values-of-shape", type=str(array.dtype), shape=str(array.shape[1:])) for name, array in arrays.items()}
