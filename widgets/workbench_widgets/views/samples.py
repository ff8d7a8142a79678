"""Samples of the data as the page draws them: pictures as bytes, signals as lines, rows and tokens as text."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from workbench.plots.axis import number
from workbench.study.examples import Example
from workbench.tasks.task import Array, Task

_MOST = 64
"""So many numbers of a row or a sequence are shown."""
_NAMED = 8
"""So many of a row whose columns have names."""
_CHANNELS, _LONG, _POINTS = 16, 24, 120
"""A signal has so many channels at most and is at least so long; so many points of a line are drawn."""
_LEAST, _NARROW = 8, 2
"""Without an axis for channels, a picture has so many rows and columns at least; where these could be a signal's channels, at
most so many times more of one."""


def of_examples(task: Task, examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Samples with what a file answers to them."""
    span = span_of([e.inputs for e in examples])
    found = []
    for e in examples:
        classified = task.kind == "classification"
        answer, truth = (e.answer, e.truth) if classified else (_numbers(e.output), _numbers(e.target))
        found.append(sample(e.inputs, span, _columns(task), answer=answer, share=e.share, truth=truth))
    return found


def of_task(task: Task, count: int) -> list[dict[str, Any]]:
    """The first validation samples, before there is a model that answers."""
    split = task.validation.head(count)
    rows = [{name: array[k] for name, array in split.arrays.items()} for k in range(len(split))]
    span = span_of(rows)
    return [sample(row, span, _columns(task), truth=_truth(task, k)) for k, row in enumerate(rows)]


def sample(
    inputs: Mapping[str, Array],
    span: tuple[float, float],
    columns: Sequence[str] = (),
    answer: str | None = None,
    share: float | None = None,
    truth: str | None = None,
) -> dict[str, Any]:
    """One sample: a picture or a signal where its only input has the form of one, else its numbers, with the names of the
    columns where there are as many; black and white, bottom and top are `span`. `more` numbers are left out."""
    said = {"answer": answer, "share": share, "truth": truth}
    arrays = list(inputs.values())
    alone = arrays[0] if len(arrays) == 1 and arrays[0].dtype.kind == "f" and arrays[0].shape != (len(columns),) else None
    form = None if alone is None else _picture(alone, span) or _signal(alone, span)
    if form is not None:
        return form | said
    if len(arrays) == 1 and arrays[0].dtype.kind == "i":
        return {"kind": "text", "text": " ".join(map(str, arrays[0].ravel()[:_MOST])), "more": _more(arrays, _MOST)} | said
    names = list(columns[:_NAMED]) if len(arrays) == 1 and arrays[0].shape == (len(columns),) else []
    most = _NAMED if names else _MOST
    values = [number(float(v)) for array in arrays for v in array.ravel()[:most]]
    return {"kind": "row", "names": names, "values": values, "more": _more(arrays, most)} | said


def _more(arrays: Sequence[Array], most: int) -> int:
    return sum(max(array.size - most, 0) for array in arrays)


def _columns(task: Task) -> Sequence[str]:
    """The names of a table's columns, as its file has them."""
    columns = task.preprocessing.get("columns")
    return columns if isinstance(columns, list) else ()


def span_of(rows: Sequence[Mapping[str, Array]]) -> tuple[float, float]:
    """The lowest and the highest number of these samples: all pictures share one scale of greys."""
    arrays = [array for row in rows for array in row.values() if array.size]
    return (min(float(a.min()) for a in arrays), max(float(a.max()) for a in arrays)) if arrays else (0.0, 1.0)


def _picture(array: Array, span: tuple[float, float]) -> dict[str, Any] | None:
    """Of C x H x W with one channel or three, or H x W, as grey or coloured bytes; None for another form."""
    if array.ndim == 2:
        narrow, wide = sorted(array.shape)
        array = array[None] if narrow > _CHANNELS or (narrow >= _LEAST and wide <= _NARROW * narrow) else array
    if array.ndim != 3 or array.shape[0] not in (1, 3) or 1 in array.shape[1:]:
        return None
    pixels = np.ascontiguousarray(_scaled(array, span).transpose(1, 2, 0))
    form = "gray" if array.shape[0] == 1 else "rgb"
    shape = {"width": array.shape[2], "height": array.shape[1]}
    return {"kind": "picture", **shape, form: base64.b64encode(pixels.tobytes()).decode()}


def _signal(array: Array, span: tuple[float, float]) -> dict[str, Any] | None:
    """Of one line or a few, each long, as heights from 0 to 255: time is the longer side. None for another form."""
    lines = array.reshape(array.shape[0], -1) if array.ndim == 3 and 1 in array.shape[1:] else np.atleast_2d(array)
    long = _LONG if array.ndim > 1 else _MOST + 1  # a shorter single one may as well be a table's row
    if lines.ndim != 2 or min(lines.shape) > _CHANNELS or max(lines.shape) < long:
        return None
    lines = lines if lines.shape[0] <= lines.shape[1] else lines.T
    places = np.unique(np.linspace(0, lines.shape[1] - 1, _POINTS).round().astype(int))
    return {"kind": "signal", "length": lines.shape[1], "lines": _scaled(lines[:, places], span).tolist()}


def _scaled(array: Array, span: tuple[float, float]) -> Array:
    low, high = span
    return np.clip((array - low) / ((high - low) or 1.0) * 255, 0, 255).round().astype(np.uint8)


def _truth(task: Task, place: int) -> str | None:
    targets = task.validation.targets
    if targets is None:
        return None
    return task.classes[int(targets[place])] if task.kind == "classification" else _numbers(targets[place])


def _numbers(value: Array | None) -> str | None:
    """A number, or the first few of several."""
    if value is None:
        return None
    flat = np.asarray(value).ravel()
    return ", ".join(number(float(v)) for v in flat[:4]) + (" …" if flat.size > 4 else "")
