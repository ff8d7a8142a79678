"""Who reads a run's events while a script waits: its own function, or standard error."""

import sys
from collections.abc import Callable
from typing import Any, Protocol, Self

from workbench.events import CandidateStarted, EpochMeasured, Event, Progress, Said, StepFinished, StepStarted
from workbench.words import say

Reader = Callable[[Event], None] | None


class _Run(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def candidate(self) -> Any: ...


def reader(on_event: Reader) -> "Listener":
    """The person's own function when there is one; else a line that is rewritten on a terminal, and elsewhere a line for each
    step that is done. A notebook keeps what it is told, so there nothing is."""
    if on_event is not None:
        return Listener(on_event)
    if sys.stderr.isatty():
        return _Line()
    return Listener(lambda event: None) if "ipykernel" in sys.modules else Listener(Lines())


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


class Lines:
    """For a log or a pipe: a line for every candidate, and for every step that was done."""

    def __call__(self, event: Event) -> None:
        if isinstance(event, CandidateStarted):
            self._print(f"{event.index} of {event.of}: {event.name}")
        elif isinstance(event, StepFinished):
            self._print(f"  {event.step}, " + ("reused" if event.reused else f"{event.seconds:.1f} s"))
        elif isinstance(event, Said):
            self._print(say(event.code, **event.fields))

    def _print(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


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
