"""What the panel Load shows while something is under way. The rest of the panel stays as it is: only its `busy` is new."""

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.errors import Cancelled
from workbench.events import EpochMeasured, Event, Progress, StepFinished, StepStarted, Submitted
from workbench.jobs import Job

if TYPE_CHECKING:
    from workbench_widgets.session import Session

_EVERY = 0.1
_JOB = re.compile("[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")

LISTENER = "load-listener"
"""In a session's memory: who hears of what is being made ready, or was made last."""


def busy(session: "Session", step: str, share: float = 0.0, done: int = 0, of: int = 0) -> None:
    """Shows a step ("data", "worker", "fit", "baseline"), how far it is (0 to 1), `done` of `of` epochs where it has some,
    whether it can be called off, and the id of the job."""
    listener = session.memory.get(LISTENER)
    how = {"stop": bool(session.memory.get("load-wanted")), "job": listener.job if listener is not None else ""}
    session.memory["load-busy"] = {"step": step, "share": min(max(share, 0.0), 1.0), "done": done, "of": of, **how}
    session.show("load")


class Listener:
    """An `on_event` for a fit and for the measuring of a baseline: shows where they are, ten times a second at most, and ends
    them when nobody wants them any more: at their next event, or at once by `call_off`."""

    def __init__(self, session: "Session", wanted: Callable[[], bool]) -> None:
        self._session = session
        self._wanted = wanted
        self._step = "fit"
        self._before, self._of = 0.0, 1
        self._epochs = (0, 0)
        self._told = 0.0
        self._job: Job | None = None
        session.memory[LISTENER] = self

    @property
    def job(self) -> str:
        return self._job.id if self._job is not None else ""

    def follow(self, job: str) -> None:
        """The job that an earlier page waited for: it is called off too, before anybody has asked for it here."""
        if isinstance(job, str) and _JOB.fullmatch(job) and Job.named(job).ended() is None:
            self._job = Job.named(job)

    def call_off(self) -> None:
        """Asks the job to stop, also where it still waits for its turn; who waits for it is told that it was cancelled."""
        if self._job is not None:
            self._job.cancel()

    def __call__(self, event: Event) -> None:
        if not self._wanted():
            raise Cancelled("cancelled")
        if isinstance(event, Submitted):
            self._job = Job.named(event.job)
            busy(self._session, "worker")
        elif isinstance(event, StepStarted):
            self._step = "fit" if event.step == "fit" else "baseline"
            self._before, self._of, self._epochs = (event.index - 1) / event.of, event.of, (0, 0)
            self._tell(self._before)
        elif isinstance(event, StepFinished):
            self._tell(event.index / event.of)
        elif isinstance(event, EpochMeasured):
            self._epochs = (event.epoch, event.epochs)
            self._tell(self._before + event.epoch / event.epochs / self._of)
        elif isinstance(event, Progress) and time.monotonic() - self._told > _EVERY:
            self._tell(self._before + event.done / max(event.total, 1) / self._of)

    def _tell(self, share: float) -> None:
        self._told = time.monotonic()
        busy(self._session, self._step, share, *self._epochs)


def want(session: "Session", what: str) -> None:
    """From now on this is made ready; another thing that was is called off."""
    if session.memory.get("load-wanted") != what:
        call_off(session)
    session.memory["load-wanted"] = what


def call_off(session: "Session") -> None:
    """Nobody waits any more for what is being made ready."""
    session.memory["load-wanted"] = ""
    listener = session.memory.get(LISTENER)
    if session.memory.pop("load-busy", None) is not None and listener is not None:
        listener.call_off()
