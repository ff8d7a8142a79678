"""One thing that is done in the background, as traits that a page shows.

A widget's callback only starts and signals: in Voila it runs in the kernel's main thread, in JupyterLab in a thread of
its own, and while it runs no other callback does, Cancel among them. So the work waits in a thread here, and says where
it is by setting traits, at most ten times a second.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import traitlets

from workbench.errors import Cancelled, WorkbenchError
from workbench.events import EpochMeasured, Event, Progress, StepFinished, StepStarted

if TYPE_CHECKING:
    from workbench.study.running import Run

Does = Callable[["Work"], str | None]
"""What is done: it gets the work to say where it is, and returns what went wrong, in a sentence, or None."""

_SHOWN_EVERY = 0.1


class Work(traitlets.HasTraits):
    """`busy` while it lasts; `step` says where it is, `share` how far (0 to 1); `error` is what went wrong, in a sentence."""

    busy = traitlets.Bool(False)
    step = traitlets.Unicode("")
    share = traitlets.Float(0.0)
    error = traitlets.Unicode("")
    finished = traitlets.Int(0)

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._run: Run | None = None
        self._cancelled = False
        self._shown = 0.0
        self._at = (0, 1, "")

    def start(self, does: Does) -> bool:
        """Has `does(self)` done in a thread; False, and nothing begins, while something is under way."""
        with self._lock:
            if self.busy:
                return False
            self._cancelled, self._run = False, None
            self.set_trait("busy", True)
        threading.Thread(target=self._carry_out, args=(does,), daemon=True).start()
        return True

    def cancel(self) -> None:
        """Asks for an end: the run in hand is cancelled, other work ends with its next event."""
        self._cancelled = True
        if self._run is not None:
            self._run.cancel()

    def follow(self, run: "Run") -> None:
        """Shows a run's events until it is over."""
        self._run = run
        if self._cancelled:
            run.cancel()
        for event in run.events():
            self._show(event)

    def read(self, event: Event) -> None:
        """An `on_event` for verbs that wait themselves: shows where they are, and ends them when that is asked for."""
        if self._cancelled:
            raise Cancelled("cancelled")
        self._show(event)

    def say(self, step: str, share: float) -> None:
        with self.hold_trait_notifications():
            self.step, self.share = step, min(max(share, 0.0), 1.0)

    def _carry_out(self, does: Does) -> None:
        try:
            error = does(self) or ""
        except WorkbenchError as refused:
            error = str(refused)
        except Exception as unexpected:  # nobody else hears of what a thread raises
            error = f"{type(unexpected).__name__}: {unexpected}"
        with self.hold_trait_notifications():
            self.error, self.busy, self.finished = error, False, self.finished + 1

    def _show(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self._at = (event.index - 1, event.of, event.step)
            self.say(event.step, (event.index - 1) / event.of)
        elif isinstance(event, StepFinished):
            self.say(event.step, event.index / event.of)
        elif isinstance(event, Progress | EpochMeasured) and time.monotonic() - self._shown > _SHOWN_EVERY:
            self._shown = time.monotonic()
            self._within(event)

    def _within(self, event: Progress | EpochMeasured) -> None:
        before, of, step = self._at
        done, total = (event.done, event.total) if isinstance(event, Progress) else (event.epoch, event.epochs)
        unit = "" if isinstance(event, Progress) else "epoch "
        head = f"{step}, " if step else ""
        self.say(f"{head}{unit}{done} of {total}", (before + done / max(total, 1)) / of)
