"""The test split: scored on a spoken wish and at publication, and every look is counted."""

import json
from pathlib import Path

from workbench.errors import InputError
from workbench.files import digest_json, read_json
from workbench.graphs.file import GraphFile
from workbench.measure import quality
from workbench.measure.answers import answers_afresh, finite
from workbench.measure.quality import as_measures
from workbench.objects import Objects
from workbench.records import Measurement, Records
from workbench.study.candidate import Candidate
from workbench.tasks import Task
from workbench.tasks.task import Array


def score_test(records: Records, study: str, task: Task, candidate: Candidate) -> dict[str, Measurement]:
    """The task's metrics of a candidate's file on the test split. A file that was scored before is read back: no new look."""
    if candidate.file is None:
        raise InputError("not-measured", candidate=candidate.id, status=candidate.status, reason=candidate.reason or "")
    file = GraphFile(candidate.file)
    key = digest_json({"test": task.test.digest, "file": file.digest, "study": study})
    folder = Objects().get(key)
    if folder is None:
        found = _score(file, task, GraphFile(_baseline(candidate)))
        folder = Objects().put(key, lambda f: _keep(f, found))
        records.count_look(study)
    return {name: Measurement.from_json(m) for name, m in read_json(folder / "test.json").items()}


def _score(file: GraphFile, task: Task, baseline: GraphFile) -> dict[str, Measurement]:
    """Both files answer in fresh processes that open them from disk."""
    truth = _answered(baseline, task) if task.kind == "outputs" else None
    return as_measures(quality(_answered(file, task), task.test, task.kind, truth), file.digest)


def _answered(file: GraphFile, task: Task) -> list[Array]:
    return finite(answers_afresh(file, task.test), task.test)


def _baseline(candidate: Candidate) -> Path:
    file = candidate.study.baseline.file
    assert file is not None
    return file


def _keep(folder: Path, found: dict[str, Measurement]) -> None:
    (folder / "test.json").write_text(json.dumps({n: m.to_json() for n, m in found.items()}, indent=1), encoding="utf-8")
