"""The Pareto set of points with any number of coordinates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Pareto:
    """`members` are the indices of the set, by the first coordinate, best first; `equal` says of a point that has all
    coordinates of an earlier one which that is."""

    members: tuple[int, ...]
    equal: dict[int, int]


def pareto(costs: npt.NDArray[np.float64]) -> Pareto:
    """The rows of `costs` (N x K, less is better in every column) that no other row dominates.

    A row dominates another when it is nowhere worse and somewhere better. Of rows that are equal the first is kept.
    Rows are taken in lexicographic order, so a row can only be dominated by one that was taken before it: each is
    compared with the set so far, in one numpy call.
    """
    count, width = costs.shape
    order = np.lexsort((np.arange(count), *costs.T[::-1]))
    kept = np.empty((count, width))
    members: list[int] = []
    equal: dict[int, int] = {}
    first = -1
    for row in map(int, order):
        if first >= 0 and np.array_equal(costs[row], costs[first]):
            equal[row] = first
            continue
        first = row
        if not (kept[: len(members)] <= costs[row]).all(axis=1).any():
            kept[len(members)] = costs[row]
            members.append(row)
    return Pareto(tuple(members), equal)
