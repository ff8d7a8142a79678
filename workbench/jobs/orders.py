"""The orders of a lane. Who asks, a process, has one carried out at a time, and parties take turns."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from workbench.files import Digest
from workbench.jobs.job import Job


@dataclass(frozen=True)
class Order:
    """A job as it was submitted, by the process `party`. `surroundings` (environment, folder, search path) never go to disk;
    `around` is a digest of what of them a worker is started in."""

    job: Job
    entry: str
    payload: Mapping[str, Any]
    blobs: Mapping[str, bytes]
    surroundings: Mapping[str, Any]
    around: Digest
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
        self._ended: dict[int, float] = {}
        self._changed = threading.Condition()

    def put(self, order: Order) -> None:
        with self._changed:
            self.idle_since = None
            self._waiting.append((time.monotonic(), order))
            self._changed.notify_all()

    def take(self, patience: Callable[[Order], float], keep: float | None = None) -> Order | None:
        """An order that has waited for as many seconds as `patience` says, of a party that is not served: of the one whose last
        order ended longest ago, the first. None after `keep` seconds."""
        end = None if keep is None else time.monotonic() + keep
        with self._changed:
            while True:
                now = time.monotonic()
                free = [(since + patience(o), o) for since, o in self._waiting if o.party not in self._served]
                ripe = [order for moment, order in free if now >= moment]
                if ripe:
                    order = min(ripe, key=lambda o: self._ended.get(o.party, 0.0))
                    self._waiting = [w for w in self._waiting if w[1] is not order]
                    self._served.add(order.party)
                    return order
                if end is not None and now >= end:
                    return None
                moments = [moment for moment, _ in free] + ([] if end is None else [end])
                self._changed.wait(min(moments) - now if moments else None)

    def done(self, order: Order) -> None:
        """The next one of its party may be taken; it waits for a worker from now on, and did for its own party before."""
        with self._changed:
            self._served.discard(order.party)
            now = time.monotonic()
            self._waiting = [(now if w.party == order.party else since, w) for since, w in self._waiting]
            self._ended[order.party] = now
            if not self._waiting and not self._served:
                self.idle_since = now
                self._ended.clear()
            self._changed.notify_all()
