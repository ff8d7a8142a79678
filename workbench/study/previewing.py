"""What the quick worker does for a preview: in memory up to the file, with the study's model and template held ready."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import words
from workbench.events import FileMeasured
from workbench.export import Template, export
from workbench.files import canonical, digest_json, read_json, write_atomic
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import Parity, against_unoptimized, where_it_parts
from workbench.graphs.tidy import tidy
from workbench.jobs import Desk
from workbench.measure import answers, file_measures, quality
from workbench.measure.quality import as_measures
from workbench.models import Model
from workbench.objects import Objects
from workbench.recipes import Recipe
from workbench.records import Measurement, Records, StudyRow
from workbench.study.chain import beginning, step_key, template_of
from workbench.study.measures import REFERENCE_LIMIT, REFERENCE_SAMPLES
from workbench.study.plugins import unpack
from workbench.study.surroundings import Work, context
from workbench.tasks import from_spec
from workbench.techniques import FileTechnique, ModuleTechnique

if TYPE_CHECKING:
    from torch import nn

CHECKED = 64
"""So many validation samples hold a preview's file against its module; a run takes more."""


@dataclass(frozen=True)
class _Ready:
    """What all previews of a study share: the work without a desk, the built model, its template."""

    work: Work
    module: "nn.Module"
    template: Template


_ready: dict[str, _Ready] = {}


def preview(payload: Mapping[str, Any], desk: Desk) -> None:
    """Emits the file with what is read off it, then once more with the task's metrics on validation.

    It answers in this warm worker: a preview is no candidate. `study.keep` has it scored from disk in a fresh process.
    """
    to = Path(payload["to"])
    if (to / "measured.json").exists():
        return desk.emit(FileMeasured(str(to / "model.onnx"), **read_json(to / "measured.json")))
    unpack(desk.blob("techniques"))
    study = Records().study(payload["study"])
    assert study is not None
    ready = _made_ready(study, desk)
    to.mkdir(parents=True, exist_ok=True)
    ready = replace(ready, work=replace(ready.work, desk=desk))
    file, parity = _file(Recipe.from_json(list(payload["recipe"])), ready, to / "model.onnx")
    found = file_measures(file, packed=False)
    desk.emit(FileMeasured(str(file.path), _told(found), dict(parity.__dict__)))
    task = ready.work.task
    given = answers(file, task.validation, check=desk.check)
    truth = answers(GraphFile(Path(payload["baseline"])), task.validation) if task.kind == "outputs" else None
    found |= as_measures(quality(given, task.validation, task.kind, truth), file.digest)
    measured = {"measures": _told(found), "parity": dict(parity.__dict__)}
    write_atomic(to / "measured.json", canonical(measured).encode())
    return desk.emit(FileMeasured(str(file.path), **measured))


def _made_ready(study: StudyRow, desk: Desk) -> _Ready:
    """Built for the first preview of a study, and held until one asks that differs in model, data or seed."""
    key = digest_json([study.model, study.task, study.seed])
    if key not in _ready:
        _ready.clear()
        model = Model.from_json(study.model, payload=desk.blob("model"))
        work = Work(from_spec(study.task), model, study.seed, "cpu", Objects(), desk, None)
        template = template_of(work)
        _ready[key] = _Ready(work, model.build(), template)
    return _ready[key]


def _file(recipe: Recipe, ready: _Ready, path: Path) -> tuple[GraphFile, Parity]:
    """The recipe's file, under the very keys and seeds that a run has, so that it is the very file of a run.

    A float file is held against its module; what file techniques made of it, against the runtime without optimisations:
    the reference evaluator, which a run takes, would double the time.
    """
    work, module, key = ready.work, copy.deepcopy(ready.module), beginning(ready.work)
    file: GraphFile | None = None
    for step in recipe.steps:
        if isinstance(step, FileTechnique) and file is None:
            file, _, _ = export(module, work.task, path, ready.template, checked=CHECKED)
        with context(work, key) as around:
            if isinstance(step, ModuleTechnique):
                step = step.resolve(module, around)
                module, _ = step.apply(module, step.plan(module, around), around)
            elif isinstance(step, FileTechnique) and file is not None:
                step = step.resolve(file, around)
                made, _ = step.apply(file, step.plan(file, around), around)
                file = GraphFile.save(tidy(made.load()), path)
        _, key = step_key(key, step)
    if file is None:
        file, _, parity = export(module, work.task, path, ready.template, checked=CHECKED)
        return file, parity
    return file, _held(file, work)


def _held(file: GraphFile, work: Work) -> Parity:
    feeds = work.task.validation.head(REFERENCE_SAMPLES).arrays
    parity = against_unoptimized(file, feeds, REFERENCE_LIMIT)
    if not parity.holds:
        found = where_it_parts(file, feeds, REFERENCE_LIMIT, work.desk.check)
        raise parity.failure(found.part if found else words.part("differs-no-more"))
    return parity


def _told(found: Mapping[str, Measurement]) -> dict[str, Any]:
    return {name: m.to_json() for name, m in found.items()}
