"""A study as the interactive chart takes it: its candidates with their figures, and what is noted beside each."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import words
from workbench.plots import Chart
from workbench.plots.page import page
from workbench.plots.points import chart
from workbench.plots.sketch import sketch
from workbench.plots.verdict import MARGIN
from workbench.study.candidate import Candidate
from workbench.study.estimate import Structure, estimate, structure_of
from workbench.study.notes import Marks, Verdict

if TYPE_CHECKING:
    from workbench.study.study import Study

OPENING = """import workbench as wb

study = wb.Study.open({name!r})
frontier = study.frontier()
for candidate in frontier.candidates:
    print(candidate)
"""
"""The Python that opens a study and prints its frontier."""

AT_ONCE = 50
"""Verdicts that are kept in one transaction: what was worked out until an interruption stays."""

JUDGED = 2
"""Verdicts that said something else are worked out anew."""

Notes = Mapping[str, Mapping[str, Any]]
"""Notes by kind, of candidates by id."""


def chart_of(study: "Study", baseline: Candidate, candidates: Sequence[Candidate], notes: Notes) -> Chart:
    """The chart of these candidates of a study, with the notes that they have."""
    beside = {c.id: _beside(c, notes.get(c.id, {})) for c in candidates}
    of = structure_of(baseline.file) if baseline.file is not None else None
    estimates = {} if of is None else {c.id: _estimated(c, of) for c in candidates if len(c.recipe)}
    return chart(study.name, study.metric, MARGIN, baseline, candidates, beside, estimates)


def unjudged(candidates: Sequence[Candidate], notes: Notes) -> list[Candidate]:
    """The measured candidates whose very file has no verdict yet."""
    return [c for c in candidates if c.status == "measured" and not _kept(c, notes.get(c.id, {}))]


def note_of(candidate: Candidate, verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is noted: with the digest of the file that it is about."""
    return {"file": _file(candidate), "version": JUDGED, **verdict.to_json()}


def page_of(study: "Study") -> str:
    """A study as a page: its chart, and where scripts are off, the picture of its frontier and a table."""
    made = study.chart()
    files = sum(point["status"] == "measured" for point in made.points)
    heading = words.say("page-title" if files != 1 else "page-title-one", study=study.name, files=files)
    frontier = study.frontier()
    still = sketch(frontier.picture()) + frontier.table()
    return page(heading, made, still, OPENING.format(name=study.name))


def _beside(candidate: Candidate, notes: Mapping[str, Any]) -> dict[str, Any]:
    marks = Marks.of(notes)
    said: dict[str, Any] = {"starred": marks.starred, "hidden": marks.hidden, "label": marks.label}
    if _kept(candidate, notes):
        verdict = Verdict.from_json(notes["verdict"])
        said |= {"verdict": verdict.sentence, "loss": verdict.loss}
    return said


def _estimated(candidate: Candidate, of: Structure) -> dict[str, float]:
    found = estimate(candidate.recipe, of)
    return {"size_bytes": found.size_bytes, "parameters": found.parameters, "macs": found.macs}


def _kept(candidate: Candidate, notes: Mapping[str, Any]) -> bool:
    return candidate.status == "measured" and _of_now(notes.get("verdict"), candidate)


def _of_now(noted: Mapping[str, Any] | None, candidate: Candidate) -> bool:
    return noted is not None and (noted["file"], noted.get("version")) == (_file(candidate), JUDGED)


def _file(candidate: Candidate) -> str:
    return candidate.measures["size_bytes"].file_digest
