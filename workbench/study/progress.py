"""Who reads a run's events while a script waits: its own function, or a line on the terminal's standard error."""

import sys
from collections.abc import Callable
from typing import Any, Protocol, Self

from workbench.events import CandidateStarted, EpochMeasured, Event, Progress, StepStarted

Reader = Callable[[Event], None] | None


class _Run(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def candidate(self) -> Any: ...


def reader(on_event: Reader) -> "Listener":
    """The person's own function when there is one, else a line that is rewritten, where standard error is a terminal."""
    if on_event is not None:
        return Listener(on_event)
    return _Line() if sys.stderr.isatty() else Listener(lambda event: None)


class Listener:
    """Passes events on; inside `with`, so that a terminal is left tidy."""

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        self._on_event = on_event

    def __call__(self, event: Event) -> None:
        self._on_event(event)

    def announce(self, run: _Run, index: int, of: int) -> None:
        self(CandidateStarted(run.candidate.id, run.name, index, of))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class _Line(Listener):
    """One line: which candidate, which step, how far."""

    def __init__(self) -> None:
        super().__init__(self._show)
        self._head = ""
        self._step = ""

    def _show(self, event: Event) -> None:
        tail = ""
        if isinstance(event, CandidateStarted):
            self._head = f"{event.index}/{event.of} {event.name}: "
        elif isinstance(event, StepStarted):
            self._step = event.step
        elif isinstance(event, Progress):
            tail = f" {event.done}/{event.total}"
        elif isinstance(event, EpochMeasured):
            tail = f" epoch {event.epoch} of {event.epochs}"
        print(f"\r\x1b[K{self._head}{self._step}{tail}"[:120], end="", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
