"""`python -m workbench.study.again RECEIPT FOLDER HOME`: a study of a receipt made again in this process's own, empty home.

Writes the new receipt into FOLDER, or the error that there is instead of it. HOME is where the first study was made: what
cannot be made again is taken from there, by its digest.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench import jobs, machine, models, tasks
from workbench.errors import InputError, WorkbenchError
from workbench.files import write_atomic
from workbench.models import Model
from workbench.objects import Objects
from workbench.receipts import Figure, Receipt, read, write
from workbench.receipts.reproducing import ERROR
from workbench.recipes import Recipe
from workbench.study.origin import Origin, damaged, figures
from workbench.study.study import Study
from workbench.tasks import Task
from workbench.training import Settings, fit


def main(words: Sequence[str]) -> None:
    path, folder, home = map(Path, words)
    try:
        write(made_again(read(path), path, Objects(home / "objects")), folder)
    except WorkbenchError as error:
        write_atomic(folder / ERROR, json.dumps(error.to_json()).encode())
    finally:
        jobs.retire()


def made_again(receipt: Receipt, path: Path, first: Objects) -> Receipt:
    """The receipt with the figures of the study made again; `first` is the store of the home where it was made."""
    origin = Origin.from_json(receipt.again["study"], path)
    drawn = {f"{id} {measure}" for id in ("baseline", *origin.recipes) for measure in origin.measures}
    if drawn.isdisjoint(figure.name for figure in receipt.figures):
        raise damaged(path, "it has none of the figures")
    recipes = {id: Recipe.from_json(steps) for id, steps in origin.recipes.items()}
    device = "cpu" if origin.device == "cpu" else "auto"
    with _damage_of(path):
        model, task = _model(origin, first), _task(origin.task, first)
    study = Study.open(origin.study, task=task, model=model, seed=origin.seed, device=device)
    made = dict(zip(recipes, study.run(list(recipes.values())), strict=True))
    for candidate in made.values():
        if candidate.reason:
            print(f"{candidate.name}: {candidate.reason}", file=sys.stderr)
    found: list[Figure] = []
    for id, candidate in {"baseline": study.baseline, **made}.items():
        found += figures(id, candidate.measures, origin.measures)
    data = {task.name: task.digest}
    return replace(receipt, figures=tuple(found), data=data, versions=machine.versions(), machine=machine.here())


@contextmanager
def _damage_of(path: Path) -> Iterator[None]:
    """What goes wrong within, and is no error that the library knows, lies in what the receipt says of model and task."""
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        why = str(error).partition("\n")[0][:200]
        raise damaged(path, f"{type(error).__name__}: {why}") from error


def _model(origin: Origin, first: Objects) -> Model:
    """The model: fitted again where fits are known, else its weights by their digest."""
    if not origin.fits:
        return _described(origin.model, first)
    model = _described(origin.fits[0]["model"], first)
    for made in origin.fits:
        settings = Settings(**made["settings"]).to_json()
        model = fit(model, _task(made["task"], first), seed=made["seed"], device=_device(made), **settings)
    return model


def _device(made: Mapping[str, Any]) -> str:
    return "cpu" if made["device"] == "cpu" else "auto"


def _described(data: Mapping[str, Any], first: Objects) -> Model:
    """A model by its description, as `wb.models` would describe it here."""
    model = Model.from_json(data)
    origin, _, reference = model.source.partition(":")
    if origin == "live":
        raise InputError("receipt-live", name=reference)
    if model.weights is not None and Objects().take(model.weights, first) is None:
        raise InputError("receipt-weights-gone", model=model.name)
    if origin == "onnx" and Objects().take(model.code, first) is None:
        raise InputError("receipt-weights-gone", model=model.name)
    if origin == "factory":
        found = models.load(reference, arguments=model.arguments)
        if found.code != model.code:
            raise InputError("factory-changed", reference=reference)
        model = replace(model, payload=found.payload)
    model.build()  # where it cannot be built, the worker that fits it would say so less clearly
    return model


def _task(spec: Mapping[str, Any], first: Objects) -> Task:
    keys = [spec["source"][name] for name in ("objects", "test") if name in spec["source"]]
    if None in [Objects().take(key, first) for key in keys]:
        raise InputError("receipt-data-gone", task=spec["name"])
    return tasks.from_spec(spec)


if __name__ == "__main__":
    main(sys.argv[1:])
