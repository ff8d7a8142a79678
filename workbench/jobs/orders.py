"""The orders of a lane: who asks has one carried out at a time, in turn, and nobody waits for somebody else's."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from workbench.jobs.job import Job


@dataclass(frozen=True)
class Order:
    """A job as it was submitted, by the process `party`. `surroundings` (environment, folder, search path) never go to disk."""

    job: Job
    entry: str
    payload: Mapping[str, Any]
    blobs: Mapping[str, bytes]
    surroundings: Mapping[str, Any]
    limit: float
    memory: int
    disposable: bool
    party: int
    alive: IO[str]


class Orders:
    """What waits, and whose orders are in hand. `idle_since` is None while something is to be done."""

    def __init__(self) -> None:
        self.idle_since: float | None = time.monotonic()
        self._waiting: list[tuple[float, Order]] = []
        self._served: set[int] = set()
        self._changed = threading.Condition()

    def put(self, order: Order) -> None:
        with self._changed:
            self.idle_since = None
            self._waiting.append((time.monotonic(), order))
            self._changed.notify_all()

    def take(self, patience: float, keep: float | None = None) -> Order | None:
        """The first order that has waited for `patience` seconds, of a party that is not served; None after `keep` seconds."""
        end = None if keep is None else time.monotonic() + keep
        with self._changed:
            while True:
                now = time.monotonic()
                free = [w for w in self._waiting if w[1].party not in self._served]
                ripe = next((w for w in free if now >= w[0] + patience), None)
                if ripe is not None:
                    self._waiting.remove(ripe)
                    self._served.add(ripe[1].party)
                    return ripe[1]
                if end is not None and now >= end:
                    return None
                moments = [w[0] + patience for w in free] + ([] if end is None else [end])
                self._changed.wait(min(moments) - now if moments else None)

    def done(self, order: Order) -> None:
        """The next one of its party may be taken; it waits for a worker from now on, and did for its own party before."""
        with self._changed:
            self._served.discard(order.party)
            now = time.monotonic()
            self._waiting = [(now if w.party == order.party else since, w) for since, w in self._waiting]
            if not self._waiting and not self._served:
                self.idle_since = now
            self._changed.notify_all()
