"""Reshape without numbers that pruning or another batch would make wrong.

Between the sides of what comes in and of what goes out there are groups whose products agree: (B, T, 96) to (B, T, 3, 4, 8)
has B to B, T to T, and 96 to 3 x 4 x 8. In a group the last side that the batch is not in follows from what comes in;
the others stay as they were written.
"""

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from workbench.models.onnx_graph.node import Node

_MANY = 1_000_003
"""A prime in place of the batch, so that no other side is taken for it."""

Group = tuple[tuple[int, ...], tuple[int, ...]]


def reshape(node: Node, batch: Any, x: Tensor) -> Tensor:
    before, after = node.shape(0), node.shapes[node.outputs[0]]
    if not before or 0 in (*before, *after):
        return x.reshape([side[0] * batch + side[1] if isinstance(side, list) else side for side in after])
    sides: list[Any] = [None] * len(after)
    for came, goes in groups(before, after):
        _follow(x, batch, [before[axis] for axis in came], came, [after[k] for k in goes], goes, sides)
    return x.reshape(sides)


def groups(before: Sequence[Any], after: Sequence[Any]) -> list[Group]:
    """The smallest groups of neighbouring sides with the same products; sides of 1 join the group before them."""
    old, new = [_number(side) for side in before], [_number(side) for side in after]
    found: list[Group] = []
    i = j = 0
    while i < len(old) and j < len(new):
        a, b, k, m = old[i], new[j], i + 1, j + 1
        while a != b and (k < len(old) or m < len(new)):
            if (a < b and k < len(old)) or m == len(new):
                a, k = a * old[k], k + 1
            else:
                b, m = b * new[m], m + 1
        found.append((tuple(range(i, k)), tuple(range(j, m))))
        i, j = k, m
    if i < len(old) or j < len(new):
        rest = (tuple(range(i, len(old))), tuple(range(j, len(new))))
        found = [*found[:-1], (found[-1][0] + rest[0], found[-1][1] + rest[1])] if found else [rest]
    return found


def _follow(
    x: Tensor, batch: Any, old: list[Any], came: Sequence[int], new: list[Any], goes: Sequence[int], sides: list[Any]
) -> None:
    """Fills in the sides of one group."""
    left = math.prod(side[0] if isinstance(side, list) else x.shape[axis] for side, axis in zip(old, came, strict=True))
    free = [k for k, side in enumerate(new) if not isinstance(side, list)]
    last = next((k for k in reversed(free) if new[k] != 1), free[-1] if free else 0)
    others = math.prod(_share(side) for k, side in enumerate(new) if k != last)
    for k, (side, place) in enumerate(zip(new, goes, strict=True)):
        share = left // others if k == last else _share(side)
        sides[place] = share * batch if isinstance(side, list) else share


def _share(side: Any) -> int:
    return int(side[0] if isinstance(side, list) else side)


def _number(side: Any) -> int:
    return side[0] * _MANY + side[1] if isinstance(side, list) else side
