"""What a worker does for a study: the entry points of its jobs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import Cancelled, StepFailed, WorkbenchError
from workbench.graphs.file import GraphFile
from workbench.jobs import Desk
from workbench.models import Model, check_fits, check_weights
from workbench.objects import Objects
from workbench.recipes import Recipe
from workbench.records import Records
from workbench.study.chain import Chain, Outcome
from workbench.study.plugins import unpack
from workbench.study.surroundings import Work
from workbench.tasks import from_spec
from workbench.training.device import pick

BASELINE = "baseline"
"""Stands where a candidate's recipe digest stands: the model as it came, exported and measured."""


def baseline(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Checks a new study's model and task, exports and measures the baseline; only then is the study written down."""
    model = Model.from_json(payload["model"], payload=desk.blob("model"))
    task = from_spec(payload["task"])
    module = model.build()
    check_weights(module)
    check_fits(module, task)
    work = Work(task, model, payload["seed"], pick(payload["device"]), Objects(), desk, None)
    outcome = Chain(work, Recipe([])).run()
    records = Records()
    records.add_study(payload["name"], payload["task"], payload["model"], payload["identity"], payload["seed"])
    row = records.claim(payload["name"], BASELINE, [])
    _finish(records, row.id, outcome)
    return {"candidate": row.id}


def candidate(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Runs the recipe of a claimed candidate; its row says in the end what came of it."""
    records = Records()
    row = records.candidate(payload["study"], payload["digest"])
    study = records.study(payload["study"])
    assert row is not None and study is not None
    try:
        unpack(desk.blob("techniques"))
        recipe = Recipe.from_json(list(row.recipe))
        model = Model.from_json(study.model, payload=desk.blob("model"))
        device = pick(payload["device"])
        work = Work(from_spec(study.task), model, study.seed, device, Objects(), desk, _baseline_file(records, study.name))
        _finish(records, row.id, Chain(work, recipe).run())
    except Cancelled as error:
        records.fail(row.id, payload["job"], "cancelled", error.to_json())
        raise
    except WorkbenchError as error:
        records.fail(row.id, payload["job"], "failed", error.to_json())
        raise
    return {"candidate": row.id}


def _finish(records: Records, candidate: int, outcome: Outcome) -> None:
    records.finish(candidate, outcome.key, outcome.reports, outcome.measures, outcome.lineage)


def _baseline_file(records: Records, study: str) -> GraphFile:
    row = records.candidate(study, BASELINE)
    folder = Objects().get(row.object) if row is not None and row.object else None
    if folder is None:
        raise StepFailed("baseline-gone", name=study)
    return GraphFile(Path(folder) / "model.onnx")
