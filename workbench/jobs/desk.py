"""The desk that an entry point works at: where it says what happens, and learns that it should stop.

An entry point is a function `entry(payload, desk) -> result`, JSON in and JSON out, named "package.module:function".
"""

import importlib
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import Cancelled, StepFailed, WorkbenchError
from workbench.events import Done, Event, EventLog, Failed, StepStarted
from workbench.jobs.exclusive import wait_while_measuring, working

CANCEL = "cancel"
"""The name of a file in a job's folder: where it is, the job is to stop."""


class Desk:
    """What a running job has: its folder, its event log, and the bytes that came with it over the private pipe."""

    def __init__(self, job_folder: Path, blobs: Mapping[str, bytes]) -> None:
        self.job_folder = job_folder
        self.step = ""
        self._log = EventLog(job_folder / "events.jsonl")
        self._blobs = blobs
        self._looked = 0.0

    def emit(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self.step = event.step
        self._log.append(event)

    def check(self) -> None:
        """Raises `Cancelled` when somebody asked for it; waits while a latency is taken anywhere on this machine."""
        now = time.monotonic()
        if now - self._looked < 0.02:
            return
        self._look()
        wait_while_measuring(self._look)
        self._looked = time.monotonic()

    def _look(self) -> None:
        if (self.job_folder / CANCEL).exists():
            raise Cancelled("cancelled")

    def blob(self, name: str) -> bytes | None:
        return self._blobs.get(name)


def carry_out(entry: str, payload: Mapping[str, Any], desk: Desk) -> None:
    """Runs an entry point; its end, whatever it is, is the last event of the job's log."""
    try:
        with working():
            desk.check()
            module, _, name = entry.partition(":")
            result = getattr(importlib.import_module(module), name)(payload, desk)
        desk.emit(Done(result))
    except WorkbenchError as error:
        desk.emit(Failed(error.to_json()))
    except MemoryError:
        desk.emit(Failed(StepFailed("out-of-memory", step=desk.step or entry).to_json(), traceback.format_exc()))
    except (Exception, SystemExit) as error:  # a person's code may call sys.exit too
        said = StepFailed("step-raised", step=desk.step or entry, what=type(error).__name__, why=_short(error))
        desk.emit(Failed(said.to_json(), traceback.format_exc()))


def _short(error: BaseException) -> str:
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "its message cannot be read"
    return text if len(text) <= 400 else text[:397] + "..."
