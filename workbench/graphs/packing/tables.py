"""How probable each symbol is: adaptive tables, one row for each context, in whole numbers only.

A row begins as a bell (Student's t with 5 degrees of freedom, as heavy in its tails as trained weights are) of the scale
that its context stands for. What has been coded in that context is counted on top. Where steps are fine, most of a count is
spread over its neighbours: in thousands of weights hardly any single value is seen often, but near ones are alike.
"""

from functools import cache

import numpy as np

from workbench.graphs.packing.rans import PRECISION, Ints, Table

SCALES = 24
"""Classes of scale: two an octave."""

CENTRE = 255
"""The symbol in the middle of a row; a row has 2 * CENTRE + 1 of them."""

_WIDTH = 2 * CENTRE + 1
_ONE = 1 << 10  # what a symbol that was seen weighs
_BELL, _SMALL_BELL = 256 * _ONE, 32 * _ONE  # what the bell weighs; with few levels, which need not be even, less
_MANY = 1 << 16  # symbols seen in a row, after which it forgets


def scale_of(scale_class: int) -> int:
    """The mean distance from the centre that a class stands for, in sixteenths of a step."""
    return (2 + scale_class % 2) << (scale_class // 2)


class Tables:
    """Rows for `SCALES` x `bins` contexts; a context is `scale class * bins + bin`."""

    def __init__(self, bins: int, smooth: bool) -> None:
        self.bins = bins
        self._smooth = smooth
        self._counts: Ints = np.zeros((SCALES * bins, _WIDTH), np.int64)

    def copy(self) -> "Tables":
        twin = Tables(self.bins, self._smooth)
        twin._counts = self._counts.copy()
        return twin

    def table(self, contexts: Ints, low: int, high: int) -> tuple[Table, Ints]:
        """The table for a block, over the symbols from `low` to `high` (around CENTRE), and the row of each context."""
        used, rows = np.unique(contexts, return_inverse=True)
        scales = used // self.bins
        weights = _spread(self._counts[used], scales) if self._smooth else self._counts[used] * _ONE
        weights = (weights + _bells(self.bins)[used])[:, CENTRE + low : CENTRE + high + 1]
        return Table(_cumulative(weights)), rows

    def learn(self, contexts: Ints, symbols: Ints) -> None:
        """Counts a block's symbols (around CENTRE)."""
        np.add.at(self._counts, (contexts, symbols + CENTRE), 1)
        used = np.unique(contexts)
        while len(used := used[self._counts[used].sum(axis=1) > _MANY]):
            self._counts[used] >>= 1


@cache
def _bells(bins: int) -> Ints:
    """The row that each context begins with: a bell of its scale, whose middle lies where its bin says."""
    weight = _BELL if bins == 1 else _SMALL_BELL
    rows = range(SCALES * bins)
    return np.array([_bell(scale_of(row // bins), row % bins - bins // 2, weight) for row in rows], np.int64)


def _bell(scale: int, bin: int, weight: int) -> list[int]:
    spread = 5 * (16 * scale) ** 2 * 9 // 8  # all in 1/256 of a step; the bell's own scale is a little above the mean distance
    heights = [spread + (256 * step - 8 * scale * bin) ** 2 for step in range(-CENTRE, CENTRE + 1)]
    bell = [(spread << 12) ** 3 // height**3 for height in heights]
    total = sum(bell)
    return [1 + height * weight // total for height in bell]


def _spread(counts: Ints, scales: Ints) -> Ints:
    """A quarter of each count stays, the rest goes to its neighbours, over a triangle as wide as the scale allows."""
    reach = np.array([scale_of(int(s)) >> 6 for s in scales])[:, None]
    box = _box(_box(counts, reach), reach)
    return counts * (_ONE // 4) + box * (3 * _ONE // 4) // (2 * reach + 1) ** 2


def _box(counts: Ints, reach: Ints) -> Ints:
    """The sum over the neighbours within `reach` (a number for each row)."""
    sums = np.zeros((len(counts), _WIDTH + 1), np.int64)
    np.cumsum(counts, axis=1, out=sums[:, 1:])
    at = np.arange(_WIDTH)[None, :]
    above, below = np.minimum(at + reach + 1, _WIDTH), np.maximum(at - reach, 0)
    return np.take_along_axis(sums, above, 1) - np.take_along_axis(sums, below, 1)


def _cumulative(weights: Ints) -> Ints:
    """Weights (rows x symbols) as cumulative frequencies: none is zero, and each row ends at 2**PRECISION."""
    symbols = weights.shape[1]
    frequencies = 1 + weights * ((1 << PRECISION) - symbols) // weights.sum(axis=1, keepdims=True)
    best = frequencies.argmax(axis=1)
    frequencies[np.arange(len(best)), best] += (1 << PRECISION) - frequencies.sum(axis=1)
    cumulative = np.zeros((len(weights), symbols + 1), np.int64)
    np.cumsum(frequencies, axis=1, out=cumulative[:, 1:])
    return cumulative
