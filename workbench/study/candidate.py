"""A candidate: what a recipe gave. The ONNX file, its measures, its reports, or the reason why there is none."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import words
from workbench.errors import InputError
from workbench.objects import Objects
from workbench.recipes import Recipe
from workbench.records import CandidateRow, Measurement, Report, Status

if TYPE_CHECKING:
    from workbench.publish import Artifact
    from workbench.study.study import Study


class Candidate:
    """A view of one row of a study, as it was when it was read: `study.candidates` reads anew.

    `status` is "measured", "failed", "cancelled", "running" or "interrupted" (its worker was lost: run it again).
    `measures` are by name, `report` is what each step did; both are empty until it is measured.
    """

    def __init__(self, study: "Study", row: CandidateRow, id: str) -> None:
        self.study = study
        self.id = id
        self._row = row
        self.status: Status = row.status
        self.measures: Mapping[str, Measurement] = row.measures
        self.reports: tuple[Report, ...] = row.reports
        self.lineage: Mapping[str, Any] = row.lineage

    @cached_property
    def recipe(self) -> Recipe:
        """What was asked for; a step whose technique is not known here keeps what was written."""
        return Recipe.from_json(list(self._row.recipe), missing_ok=True)

    @property
    def name(self) -> str:
        """The recipe in one line."""
        return self.id if self.id == "baseline" else self.recipe.name

    @property
    def reason(self) -> str | None:
        """Why it failed or was cancelled, in one sentence."""
        error = self._row.reason
        return words.say(error["code"], **error["fields"]) if error else None

    @property
    def file(self) -> Path | None:
        """The measured ONNX file; None while there is none."""
        return Objects().folder(self._row.object) / "model.onnx" if self.status == "measured" and self._row.object else None

    @property
    def report(self) -> str:
        """What each step did to each layer, as text; `reports` has it as records."""
        return "\n".join(str(r) for r in self.reports)

    def publish(self, name: str, alias: str | None = None, **details: Any) -> "Artifact":
        """Publishes this very file as the next version of `name`: see `workbench.publish.publish`."""
        from workbench.publish import publish

        if self.file is None:
            raise InputError("not-measured", candidate=self.id, status=self.status, reason=self.reason or "")
        return publish(self, name, alias, **details)

    def __repr__(self) -> str:
        if self.status != "measured":
            return f"Candidate({self.id}, {self.name}, {self.status}: {self.reason})"
        quality = self.measures.get(self.study.metric)
        figures = [str(m) for m in (quality, self.measures["size_bytes"]) if m is not None]
        return f"Candidate({self.id}, {self.name}, {', '.join(figures)})"
