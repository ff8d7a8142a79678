"""A job as anyone sees it: its folder on disk, its events, whether somebody works on it, its end.

<home>/jobs/<id>/job.json        what was asked (never the environment, never a module's bytes)
<home>/jobs/<id>/events.jsonl    what happened
<home>/jobs/<id>/alive           locked by the foreman for as long as the job is in its hands
<home>/jobs/<id>/cancel          there when somebody wants it to stop
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench import errors, events
from workbench.errors import Cancelled, WorkerLost
from workbench.events import Event, EventLog
from workbench.files import home
from workbench.jobs.desk import CANCEL

_POLL = 0.02

HAND_OVER = 10.0
"""Seconds within which a job without events and without a foreman is taken for one that is just being handed over."""


@dataclass(frozen=True)
class Job:
    """The job of that id under the home's `jobs` folder."""

    id: str
    folder: Path

    @classmethod
    def named(cls, id: str) -> "Job":
        return cls(id, home() / "jobs" / id)

    @property
    def log(self) -> EventLog:
        return EventLog(self.folder / "events.jsonl")

    def alive(self) -> bool:
        """Whether a foreman has the job in its hands (queued or running)."""
        try:
            with open(self.folder / "alive") as f:
                fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def events(self, after: int = 0) -> Iterator[Event]:
        """Every event from byte offset `after` on, as it happens, up to the last one.

        A job that nobody works on any more ends with a `Failed` event of its own making ("worker-interrupted"), and one that
        was called off while it waited for its turn with "cancelled".
        """
        while True:
            alive = self.alive() or self._handed_over()  # asked before reading: what came before the end is then read
            final = False
            for offset, event in self.log.read(after):
                after, final = offset, event.final
                yield event
            if final:
                return
            if self._called_off(after):
                yield events.Failed(Cancelled("cancelled").to_json())
                return
            if not alive:
                yield events.Failed(WorkerLost("worker-interrupted", job=self.id).to_json())
                return
            time.sleep(_POLL)

    def _handed_over(self) -> bool:
        """Whether the job has just been written down, and no foreman has taken it yet."""
        try:
            age = time.time() - (self.folder / "job.json").stat().st_mtime
        except FileNotFoundError:
            return False
        return age < HAND_OVER and not (self.folder / "alive").exists()

    def _called_off(self, read: int) -> bool:
        """Whether it is to stop and nothing has come of it: a worker that takes it up now only says that it is cancelled."""
        return read == 0 and self.is_called_off()

    def ended(self) -> Event | None:
        """The last event of a job that is over; None while it is in somebody's hands."""
        alive = self.alive() or self._handed_over()
        last = self.log.last()
        if last is not None and last.final:
            return last
        if last is None and self._called_off(0):
            return events.Failed(Cancelled("cancelled").to_json())
        return None if alive else events.Failed(WorkerLost("worker-interrupted", job=self.id).to_json())

    def step(self) -> str:
        """The step that the job is in, or was in last."""
        steps = [e.step for _, e in self.log.read() if isinstance(e, events.StepStarted)]
        return steps[-1] if steps else "the first step"

    def wait(self, on_event: Callable[[Event], None] | None = None) -> Any:
        """The job's result; raises the `WorkbenchError` that ended it."""
        for event in self.events():
            if on_event is not None:
                on_event(event)
            if isinstance(event, events.Done):
                return event.result
            if isinstance(event, events.Failed):
                raise errors.from_json(event.error)
        raise AssertionError("events() always ends with a final one")

    def is_called_off(self) -> bool:
        """Whether somebody has asked it to stop."""
        return (self.folder / CANCEL).exists()

    def cancel(self) -> None:
        """Asks the job to stop; its worker is killed when it has not within half a second."""
        with suppress(FileNotFoundError):  # somebody has cleared the folder of jobs
            (self.folder / CANCEL).touch()
