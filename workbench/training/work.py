"""What `fit` does in the worker process."""

import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from workbench.events import StepFinished, StepStarted
from workbench.files import home
from workbench.jobs import Desk
from workbench.models.fitting import check_fits
from workbench.models.model import WEIGHTS, Model
from workbench.models.weights import check_weights, to_bytes
from workbench.objects import Objects
from workbench.tasks import from_spec
from workbench.training.device import pick
from workbench.training.fitting import HISTORY, MADE
from workbench.training.loop import train
from workbench.training.settings import Settings


def fit(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Trains what the payload describes and keeps it under its key: {"weights": key}."""
    key = payload["key"]
    if Objects().get(key) is not None:  # somebody else has asked for the same fit, and was first
        return {"weights": key}
    started = time.monotonic()
    desk.emit(StepStarted("fit", 1, 1))
    task = from_spec(payload["task"])
    module = Model.from_json(payload["model"], payload=desk.blob("model")).build()
    check_fits(module, task)
    check_weights(module)
    folder, device = home() / "checkpoints" / key, pick(payload["device"])
    trained, figures = train(
        module,
        task.train,
        task.validation,
        task.kind,
        Settings(**payload["settings"]),
        seed=payload["seed"],
        device=device,
        emit=desk.emit,
        check=desk.check,
        checkpoint=folder / "checkpoint.safetensors",
    )
    made = {name: payload[name] for name in ("model", "task", "settings", "seed")} | {"device": device}
    Objects().put(key, lambda target: _write(target, trained, figures, made))
    shutil.rmtree(folder, ignore_errors=True)
    desk.emit(StepFinished("fit", 1, 1, time.monotonic() - started))
    return {"weights": key}


def _write(folder: Path, module: nn.Module, figures: list[dict[str, float]], made: Mapping[str, Any]) -> None:
    (folder / WEIGHTS).write_bytes(to_bytes(module))
    (folder / HISTORY).write_text(json.dumps(figures), encoding="utf-8")
    (folder / MADE).write_text(json.dumps(made), encoding="utf-8")
