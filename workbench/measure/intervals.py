"""95 % intervals: Wilson's for proportions, the bootstrap's for the rest, Student's for a few processes' figures."""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from workbench.tasks.task import Array

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

DRAWS = 2_000


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's score interval of a proportion (E. B. Wilson 1927, JASA 22): hits of n, n at least 1."""
    p = hits / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    # at none and at all of n the end is the proportion itself, which rounding may miss
    return max(0.0, centre - half) if hits else 0.0, min(1.0, centre + half) if hits < n else 1.0


def percentiles(draws: Array) -> tuple[float, float]:
    """The middle 95 % of bootstrap draws (Efron & Tibshirani 1993, chapter 13)."""
    low, high = np.percentile(draws, (2.5, 97.5))
    return float(low), float(high)


def bootstrap_mean(values: Array, seed: int = 0) -> Array:
    """Means over `DRAWS` samples drawn with replacement from `values` (N, or N x K: rows are drawn whole), in blocks so
    that memory stays small."""
    generator, n = np.random.default_rng(seed), len(values)
    block = max(1, 4_000_000 // n)
    draws = []
    for k in range(0, DRAWS, block):
        rows = generator.integers(0, n, (min(block, DRAWS - k), n))
        draws.append(np.stack([column.take(rows).mean(axis=1) for column in np.atleast_2d(values.T)], axis=1))
    drawn = np.concatenate(draws)  # (DRAWS, K)
    return drawn if values.ndim > 1 else drawn[:, 0]


def bootstrap_counts(counts: Array, seed: int = 0) -> Array:
    """`DRAWS` x K counts of as many samples, drawn from those that were counted (K). Not to be written to."""
    return _drawn(tuple(counts.tolist()), seed)


@lru_cache(maxsize=1)
def _drawn(counts: tuple[int, ...], seed: int) -> Array:
    """Kept until the next: precision, recall and F1 of one file are of one table, and drawing it is what takes time."""
    n = sum(counts)
    drawn = np.random.default_rng(seed).multinomial(n, np.array(counts) / n, DRAWS)
    drawn.flags.writeable = False
    return drawn


def log_student(values: Sequence[float]) -> tuple[float, float, float]:
    """Centre and interval of positive figures, one a process: Student's t on their logarithms, centre the geometric mean."""
    from scipy import stats

    logs = np.log(np.asarray(values, dtype=np.float64))
    centre = float(logs.mean())
    if len(logs) < 2:
        return math.exp(centre), 0.0, math.inf
    half = float(stats.t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / math.sqrt(len(logs)))
    return math.exp(centre), math.exp(centre - half), math.exp(centre + half)
