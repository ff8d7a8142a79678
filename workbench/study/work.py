"""What a worker does for a study: the entry points of its jobs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.errors import Cancelled, NotFound, WorkbenchError
from workbench.graphs.file import GraphFile
from workbench.jobs import Desk
from workbench.models import Model, check_fits, check_weights
from workbench.objects import Objects
from workbench.recipes import Recipe
from workbench.records import BASELINE, Records, StudyRow
from workbench.study.chain import Chain
from workbench.study.keeping import sweep
from workbench.study.plugins import unpack
from workbench.study.surroundings import Work
from workbench.tasks import from_spec
from workbench.training.device import pick


def baseline(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Checks a new study's model and task, exports and measures the baseline, and writes both down together.

    For a study that is there already, its baseline is made again where it is gone or damaged.
    """
    model = Model.from_json(payload["model"], payload=desk.blob("model"))
    task = from_spec(payload["task"])
    module = model.build()
    check_weights(module)
    check_fits(module, task)
    work = Work(task, model, payload["seed"], pick(payload["device"]), Objects(), desk, None)
    outcome = Chain(work, Recipe([])).run()
    asked = {"task": payload["task"], "model": payload["model"], "seed": payload["seed"]}
    Records().found_study(payload["name"], payload["identity"], asked, outcome.columns())
    return {"study": payload["name"]}


def candidate(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Runs the recipe of a claimed candidate; its row says in the end what came of it."""
    records = Records()
    row = records.candidate(payload["study"], payload["digest"])
    study = records.study(payload["study"])
    if row is None or study is None:
        raise NotFound("baseline-gone", name=payload["study"])
    try:
        unpack(desk.blob("techniques"))
        recipe = Recipe.from_json(list(row.recipe))
        model = Model.from_json(study.model, payload=desk.blob("model"))
        work = Work(from_spec(study.task), model, study.seed, pick(payload["device"]), Objects(), desk, None)
        outcome = Chain(replace(work, baseline=_baseline_file(records, study, work)), recipe).run()
        records.finish(row.id, **outcome.columns())
        sweep(records, work.objects)
    except Cancelled as error:
        records.fail(row.id, payload["job"], "cancelled", error.to_json())
        raise
    except WorkbenchError as error:
        records.fail(row.id, payload["job"], "failed", error.to_json())
        raise
    return {"candidate": row.id}


def _baseline_file(records: Records, study: StudyRow, work: Work) -> GraphFile:
    """The baseline's file; one that is gone or damaged is made again first."""
    row = records.candidate(study.name, BASELINE)
    folder = work.objects.get(row.object) if row is not None and row.object else None
    if folder is None:
        outcome = Chain(work, Recipe([])).run()
        asked = {"task": study.task, "model": study.model, "seed": study.seed}
        records.found_study(study.name, study.identity, asked, outcome.columns())
        folder = work.objects.folder(outcome.key)
    return GraphFile(folder / "model.onnx")
