"""95 % intervals of differences between two files that answered the same samples: narrower than those of either alone.

What both get right, or both get wrong, says nothing about their difference and is no noise in it.
"""

import math

from workbench.measure.intervals import Z

_HALVINGS = 60
"""Bisection of an interval no longer than 2 down to what double precision holds."""


def tango(gained: int, lost: int, n: int) -> tuple[float, float]:
    """Tango's score interval of a difference of paired proportions (T. Tango 1998, Statistics in Medicine 17, 891-908).

    Of `n` pairs (at least 1), `gained` are right in the second file alone and `lost` in the first alone; the difference
    is (gained - lost) / n. It holds every difference that the score test does not refuse, and has a width also where no
    pair disagrees: there it is -z²/(n + z²) to z²/(n + z²).
    """
    return -_upper(lost, gained, n), _upper(gained, lost, n)


def _upper(gained: int, lost: int, n: int) -> float:
    """The largest difference that is not refused: the score falls from 0 at the estimate without end towards 1."""
    low, high = (gained - lost) / n, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if low < middle < high:
            low, high = (middle, high) if _score(middle, gained, lost, n) > -Z else (low, middle)
    return high


def _score(difference: float, gained: int, lost: int, n: int) -> float:
    """Tango's statistic of a supposed difference above the estimate: deviation by standard error under that supposition.

    The share of pairs that are lost is the one of greatest likelihood under it, a root of 2n q² + b q - c = 0.
    """
    b = (2 * n - gained + lost) * difference - gained - lost
    c = lost * difference * (1 - difference)
    root = math.sqrt(b * b + 8 * n * c)
    share = 2 * c / (root + b) if b > 0 else (root - b) / (4 * n)  # of the two forms of a root, the one without cancellation
    variance = n * (2 * share + difference * (1 - difference))
    return (gained - lost - n * difference) / math.sqrt(variance)
