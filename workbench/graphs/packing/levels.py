"""Numbers that take at most 256 levels: the list of levels is noted, and the place of each number in it is coded."""

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from workbench.graphs.packing.elements import Keys
from workbench.graphs.packing.rans import Ints
from workbench.graphs.packing.scan import Field, expected, shape_of, walk
from workbench.graphs.packing.streams import Reader, Writer
from workbench.graphs.packing.tables import SCALES, scale_of

LEVELS = 256
"""The most levels that are coded as such."""

_COMMON = 8
"""A value that more than one in so many numbers has (the zero of pruned weights) is alike to no neighbour."""

_LIMIT = 15
"""Correlations are noted in sixteenths, from -15 to 15."""


def write_levels(keys: Keys, levels: Keys, dims: Sequence[int], purpose: str, to: Writer) -> None:
    """Codes `keys`, whose sorted different ones are `levels`; `purpose` names the tables to use."""
    first, span = int(levels[0]), int(levels[-1]) - int(levels[0]) + 1
    if span <= min(LEVELS, 2 * len(levels)):  # what is missing between the first and the last is taken along
        levels = levels[0] + np.arange(span, dtype=levels.dtype)
        to.notes.put(0, first, span - 1)
    else:
        to.notes.put(1, first, len(levels) - 1, *(int(step) - 1 for step in np.diff(levels)))
    field, values = _field(np.searchsorted(levels, keys).astype(np.int64), len(levels), dims)
    to.notes.put(-field.low, field.x + _LIMIT, field.y + _LIMIT, *field.scales)
    walk(field, to.shelf.of(purpose, field.wide), to.coder, values)


def read_levels(dims: Sequence[int], most: int, purpose: str, source: Reader) -> Keys:
    """The keys in their order; none of them is above `most`."""
    notes = source.notes
    listed, first, last = notes.get(1), notes.get(most), notes.get(LEVELS - 1)
    steps = [notes.get(most) + 1 for _ in range(last)] if listed else [1] * last
    levels = list(accumulate(steps, initial=first))
    if levels[-1] > most:
        raise ValueError("not what was written")
    shape = shape_of(dims)
    low = -notes.get(last)
    x, y = (notes.get(2 * _LIMIT) - _LIMIT for _ in "xy")
    scales = tuple(notes.get(SCALES - 1) for _ in range(shape[2] * shape[3]))
    field = Field(shape, low, last + low, x, y, scales)
    places = walk(field, source.shelf.of(purpose, field.wide), source.coder).ravel() - low
    if places.min() < 0 or places.max() > last:
        raise ValueError("not what was written")
    return np.array(levels, np.uint64)[places]


def _field(places: Ints, count: int, dims: Sequence[int]) -> tuple[Field, Ints]:
    """How a tensor of places is walked through, and its values around the middle one."""
    often = np.bincount(places, minlength=count)
    middle = int(np.searchsorted(np.cumsum(often), len(places) // 2, "right"))
    values = (places - middle).reshape(shape_of(dims))
    alike = often.max() * _COMMON <= len(places) or count < 32
    x = _correlation(values[..., :-1], values[..., 1:]) if alike else 0
    y = _correlation(values[:, :, :-1], values[:, :, 1:]) if alike else 0
    height, width = values.shape[2:]
    spots = [(row, column) for row in range(height) for column in range(width)]
    off = [np.abs((values[:, :, row, column] << 8) - expected(values, (row, column), x, y)).mean() for row, column in spots]
    return Field(values.shape, -middle, count - 1 - middle, x, y, tuple(map(_scale_class, off))), values


def _correlation(a: Ints, b: Ints) -> int:
    power = int((a * a).sum())
    return max(-_LIMIT, min(_LIMIT, round(16 * int((a * b).sum()) / power))) if power else 0


def _scale_class(off: float) -> int:
    """The class of scale that is nearest to a mean distance in 1/256 of a step."""
    return min(range(SCALES), key=lambda k: abs(math.log(max(off, 1) / (16 * scale_of(k)))))
