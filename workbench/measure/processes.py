"""Fresh processes that time files: a few with candidate and reference side by side, one with the candidate alone."""

import math
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.graphs.timing import probed
from workbench.jobs import measuring
from workbench.tasks.task import Array

STEADY = 0.15
"""How far the pace of one process may be from that of another: beyond, the machine's clock or load has changed."""


@dataclass(frozen=True)
class Block:
    """One setting: samples a call, threads of the runtime, seconds of calls a process."""

    batch: int
    threads: int
    seconds: float


@dataclass(frozen=True)
class Runs:
    """What the processes said: one entry a process in `sides`, and `alone` that of the candidate alone where it was asked
    for. `again` is how many processes were run a second time because their pace was another."""

    blocks: Sequence[Block]
    sides: Sequence[Mapping[str, Any]]
    alone: Mapping[str, Any] | None
    again: int

    def pairs(self, index: int) -> Iterator[list[Array]]:
        """Of a setting, for every process: two arrays (rounds x 2: seconds of reference and candidate), one an order of
        opening. In even rounds the file that was opened first is called first, in odd ones the other."""
        return (_pairs(side, index) for side in self.sides)

    def drift(self, index: int) -> float:
        """By which share the slowest process of a setting was slower than the fastest."""
        paces = [_pace(side, index) for side in self.sides]
        return max(paces) / min(paces) - 1

    def steady(self, index: int) -> bool:
        """Whether all processes of a setting kept one pace."""
        return not _unsteady(self.sides, [index])


def taken(
    files: Sequence[Path],
    arrays: Mapping[str, Array],
    blocks: Sequence[Block],
    processes: int,
    check: Callable[[], None] = lambda: None,
    alone: bool = False,
) -> Runs:
    """Has reference and candidate (`files`) timed, while nothing else on this machine measures or trains.

    A process whose pace is more than `STEADY` from the middle one is run once more, and that run counts. The pace is of
    both files together, so what is run again does not depend on which of them is faster.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder, measuring(check):
        inputs = Path(folder) / "inputs.npz"
        np.savez(inputs, *arrays.values())
        order: dict[str, Any] = {"inputs": str(inputs), "names": [name for name in arrays if name]}
        own = order | {"files": [str(files[1])], "blocks": [asdict(b) | {"order": [0]} for b in blocks]}
        by_itself = probed(own) if alone else None
        order["files"] = [str(file) for file in files]
        orders = [order | {"blocks": _both_ways(blocks, first)} for first in (0, 1)]
        sides = []
        for k in range(processes):
            check()
            sides.append(probed(orders[k % 2]))
        unsteady = _unsteady(sides, range(len(blocks)))
        for k in unsteady:
            check()
            sides[k] = probed(orders[k % 2])
    return Runs(blocks, sides, by_itself, len(unsteady))


def _both_ways(blocks: Sequence[Block], first: int) -> list[dict[str, Any]]:
    """Every setting twice, for half the time each: the one file opened and first called first, then the other.

    Which order comes first alternates between processes, so that reference and candidate change places in everything.
    """
    orders = ([first, 1 - first], [1 - first, first])
    return [asdict(b) | {"seconds": b.seconds / 2, "order": o} for b in blocks for o in orders]


def _unsteady(sides: Sequence[Mapping[str, Any]], settings: Sequence[int]) -> list[int]:
    found = set()
    for index in settings:
        paces = np.log([_pace(side, index) for side in sides])
        found |= set(np.flatnonzero(np.abs(paces - np.median(paces)) > math.log1p(STEADY)).tolist())
    return sorted(found)


def _pace(side: Mapping[str, Any], index: int) -> float:
    """The geometric mean of both files' median latency, in seconds."""
    return float(np.exp(np.log(np.median(np.concatenate(_pairs(side, index)), axis=0)).mean()))


def _pairs(side: Mapping[str, Any], index: int) -> list[Array]:
    return [np.array(side["blocks"][k]["times"]) for k in (2 * index, 2 * index + 1)]
