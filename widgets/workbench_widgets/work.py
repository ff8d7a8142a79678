"""One thing that is done in the background, as traits that a page shows.

A widget's callback only starts and signals: in Voila it runs in the kernel's main thread, in JupyterLab in a thread of
its own, and while it runs no other callback does, Cancel among them. So the work waits in a thread here, and says where
it is by setting traits, at most ten times a second.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from workbench.errors import WorkbenchError
from workbench.events import EpochMeasured, Event, Progress, StepFinished, StepStarted

if TYPE_CHECKING:
    from workbench.jobs import Job

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
        self._job: Job | None = None
        self._cancelled = False
        self._shown = 0.0

    def start(self, does: Callable[["Work"], Any]) -> bool:
        """Has `does(self)` done in a thread; False, and nothing begins, while something is under way."""
        with self._lock:
            if self.busy:
                return False
            self._cancelled, self._job = False, None
            self.set_trait("busy", True)
        threading.Thread(target=self._carry_out, args=(does,), daemon=True).start()
        return True

    def cancel(self) -> None:
        """Asks the job in hand to stop; one that is not submitted yet stops as soon as it is."""
        self._cancelled = True
        if self._job is not None:
            self._job.cancel()

    def follow(self, job: "Job") -> None:
        """Shows a job's events until it is over."""
        self._job = job
        if self._cancelled:
            job.cancel()
        for event in job.events():
            self._read(event)

    def say(self, step: str, share: float) -> None:
        with self.hold_trait_notifications():
            self.step, self.share = step, min(max(share, 0.0), 1.0)

    def _carry_out(self, does: Callable[["Work"], Any]) -> None:
        error = ""
        try:
            does(self)
        except WorkbenchError as refused:
            error = str(refused)
        except Exception as unexpected:  # nobody else hears of what a thread raises
            error = f"{type(unexpected).__name__}: {unexpected}"
        with self.hold_trait_notifications():
            self.error, self.busy, self.finished = error, False, self.finished + 1

    def _read(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self._at = (event.index - 1, event.of, event.step)
            self.say(event.step, (event.index - 1) / event.of)
        elif isinstance(event, StepFinished):
            self.say(event.step, event.index / event.of)
        elif isinstance(event, Progress | EpochMeasured) and time.monotonic() - self._shown > _SHOWN_EVERY:
            self._shown = time.monotonic()
            self._within(event)

    def _within(self, event: Progress | EpochMeasured) -> None:
        before, of, step = getattr(self, "_at", (0, 1, ""))
        done, total = (event.done, event.total) if isinstance(event, Progress) else (event.epoch, event.epochs)
        unit = "" if isinstance(event, Progress) else "epoch "
        self.say(f"{step}, {unit}{done} of {total}", (before + done / max(total, 1)) / of)
