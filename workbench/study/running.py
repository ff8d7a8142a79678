"""Candidates and jobs: who works on a candidate, and what its row says when nobody does any more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from workbench import errors, jobs
from workbench.errors import WorkbenchError
from workbench.events import Done, Event, Failed
from workbench.files import digest_json
from workbench.jobs import Job
from workbench.measure.speed import timing_processes
from workbench.models import Model
from workbench.objects import Objects
from workbench.recipes import Recipe
from workbench.records import CandidateRow, Records, StudyRow
from workbench.study.candidate import Candidate
from workbench.study.plugins import pack


@dataclass(frozen=True)
class Run:
    """A candidate in the making. `job` is None where there was nothing to do."""

    job: Job | None
    digest: str
    name: str
    _find: Callable[[str], Candidate]

    @property
    def candidate(self) -> Candidate:
        """The candidate as it is now."""
        return self._find(self.digest)

    def events(self, after: int = 0) -> Iterator[Event]:
        """What happened from byte offset `after` of the job's log on, as it happens, up to the end."""
        return self.job.events(after) if self.job else iter(())

    def wait(self, on_event: Callable[[Event], None] | None = None) -> Candidate:
        """The candidate when the run is over, whatever came of it."""
        for event in self.events():
            if on_event is not None:
                on_event(event)
        return self.candidate

    def cancel(self) -> None:
        """Asks the run to stop; it does within a second or so. Finished steps are kept."""
        if self.job is not None:
            self.job.cancel()


def start(
    records: Records,
    study: StudyRow,
    recipe: Recipe,
    model: Model,
    device: str,
    lane: Literal["quick", "long"],
    limit: float | None,
) -> tuple[CandidateRow, Job | None]:
    """The candidate of a recipe, and the job that makes it: the one that is at it already, a new one, or none."""
    timing_processes()  # what cannot be timed is refused before anything is trained

    def begun(row: CandidateRow) -> Job:
        own = pack(recipe)
        id = jobs.new_id()
        return jobs.submit(
            "workbench.study.work:candidate",
            {"study": study.name, "digest": recipe.digest, "device": device, "job": id},
            blobs=own | ({"model": model.payload} if model.payload is not None else {}),
            lane=lane,
            limit=limit,
            id=id,
            announce=lambda job: records.begin(row.id, job.id),
            disposable=bool(own),
        )

    with jobs.claimed(digest_json([study.name, recipe.digest])):  # two processes that ask at the same time get the same run
        row = settled(records, records.claim(study.name, recipe.digest, recipe.to_json()))
        if row.status == "measured" and row.object and Objects().get(row.object) is not None:
            return row, None
        job = Job.named(row.job) if row.status == "running" and row.job else None
        if job is not None and not job.is_called_off():
            return row, job
        return row, begun(row)


def followed(row: CandidateRow, find: Callable[[str], Candidate]) -> Run:
    """The run of a row that says "running"."""
    assert row.job is not None
    return Run(Job.named(row.job), row.digest, Recipe.from_json(list(row.recipe), missing_ok=True).name, find)


def settled(records: Records, row: CandidateRow) -> CandidateRow:
    """The row as it is; one whose job has ended without saying so in the row (a crash, a kill) is put right first."""
    if row.status != "running" or row.job is None:
        return row
    end = Job.named(row.job).ended()
    if isinstance(end, Failed):
        error = errors.from_json(end.error)
        records.fail(row.id, row.job, _status(error), error.to_json())
    elif not isinstance(end, Done):
        return row
    now = records.candidate(row.study, row.digest)
    assert now is not None
    return now


def _status(error: WorkbenchError) -> Literal["failed", "cancelled", "interrupted"]:
    if isinstance(error, errors.Cancelled):
        return "cancelled"
    return "interrupted" if error.code == "worker-interrupted" else "failed"
