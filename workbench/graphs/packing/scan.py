"""The way through a tensor: which weights are coded together, and what is expected of each.

A convolution's kernel is coded one place after the other, all pairs of channels at once: of a weight's neighbours in its
kernel, those to the left and above are known by then. Neighbouring weights of trained kernels are alike (correlations of
0.5 are common), so that each is expected to be `x * left + y * above - x * y * left above`, the prediction of a separable
autoregressive field; what is coded is how far off it is. How far off it may be is told by its row, its column (channels
differ in scale) and its place. A matrix is a kernel of one place.

Encoder and decoder take the same way: `walk` asks the coder for each block, and looks at nothing but what came before.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.graphs.packing.rans import Coder, Ints
from workbench.graphs.packing.tables import SCALES, Tables, scale_of

_FIRST, _BLOCK, _BLOCKS = 64, 1024, 8
_TRUST = 32
"""How many weights a row or column must have shown before it is believed as much as its tensor."""

Part = tuple[slice, slice]

_PLACES, _PAIRS = 64, 64
"""A kernel has at most so many places, and a tensor of kernels at least so many of them; others are read as matrices."""


@dataclass(frozen=True)
class Field:
    """A tensor as it is walked through: rows x columns x (height x width of a kernel), whole numbers from low to high.

    `x` and `y` are the correlations with the left and the upper neighbour in sixteenths, `scales` the class of scale of
    each place.
    """

    shape: tuple[int, int, int, int]
    low: int
    high: int
    x: int
    y: int
    scales: tuple[int, ...]

    @property
    def wide(self) -> bool:
        """Many steps: what is coded is the distance from the expected one, else the step itself."""
        return self.high - self.low >= 32


def shape_of(dims: Sequence[int]) -> tuple[int, int, int, int]:
    """Any tensor's dimensions as rows, columns and a kernel of at most 64 places."""
    if len(dims) >= 3 and 1 < math.prod(dims[2:]) <= _PLACES and dims[0] * dims[1] >= _PAIRS:
        return dims[0], dims[1], math.prod(dims[2:-1]), dims[-1]
    return (math.prod(dims[:-1]), dims[-1], 1, 1) if len(dims) > 1 else (1, math.prod(dims), 1, 1)


def expected(values: Ints, place: tuple[int, int], x: int, y: int) -> Ints:
    """What the weights (rows x columns) at a place of the kernel are expected to be, in 1/256 of a step."""
    row, column = place
    left = values[:, :, row, column - 1] if column else 0
    above = values[:, :, row - 1, column] if row else 0
    corner = values[:, :, row - 1, column - 1] if row and column else 0
    return np.asarray(16 * x * left + 16 * y * above - x * y * corner + np.zeros(values.shape[:2], np.int64))


def walk(field: Field, tables: Tables, coder: Coder, values: Ints | None = None) -> Ints:
    """Codes a tensor's values, or reads them where none are given; returns them (rows x columns x height x width)."""
    found = np.zeros(field.shape, np.int64) if values is None else values
    rows, columns, _, width = field.shape
    seen = _Seen(rows, columns)
    for index, scale_class in enumerate(field.scales):
        place = divmod(index, width)
        means, scale = expected(found, place, field.x, field.y), scale_of(scale_class)
        here = found[:, :, place[0], place[1]]
        for part in _parts(rows, columns, _BLOCK if index else _FIRST):
            mean = means[part]
            shift, contexts = _contexts(field, tables, mean, seen.scales(part, scale))
            given = None if values is None else (here[part] - shift).ravel()
            here[part] = _block(field, tables, coder, contexts, given).reshape(mean.shape) + shift
            seen.learn(part, np.abs((here[part] << 8) - mean), scale)
    return found


def _parts(rows: int, columns: int, first: int) -> Iterator[Part]:
    """Groups of whole rows, or pieces of one: the first small, to be learnt from, then each twice as large up to a limit."""
    limit = max(_BLOCK, rows * columns // _BLOCKS)
    size, row, column = min(first, limit), 0, 0
    while row < rows:
        if column or size < columns:
            wide = min(size, columns - column)
            yield slice(row, row + 1), slice(column, column + wide)
            row, column = (row, column + wide) if column + wide < columns else (row + 1, 0)
        else:
            yield slice(row, row + size // columns), slice(0, columns)
            row += size // columns
        size = min(2 * size, limit)


def _contexts(field: Field, tables: Tables, mean: Ints, scales: Ints) -> tuple[Ints, Ints]:
    """How far the symbols are shifted, and the context of each: its class of scale, and where its mean lies."""
    classes = np.searchsorted(_LIMITS, scales, "right")
    if field.wide:
        return np.clip((mean + 128) >> 8, field.low, field.high), (classes * tables.bins).ravel()
    half = tables.bins // 2
    bins = np.clip((2 * mean + 8 * scales) // (16 * scales), -half, half) + half
    return np.zeros_like(mean), (classes * tables.bins + bins).ravel()


_LIMITS = np.array([(scale_of(k) + scale_of(k + 1) + 1) // 2 for k in range(SCALES - 1)])


def _block(field: Field, tables: Tables, coder: Coder, contexts: Ints, given: Ints | None) -> Ints:
    reach = field.high - field.low
    low, high = (-reach, reach) if field.wide and (field.x or field.y) else (field.low, field.high)
    table, rows = tables.table(contexts, low, high)
    symbols = coder.block(table, rows, None if given is None else given - low) + low
    tables.learn(contexts, symbols)
    return symbols


class _Seen:
    """How far off the weights of each row and column were, against the scale of their place (64: just as far)."""

    def __init__(self, rows: int, columns: int) -> None:
        self._off: list[Ints] = [np.zeros(rows, np.int64), np.zeros(columns, np.int64)]
        self._count: list[Ints] = [np.zeros(rows, np.int64), np.zeros(columns, np.int64)]

    def scales(self, part: Part, scale: int) -> Ints:
        """The scale that is expected of a part (rows x columns), in sixteenths of a step."""
        sides = zip(self._off, self._count, part, strict=True)
        rows, columns = ((off[side] + 64 * _TRUST) // (count[side] + _TRUST) for off, count, side in sides)
        return np.maximum((scale * rows[:, None] * columns[None, :]) >> 12, 1)

    def learn(self, part: Part, off: Ints, scale: int) -> None:
        """Takes note of how far off a part was, in 1/256 of a step."""
        relative = off * 4 // scale
        for axis, side in enumerate(part):
            self._off[axis][side] += relative.sum(axis=1 - axis)
            self._count[axis][side] += off.shape[1 - axis]
