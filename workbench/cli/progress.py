"""One reader of a job's events: bars on a terminal, one line a step elsewhere. Everything goes to standard error."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from workbench.events import CandidateStarted, EpochMeasured, Event, Progress, Said, StepFinished, StepStarted
from workbench.jobs.progress import Lines
from workbench.words import say


class Bars:
    """For a terminal: one bar a candidate, with the step in hand beside it."""

    def __init__(self, bars: Any, title: str) -> None:
        self.bars = bars
        self.title = title
        self.task: Any = None

    def __call__(self, event: Event) -> None:
        if isinstance(event, CandidateStarted):
            self._begin(f"{event.index} of {event.of}: {event.name}")
        elif isinstance(event, StepStarted):
            self._show(event.step, completed=event.index - 1, total=event.of)
        elif isinstance(event, StepFinished):
            self._show(event.step, completed=event.index, total=event.of)
        elif isinstance(event, Progress) and event.total:
            self._show(f"{event.step} {event.done} of {event.total}")
        elif isinstance(event, EpochMeasured):
            self._show(f"epoch {event.epoch} of {event.epochs}")
        elif isinstance(event, Said):
            self.bars.console.print(say(event.code, **event.fields), highlight=False)

    def _begin(self, title: str) -> None:
        self.task = self.bars.add_task(title, total=None, step="")

    def _show(self, step: str, **values: Any) -> None:
        if self.task is None:
            self._begin(self.title)
        self.bars.update(self.task, step=step, **values)


@contextlib.contextmanager
def showing(title: str = "") -> Iterator[Callable[[Event], None]]:
    """An `on_event` that shows where the work is; `title` names what is worked on until an event names a candidate."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[step]}"), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(stderr=True)) as bars:
        yield Bars(bars, title)
