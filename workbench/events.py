"""Typed events of a job, and the append-only log that progress bars, widgets, the command line and tests all read."""

import contextlib
import dataclasses
import errno
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """The root: what happened, and when (seconds since the epoch)."""

    kind: ClassVar[str] = "event"
    final: ClassVar[bool] = False

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind} | dataclasses.asdict(self)


@dataclass(frozen=True)
class StepStarted(Event):
    """A step of a recipe begins: the `index`-th of `of`."""

    kind = "step-started"
    step: str
    index: int
    of: int


@dataclass(frozen=True)
class StepFinished(Event):
    """A step is done; `reused` when it was read back from an earlier run."""

    kind = "step-finished"
    step: str
    index: int
    of: int
    seconds: float
    reused: bool = False


@dataclass(frozen=True)
class Progress(Event):
    """Within a step: `done` of `total` units, units per second."""

    kind = "progress"
    step: str
    done: int
    total: int
    rate: float = 0.0


@dataclass(frozen=True)
class EpochMeasured(Event):
    """One point of a training curve: figures by name ("train_loss", "validation_accuracy", ...)."""

    kind = "epoch-measured"
    epoch: int
    epochs: int
    figures: dict[str, float]


@dataclass(frozen=True)
class Said(Event):
    """A remark for people: a code and its fields, worded in `workbench.words`."""

    kind = "said"
    code: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class CandidateStarted(Event):
    """Several recipes are run: the `index`-th of `of` comes next."""

    kind = "candidate-started"
    candidate: str
    name: str
    index: int
    of: int


@dataclass(frozen=True)
class Submitted(Event):
    """A job waits for its turn. Whoever waits for it is told so first, and can call it off by its id (`Job.named`)."""

    kind = "submitted"
    job: str


@dataclass(frozen=True)
class FileMeasured(Event):
    """A preview's file is there, with these measures so far (name to `Measurement.to_json()`), and what it was held against."""

    kind = "file-measured"
    file: str
    measures: dict[str, Any]
    parity: dict[str, Any]


@dataclass(frozen=True)
class Done(Event):
    """The job's last event when it went well; `result` is what its entry point returned."""

    kind = "done"
    final = True
    result: Any


@dataclass(frozen=True)
class Failed(Event):
    """The job's last event when it did not; `error` is `WorkbenchError.to_json()`, `trace` is for the log."""

    kind = "failed"
    final = True
    error: dict[str, Any]
    trace: str = ""


KINDS: dict[str, type[Event]] = {
    c.kind: c
    for c in (StepStarted, StepFinished, Progress, EpochMeasured, Said, CandidateStarted, Submitted, FileMeasured, Done, Failed)
}


def from_json(data: dict[str, Any]) -> Event:
    """The event that `Event.to_json` wrote down (the time stamp of the log is left aside)."""
    return KINDS[data["kind"]](**{k: v for k, v in data.items() if k not in ("kind", "at")})


class EventLog:
    """An append-only file of events, one JSON line each; a reader starts at any offset, in any process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, event: Event) -> None:
        """One write of one line, so that lines of several writers never mix."""
        line = json.dumps(event.to_json() | {"at": time.time()}) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            if os.write(handle, line.encode()) < len(line.encode()):
                raise OSError(errno.ENOSPC, "the disk is full", str(self.path))
        finally:
            os.close(handle)

    def read(self, after: int = 0) -> Iterator[tuple[int, Event]]:
        """The events from byte offset `after` on that are whole by now, each with the offset behind it."""
        if not self.path.exists():
            return
        with open(self.path, "rb") as f:
            f.seek(after)
            for line in f:
                if not line.endswith(b"\n"):
                    return
                after += len(line)
                with contextlib.suppress(ValueError):  # what a full disk left of a line
                    yield after, from_json(json.loads(line))

    def last(self) -> Event | None:
        """The newest event that is whole. Read from the end, so that a long log costs no more than a short one."""
        if not self.path.exists():
            return None
        with open(self.path, "rb") as f:
            size, window = f.seek(0, os.SEEK_END), 4096
            while True:
                f.seek(max(0, size - window))
                lines = f.read().split(b"\n")[:-1]  # after the last newline is half a line, or nothing
                for line in reversed(lines if window >= size else lines[1:]):
                    with contextlib.suppress(ValueError):
                        return from_json(json.loads(line))
                if window >= size:
                    return None
                window *= 16
