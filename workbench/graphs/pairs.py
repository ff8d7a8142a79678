"""Sums of two products in 16 bits, as x86 CPUs without VNNI form them: `vpmaddubsw` of AVX2, SSSE3 and AVX-512BW.

The instruction multiplies unsigned activations with signed weights, adds neighbouring products, and saturates each sum at
-32768 and 32767 (Intel 64 and IA-32 Architectures Software Developer's Manual, PMADDUBSW). Of the weights of an output
channel, in the order in which the kernel walks them, the first and second are neighbours, the third and fourth, and so on;
where their number is odd, a zero stands beside the last.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.tasks.task import Array

LOW, HIGH = -(1 << 15), (1 << 15) - 1

_BLOCK = 1 << 22
"""How many pair sums are held in memory at a time."""

_EXACT = 512
"""So many products of 255 and -128 have a sum that single precision holds (below 2^24)."""


def pairs(matrix: "Array") -> "Array":
    """Rows of K integers as K/2 pairs: ... x K becomes ... x K/2 x 2 (int32)."""
    odd = matrix.shape[-1] % 2
    padded = np.pad(matrix.astype(np.int32), [(0, 0)] * (matrix.ndim - 1) + [(0, odd)])
    return padded.reshape(*matrix.shape[:-1], -1, 2)


def reach(weights: "Array", low: int = 0, high: int = 255) -> "tuple[Array, Array]":
    """The lowest and the highest sum that each pair can form with activations from `low` to `high` (both N x pairs).

    `weights` are N x K integers. The two activations of a pair are independent, so both ends are reached.
    """
    ends = pairs(weights)[..., None] * np.array([low, high], np.int32)
    return ends.min(axis=-1).sum(axis=-1), ends.max(axis=-1).sum(axis=-1)


def saturable(weights: "Array", low: int = 0, high: int = 255) -> "Array":
    """Whether each pair can leave 16 bits (N x pairs)."""
    lowest, highest = reach(weights, low, high)
    return (lowest < LOW) | (highest > HIGH)


def exact(activations: "Array", weights: "Array") -> "Array":
    """activations (M x K, uint8 or int8) times weights (N x K, int8), as CPUs with VNNI sum it: M x N, int64."""
    return _exact(activations.T, weights).T


def saturated(activations: "Array", weights: "Array") -> "Array":
    """The same with every pair sum saturated. Two signed operands are summed in 32 bits, and do not saturate.

    Only pairs that can saturate are summed one by one; the rest is a product of matrices.
    """
    columns = np.ascontiguousarray(activations.T)
    product, risky, held = _exact(columns, weights), saturable(weights), pairs(weights)
    channels = np.flatnonzero(risky.any(axis=1)) if activations.dtype == np.uint8 else ()
    step = max(1, _BLOCK // max(1, columns.shape[1]))
    for channel in channels:
        places = np.flatnonzero(risky[channel])
        for some in (places[k : k + step] for k in range(0, len(places), step)):
            first, second = held[channel, some].T[..., None]
            sums = columns[2 * some] * first + columns[np.minimum(2 * some + 1, len(columns) - 1)] * second
            product[channel] -= (sums - sums.clip(LOW, HIGH)).sum(axis=0)
    return product.T


def _exact(columns: "Array", weights: "Array") -> "Array":
    """weights (N x K) times columns (K x M): N x M, int64. Blocks of K whose sums single precision holds."""
    total = np.zeros((len(weights), columns.shape[1]), np.int64)
    for k in range(0, len(columns), _EXACT):
        part = weights[:, k : k + _EXACT].astype(np.float32) @ columns[k : k + _EXACT].astype(np.float32)
        total += part.astype(np.int64)
    return total
