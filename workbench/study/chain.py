"""The runner: a recipe's steps one after the other, each kept under a key that says how it was made.

    model, data, seed ──▶ step ──▶ step ──▶ export ──▶ step ──▶ measure
           key 0          key 1    key 2    key 3      key 4    key 5 = H(key 4, what measuring depends on)

A step that is there under its key is read back, whoever made it and when; so recipes share their common beginning, and a
killed worker loses at most the step in hand.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench import machine
from workbench.events import StepFinished, StepStarted
from workbench.export import Template, export, make_template
from workbench.export.onnx_file import VERSION as EXPORT_VERSION
from workbench.files import Digest, digest_json
from workbench.graphs.file import GraphFile
from workbench.graphs.operator_times import operator_times
from workbench.measure.speed import PROCESSES, timing_processes
from workbench.models import Model
from workbench.recipes import Recipe
from workbench.records import Measurement, Report
from workbench.study import firsts, stored, times
from workbench.study.firsts import First
from workbench.study.measures import VERSION as MEASURE_VERSION
from workbench.study.measures import measure
from workbench.study.plugins import code_of
from workbench.study.surroundings import Work, context
from workbench.techniques import FileTechnique, ModuleTechnique, Technique
from workbench.training.device import within_memory
from workbench.training.pace import pace


@dataclass(frozen=True)
class Stage:
    """How far a recipe has come. `file` is None until the export; `exported` is the float file that it gave."""

    key: Digest
    model: Model
    file: GraphFile | None = None
    exported: GraphFile | None = None
    reports: tuple[Report, ...] = ()
    resolved: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a recipe gave: the object that holds `model.onnx`, what each step did, what was measured, where it comes from."""

    key: Digest
    reports: tuple[Report, ...]
    measures: dict[str, Measurement]
    lineage: dict[str, Any]

    def columns(self) -> dict[str, Any]:
        """As the candidate's row keeps it."""
        made = {"object": self.key, "reports": self.reports, "measures": self.measures}
        return {**made, "lineage": self.lineage}


def beginning(work: Work) -> Digest:
    """The key that every recipe of a study begins with. Another device or another version of a library is another one."""
    decides = {name: v for name, v in machine.versions().items() if name not in ("workbench", "python")}
    told = {"model": work.model.digest, "data": work.task.digest, "seed": work.seed}
    return digest_json({**told, "device": work.device, "versions": decides})


def step_key(key: Digest, step: Technique) -> tuple[dict[str, Any], Digest]:
    """What a concrete step says of itself, and the key of what it makes of the one before."""
    told = {**step.described(), **code_of(type(step))}
    return told, digest_json({"from": key, "step": told})


def template_of(work: Work) -> Template:
    """The study's model, exported once: what every candidate's weights are put into."""
    key = digest_json({"template": work.model.digest, "task": work.task.signature.to_json(), "version": EXPORT_VERSION})
    return Template(work.objects.put(key, lambda folder: make_template(work.model.build(), work.task, folder)))


class Chain:
    """One run of a recipe."""

    def __init__(self, work: Work, recipe: Recipe) -> None:
        self._work = work
        self._recipe = recipe
        self._index = 0

    def run(self) -> Outcome:
        """Does what is not done yet. Raises the `WorkbenchError` of the step that failed, or `Cancelled`."""
        w = self._work
        stage = Stage(beginning(w), w.model)
        for step in self._recipe.steps:
            if isinstance(step, FileTechnique) and stage.file is None:
                stage = self._exported(stage)
            stage = self._advanced(stage, step)
        return self._measured(stage if stage.file is not None else self._exported(stage))

    def _advanced(self, stage: Stage, step: Technique) -> Stage:
        step = self._resolved(stage, step)
        told, key = step_key(stage.key, step)
        apply = self._applied_to_file if isinstance(step, FileTechnique) else self._applied_to_module
        folder = self._kept(type(step).__name__, key, lambda f: apply(step, stage, f, key))
        stage = replace(stage, key=key, reports=(*stage.reports, stored.report(folder)), resolved=(*stage.resolved, told))
        if isinstance(step, FileTechnique):
            return replace(stage, file=stored.file(folder))
        return replace(stage, model=stored.model(folder, stage.model.payload))

    def _resolved(self, stage: Stage, step: Technique) -> Technique:
        """The step with its `auto` values made concrete; decided once, and kept."""
        assert isinstance(step, ModuleTechnique | FileTechnique)
        if type(step).resolve in (ModuleTechnique.resolve, FileTechnique.resolve):
            return step
        told = {"resolve": step.described(), "from": stage.key, "on": list(machine.here().instructions)}

        def fill(folder: Path) -> None:
            with context(self._work, stage.key) as around, within_memory(type(step).__name__):
                x: Any = stage.file if isinstance(step, FileTechnique) else self._module(stage)
                stored.keep_json(folder, "resolved.json", step.resolve(x, around).to_json())

        folder = self._work.objects.put(digest_json(told), fill)
        return type(step)(**stored.read_json(folder / "resolved.json"))

    def _applied_to_module(self, step: Any, stage: Stage, folder: Path, key: Digest) -> None:
        began = time.monotonic()
        with context(self._work, stage.key) as around, within_memory(type(step).__name__):
            module = self._module(stage)
            new, report = stored.formed(step, step.apply(module, step.plan(module, around), around))
        stored.keep_module(folder, key, stage.model, new, step=type(step).__name__)
        stored.keep_report(folder, replace(report, seconds=time.monotonic() - began))

    def _applied_to_file(self, step: Any, stage: Stage, folder: Path, key: Digest) -> None:
        began = time.monotonic()
        with context(self._work, stage.key) as around:
            new, report = stored.formed(step, step.apply(stage.file, step.plan(stage.file, around), around))
            stored.keep_file(folder, new)
        stored.keep_report(folder, replace(report, seconds=time.monotonic() - began))

    def _module(self, stage: Stage) -> Any:
        return stage.model.build().to(self._work.device)

    def _exported(self, stage: Stage) -> Stage:
        key = digest_json({"from": stage.key, "export": EXPORT_VERSION})

        def fill(folder: Path) -> None:
            began = time.monotonic()
            w = self._work
            _, report, parity = export(stage.model.build(), w.task, folder / stored.ONNX, template_of(w))
            stored.keep_json(folder, "parity.json", parity.__dict__)
            stored.keep_report(folder, replace(report, seconds=time.monotonic() - began))

        folder = self._kept("Export", key, fill)
        file = stored.file(folder)
        return replace(stage, key=key, file=file, exported=file, reports=(*stage.reports, stored.report(folder)))

    def _measured(self, stage: Stage) -> Outcome:
        w = self._work
        assert stage.file is not None and stage.exported is not None
        reference = w.baseline or stage.exported
        depends: dict[str, Any] = {
            "version": MEASURE_VERSION,
            "reference": w.baseline.digest if w.baseline else "itself",
            "machine": machine.here().summary,
        }
        if (processes := timing_processes()) != PROCESSES:
            depends["processes"] = processes
        key = digest_json({"from": stage.key, "measure": depends})

        def fill(folder: Path) -> None:
            assert stage.file is not None and stage.exported is not None
            began = time.monotonic()
            found, parity = measure(w, stage.file, stage.exported, reference, folder / stored.ONNX)
            stored.keep_json(folder, "measures.json", {name: m.to_json() for name, m in found.items()})
            stored.keep_json(folder, "parity.json", parity)
            timed = GraphFile(folder / stored.ONNX)
            times.keep(timed.digest, operator_times(timed, w.task.validation.head(1).arrays, w.desk.check))
            if w.baseline is None:
                seconds = {"Export": stage.reports[-1].seconds, "Measure": time.monotonic() - began}
                step = pace(w.model.build(), w.task.train, w.device, w.desk.check)
                firsts.keep(timed.digest, First(seconds, step, len(w.task.train)))

        folder = self._kept("Measure", key, fill)
        found = {n: Measurement.from_json(m) for n, m in stored.read_json(folder / "measures.json").items()}
        return Outcome(key, stage.reports, found, self._lineage(stage, stored.read_json(folder / "parity.json")))

    def _lineage(self, stage: Stage, parity: Mapping[str, Any]) -> dict[str, Any]:
        w = self._work
        task = {
            "name": w.task.name,
            "digest": w.task.digest,
            "train": w.task.train.digest,
            "validation": w.task.validation.digest,
        }
        made = {"model": w.model.to_json(), "model_digest": w.model.digest, "task": task, "seed": w.seed, "device": w.device}
        made |= {"recipe": self._recipe.to_json(), "resolved": list(stage.resolved), "recipe_digest": self._recipe.digest}
        return made | {"parity": dict(parity), "machine": machine.here().to_json(), "versions": machine.versions()}

    def _kept(self, name: str, key: Digest, fill: Callable[[Path], None]) -> Path:
        """The folder of a step: read back, or filled now; the events of the job say which."""
        w, of = self._work, len(self._recipe.steps) + 2
        self._index += 1
        w.desk.check()
        began, found = time.monotonic(), w.objects.get(key)
        w.desk.emit(StepStarted(name, self._index, of))
        folder = found or w.objects.put(key, fill)
        w.desk.emit(StepFinished(name, self._index, of, time.monotonic() - began, reused=found is not None))
        return folder
