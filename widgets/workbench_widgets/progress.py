"""How far a run is: what its events say, put together one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.events import EpochMeasured, Event, Progress, StepFinished, StepStarted

POINTS = 200
"""So many points of a training curve are shown: of a longer one every second, fourth, ... epoch, and the last."""


@dataclass(frozen=True)
class At:
    """The step that is done now, the `index`-th of `of` (0 before the first), `done` of its `total` units.

    `began` is when the step was seen to begin, `curve` the epochs of the training step called `trained`;
    `over` when the run has said its last.
    """

    step: str = ""
    index: int = 0
    of: int = 0
    done: int = 0
    total: int = 0
    rate: float = 0.0
    began: float = 0.0
    trained: str = ""
    curve: tuple[Mapping[str, Any], ...] = ()
    over: bool = False

    @property
    def share(self) -> float:
        """How much of the step is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    def after(self, event: Event, now: float) -> "At":
        """The same after one more event, heard at `now` (seconds of a clock that never goes back)."""
        if isinstance(event, StepStarted):
            begun = replace(self, step=event.step, index=event.index, of=event.of, began=now)
            return replace(begun, done=0, total=0, rate=0.0)
        if isinstance(event, StepFinished):
            return replace(self, done=1, total=1, rate=0.0)
        if isinstance(event, Progress):
            return replace(self, done=event.done, total=event.total, rate=event.rate)
        if isinstance(event, EpochMeasured):
            return self._measured(event)
        return replace(self, over=True) if event.final else self

    def _measured(self, event: EpochMeasured) -> "At":
        point = {"epoch": event.epoch, "epochs": event.epochs, "figures": dict(event.figures)}
        before = self.curve if self.trained == self.step and event.epoch > 1 else ()
        return replace(self, trained=self.step, curve=(*before, point))

    def shown_curve(self) -> list[Mapping[str, Any]]:
        every = -(-len(self.curve) // POINTS)
        kept = self.curve[::every] if every > 1 else self.curve
        return [*kept, *(self.curve[-1:] if kept and kept[-1] != self.curve[-1] else ())]

    def left(self, seconds: Sequence[float | None], now: float) -> float | None:
        """Seconds to the end, as far as it can be told: of this step by its rate, else by `seconds`, which is what each step of
        the run took before; of the steps after it by that. None where neither is known of this step."""
        if not self.index or len(seconds) != self.of:
            return None
        here = self._left_here(seconds[self.index - 1], now)
        return None if here is None else here + sum(filter(None, seconds[self.index :]))

    def _left_here(self, took: float | None, now: float) -> float | None:
        if self.rate > 0 and self.total:
            return (self.total - self.done) / self.rate
        if self.total and self.done >= self.total:
            return 0.0
        return None if took is None else max(took - (now - self.began), 0.0)
