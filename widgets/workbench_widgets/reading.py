"""The live reading: what is found out about the recipe in hand while its cards change, the newest one first.

The layers' arithmetic is done in the browser. From here come the latency, the cost of a run, and, where nothing has to be
trained, the very file with its quality (`workbench.preview`). One thread a session works at it, and turns to the newest recipe
as soon as it can: what was asked for before is dropped.
"""

import threading
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench_widgets.following import step_names
from workbench_widgets.refusals import kept, sentence

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.study import Preview, Study
    from workbench_widgets.session import Session

NOTHING = {"state": "none", "size_bytes": None, "parameters": None, "accuracy": None, "sentence": None}
"""A preview of which nothing is known."""

FAILED = NOTHING | {"state": "failed"}


class Reading:
    """What is known of one recipe in one study. `latency` is {"value", "low", "high"} in ms, `cost` in seconds; `refused` is
    what the study's model or data have against a step, `failed` what went wrong with the preview otherwise."""

    def __init__(self, study: "Study", recipe: "Recipe") -> None:
        self.study = study
        self.recipe = recipe
        self.stamp = study.stamp
        self.latency: dict[str, float] | None = None
        self.cost: float | None = None
        self.seconds: list[float | None] = []
        self.preview: dict[str, Any] = NOTHING
        self.refused: InputError | None = None
        self.failed: Exception | Preview | None = None

    @property
    def why(self) -> str | None:
        """Why there is no preview, where it failed."""
        failed = self.refused or self.failed
        return sentence(failed) if isinstance(failed, Exception) else failed.reason if failed is not None else None

    def is_of(self, study: "Study", recipe: "Recipe") -> bool:
        return study.name == self.study.name and recipe == self.recipe


class Reader:
    """The one of a session. `read` tells what is known of a recipe by now and has the rest found out."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._lock = threading.Lock()
        self._newest: Reading | None = None
        self._todo: Reading | None = None
        self._busy = False

    def read(self, study: "Study", recipe: "Recipe") -> Reading:
        with self._lock:
            kept = self._newest
            if kept is not None and kept.is_of(study, recipe) and kept.stamp == study.stamp:
                return kept
            made = Reading(kept.study if kept is not None and kept.study.name == study.name else study, recipe)
            if kept is not None and kept.is_of(study, recipe):  # the same recipe, when more files have been measured
                made.preview, made.latency, made.cost, made.seconds = kept.preview, kept.latency, kept.cost, kept.seconds
                made.failed = kept.refused or kept.failed
            self._newest = self._todo = made
            if not self._busy:
                self._busy = True
                self._session.aside("recipe", self._work)
            return made

    def _work(self) -> None:
        while (reading := self._next()) is not None:
            try:
                self._find_out(reading)
            except Exception as error:  # the next recipe is read all the same
                reading.preview, reading.failed = FAILED, kept(error)
                self._tell(reading)

    def _next(self) -> Reading | None:
        with self._lock:
            reading, self._todo = self._todo, None
            self._busy = reading is not None
            return reading

    def _find_out(self, reading: Reading) -> None:
        import workbench as wb

        events = wb.preview(reading.study, reading.recipe)
        try:
            expected = next(events).latency_b1_ms  # type: ignore[union-attr]  # the first one is the estimate
            if expected is not None:
                reading.latency = {"value": expected.value, "low": expected.low, "high": expected.high}
            reading.cost = reading.study.expected_seconds(reading.recipe)
            reading.seconds = _of_steps(reading.study, reading.recipe)
            reading.recipe.check(reading.study.model, reading.study.task)
            if any(step.order == "recovery" for step in reading.recipe.steps) or reading.preview["state"] == "accuracy":
                return self._tell(reading)
            reading.preview = NOTHING | {"state": "working"}
            self._tell(reading)
            for event in events:
                found = event.candidate  # type: ignore[union-attr]
                reading.failed = None if found.status == "measured" else found
                reading.preview = _shown(found, reading.study.metric) if found.status == "measured" else FAILED
                self._tell(reading)
                if reading is not self._newest:
                    return None
        except InputError as error:
            reading.preview, reading.refused = FAILED, kept(error)
            self._tell(reading)
        finally:
            events.close()  # type: ignore[attr-defined]
        return None

    def _tell(self, reading: Reading) -> None:
        if reading is self._newest:
            self._session.show("recipe")


def reader(session: "Session") -> Reader:
    """The session's reader, made when it is first asked for."""
    made: Reader = session.memory.setdefault("recipe-reader", Reader(session))
    return made


def _of_steps(study: "Study", recipe: "Recipe") -> list[float | None]:
    """What each of the recipe's own steps would take, in seconds."""
    told = zip(step_names(recipe), study.step_seconds(recipe), strict=True)
    return [None if seconds is None else round(seconds, 3) for name, seconds in told if name not in ("Export", "Measure")]


def _shown(found: "Preview", metric: str) -> dict[str, Any]:
    """A measured preview as the page shows it."""
    quality = found.measures.get(metric)
    figures = {name: found.measures[name].value for name in ("size_bytes", "parameters")}
    interval = None if quality is None else [quality.value, quality.low, quality.high]
    return {"state": "file" if quality is None else "accuracy", "sentence": None, "accuracy": interval, **figures}
