"""What goes on in a study, whoever asked for it: its candidates as they are, and how far each run is.

It is looked at, not told: a look costs two small queries and the new lines of the runs' logs, however many events there were
and however many candidates there are.
"""

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.techniques import FileTechnique
from workbench_widgets.progress import At

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.records import Measurement
    from workbench.study import Candidate, Study
    from workbench.study.running import Run
    from workbench_widgets.session import Session


ASKED = "run-asked"
"""In a session's memory: the recipes that wait until their study is there."""


@dataclass
class _Followed:
    """A run, its log as far as it was read, and what each of its steps took in earlier runs."""

    run: "Run"
    at: At
    seconds: list[float | None]
    read: int = 0

    def read_on(self) -> bool:
        """Reads what is new; says whether there was any."""
        before = self.read
        if self.run.job is not None:
            for offset, event in self.run.job.log.read(self.read):
                self.at, self.read = self.at.after(event, time.monotonic()), offset
        return self.read != before


class Following:
    """One study's candidates and runs, and the baseline's figure of the study's metric.

    `stamp` is another text whenever a candidate was added, taken up or has ended, `marked` whenever one was starred, hidden
    or named.
    """

    def __init__(self, study: "Study") -> None:
        self.study = study
        self.stamp = self.marked = ""
        self.candidates: list[Candidate] = []
        self.baseline: Measurement | None = None
        self._lock = threading.RLock()
        self._runs: dict[str, _Followed] = {}
        self._ended: _Followed | None = None

    def look(self) -> None:
        """Sees what is there now: candidates, which of them run, and how far."""
        with self._lock:
            running = {run.digest: run for run in self.study.running}
            self.marked, stamp = self.study.stamp_of_marks, self.study.stamp
            if stamp != self.stamp:
                self.candidates, self.stamp = self.study.candidates, stamp
                self.baseline = self.study.baseline.measures.get(self.study.metric)
            for digest in [d for d in self._runs if d not in running or self._runs[d].run.job != running[d].job]:
                self._end(self._runs.pop(digest))
            self._runs |= {digest: self._begin(run) for digest, run in running.items() if digest not in self._runs}
            self.read_on()

    def read_on(self) -> bool:
        """Reads the new events of what runs; says whether there were any. The cheaper look."""
        with self._lock:
            moved = [followed.read_on() for followed in self._runs.values()]
        return any(moved)

    @property
    def running(self) -> bool:
        return bool(self._runs)

    @property
    def over(self) -> bool:
        """Whether a run has said its last since the last look."""
        with self._lock:
            return any(followed.at.over for followed in self._runs.values())

    def run_of(self, candidate: str) -> "Run | None":
        """The run that is at a candidate."""
        with self._lock:
            digest = next((c.recipe.digest for c in self.candidates if c.id == candidate), "")
            return self._runs[digest].run if digest in self._runs else None

    def at(self, recipe: "Recipe") -> At | None:
        """How far the run of a recipe is; None where none is under way. The last one that ended keeps its curve."""
        with self._lock:
            followed = self._runs.get(recipe.digest) or self._ended
            return followed.at if followed is not None and followed.run.digest == recipe.digest else None

    def left(self, recipe: "Recipe") -> float | None:
        """Seconds that a run under way still takes, as far as it can be told."""
        with self._lock:
            followed = self._runs.get(recipe.digest)
            return None if followed is None else followed.at.left(followed.seconds, time.monotonic())

    def _end(self, followed: _Followed) -> None:
        followed.read_on()
        self._ended = followed

    def _begin(self, run: "Run") -> _Followed:
        recipe = next((c.recipe for c in self.candidates if c.recipe.digest == run.digest), None)
        return _Followed(run, At(), [] if recipe is None else self.study.step_seconds(recipe))


def following(session: "Session") -> Following | None:
    """What goes on in the session's study; None before there is one. Kept while the study is in hand."""
    kept: Following | None = session.memory.get("following")
    if kept is None or kept.study.name != session.study_name:
        study = session.study()
        kept = None if study is None else Following(study)
        session.memory["following"] = kept
    return kept


def step_names(recipe: "Recipe") -> tuple[str, ...]:
    """The steps of a run in their order, the export and the measuring among them."""
    names = [type(step).__name__ for step in recipe.steps]
    first = next((k for k, step in enumerate(recipe.steps) if isinstance(step, FileTechnique)), len(names))
    return (*names[:first], "Export", *names[first:], "Measure")
