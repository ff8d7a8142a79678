"""A knob's position as a measured file, while it is moved: `preview` needs no training, times nothing, keeps nothing."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import jobs, machine, words
from workbench.errors import InputError
from workbench.events import Event, Failed, FileMeasured
from workbench.files import Digest, digest_json, home
from workbench.recipes import Recipe
from workbench.records import Estimate, Measurement, Records, Status
from workbench.study.estimate import estimate, structure_of
from workbench.study.latency import latency
from workbench.study.plugins import code_of, pack
from workbench.study.times import table

if TYPE_CHECKING:
    from workbench.study.study import Study


@dataclass(frozen=True)
class Preview:
    """What a recipe gives, measured but not timed, and not one of the study's candidates (`Study.keep` makes it one).

    `measures` has `size_bytes`, `parameters`, `nonzero_share` and `macs` as soon as the file is there, and the task's
    metrics on validation in the end. `parity` tells what the file's answers were held against ("truth"), on how many
    samples ("n"), and how far they are from it at most as a share of the largest output ("difference", and the "limit").
    The file stays until the study is closed. `error` is what went wrong, as code and fields.
    """

    recipe: Recipe
    status: Status
    file: Path | None
    measures: Mapping[str, Measurement] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    parity: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str | None:
        """Why it failed or was cancelled, in one sentence."""
        return words.say(self.error["code"], **self.error["fields"]) if self.error else None


@dataclass(frozen=True)
class Previewed:
    """An event of `preview`: the candidate as far as it is known."""

    candidate: Preview


def preview(study: "Study", recipe: Recipe) -> Iterator[Estimate | Previewed]:
    """Yields an `Estimate` at once, then a `Previewed` when the file is there, and one more with its quality.

    What fails is a preview whose status is "failed", with its reason. Raises `InputError`, after the estimate, for a
    recipe that cannot work, or that trains: such a one has to be run. Closed before its end, it is called off.
    """
    yield _estimated(study, recipe)
    recipe.check(study.model, study.task)
    trains = [type(step).__name__ for step in recipe.steps if step.order == "recovery"]
    if trains:
        raise InputError("preview-trains", step=trains[0])
    job = _job(study, recipe)
    try:
        for event in job.events():
            shown = _shown(recipe, event)
            if shown is not None:
                yield shown
    except GeneratorExit:
        job.cancel()
        raise


def close(study: str) -> None:
    """Takes away the files of a study's previews."""
    shutil.rmtree(folder_of(study), ignore_errors=True)


def folder_of(study: str) -> Path:
    return home() / "previews" / study


def _estimated(study: "Study", recipe: Recipe) -> Estimate:
    """The arithmetic of the layers, and the latency as far as this study's timed files and the machine's table tell it."""
    baseline = study.baseline.file
    assert baseline is not None
    of, here = structure_of(baseline), machine.here().summary
    timed = [(c.recipe, m) for c in (study.baseline, *study.candidates) if (m := c.measures.get("latency_b1_ms")) is not None]
    points = [(r, m.value) for r, m in timed if m.machine == here]
    return replace(estimate(recipe, of), latency_b1_ms=latency(recipe, of, points, table()))


def _job(study: "Study", recipe: Recipe) -> jobs.Job:
    to = folder_of(study.name) / _key(study, recipe)[:32]
    asked = {
        "study": study.name,
        "recipe": recipe.to_json(),
        "device": "cpu",
        "to": str(to),
        "baseline": str(study.baseline.file),
    }
    blobs = pack(recipe) | ({"model": study.model.payload} if study.model.payload is not None else {})
    return jobs.submit("workbench.study.previewing:preview", asked, blobs=blobs, lane="quick")


def _key(study: "Study", recipe: Recipe) -> Digest:
    """All that a preview's file and measures depend on: as of a run's steps, the code of a person's own techniques too."""
    row = Records().study(study.name)
    assert row is not None
    steps = [{**step.described(), **code_of(type(step))} for step in recipe.steps]
    return digest_json([row.model, row.task, row.seed, machine.versions(), steps])


def _shown(recipe: Recipe, event: Event) -> Previewed | None:
    if isinstance(event, FileMeasured):
        measures = {name: Measurement.from_json(m) for name, m in event.measures.items()}
        return Previewed(Preview(recipe, "measured", Path(event.file), measures, parity=event.parity))
    if isinstance(event, Failed):
        status: Status = "cancelled" if event.error["type"] == "Cancelled" else "failed"
        return Previewed(Preview(recipe, status, None, {}, event.error))
    return None
