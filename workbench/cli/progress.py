"""One reader of a job's events: bars on a terminal, one line a step elsewhere. Everything goes to standard error."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

from workbench.events import EpochMeasured, Event, Progress, Said, StepFinished, StepStarted
from workbench.words import say


class Lines:
    """For a log or a pipe: a line when a step begins, and when one was reused."""

    def candidate(self, name: str) -> Callable[[Event], None]:
        def read(event: Event) -> None:
            if isinstance(event, StepFinished):
                how = "reused" if event.reused else f"{event.seconds:.1f} s"
                print(f"{name}: {event.index} of {event.of} {event.step}, {how}", file=sys.stderr, flush=True)
            elif isinstance(event, Said):
                print(say(event.code, **event.fields), file=sys.stderr, flush=True)

        return read


class Bars:
    """For a terminal: one bar a candidate, with the step in hand beside it."""

    def __init__(self, bars: Any) -> None:
        self.bars = bars

    def candidate(self, name: str) -> Callable[[Event], None]:
        bar = self.bars.add_task(name, total=None, step="waiting")

        def read(event: Event) -> None:
            if isinstance(event, StepStarted):
                self.bars.update(bar, completed=event.index - 1, total=event.of, step=event.step)
            elif isinstance(event, Progress) and event.total:
                self.bars.update(bar, step=f"{event.step} {event.done} of {event.total}")
            elif isinstance(event, EpochMeasured):
                self.bars.update(bar, step=f"epoch {event.epoch} of {event.epochs}")
            elif isinstance(event, StepFinished):
                self.bars.update(bar, completed=event.index, total=event.of, step=event.step)
            elif isinstance(event, Said):
                self.bars.console.print(say(event.code, **event.fields), highlight=False)

        return read


@contextlib.contextmanager
def showing() -> Iterator[Lines | Bars]:
    """The reader that fits where standard error goes to: `.candidate(name)` is an `on_event`."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[step]}"), TimeElapsedColumn())
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars)
