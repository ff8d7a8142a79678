"""`fit`: a model is trained in a worker process; a fit that is finished is read back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.events import Event
from workbench.files import Digest, digest_json, read_json
from workbench.jobs import run_job
from workbench.jobs.progress import reader
from workbench.models.live import describe
from workbench.models.model import Model
from workbench.objects import Objects
from workbench.tasks import Task, check_given
from workbench.training.settings import Settings

if TYPE_CHECKING:
    from torch import nn

VERSION = 1
"""Part of every fit's key: another loop gives other weights."""

HISTORY = "history.json"
MADE = "fit.json"
"""Beside the weights: the model, task, settings and seed that they were fitted with."""


def fit(
    model: "Model | nn.Module",
    task: Task,
    epochs: int = 10,
    seed: int = 0,
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    **settings: Any,
) -> Model:
    """The trained model; the one that is given stays as it is.

    `settings` are fields of `workbench.training.Settings`. The work is done in a worker process; `on_event` hears of its
    progress. The same model, data, settings and seed give the same weights, and are trained only once: who asks for them while
    they are trained waits for the same job.

    Raises `InputError` where the model does not fit the task, and `StepFailed` where training failed.
    """
    check_given(task)
    chosen = Settings(epochs=epochs, **settings)
    if task.kind == "outputs":
        raise InputError("needs-labels", step="fit", kind=task.kind)
    described = describe(model)
    key = fit_key(described, task, chosen, seed)
    if Objects().get(key) is None:
        payload: dict[str, Any] = {"model": described.to_json(), "task": task.spec(), "settings": chosen.to_json()}
        payload |= {"seed": seed, "device": device, "key": key}
        blobs = {} if described.payload is None else {"model": described.payload}
        with reader(on_event) as read:
            run_job("workbench.training.work:fit", payload, blobs=blobs, key=key, on_event=read)
    return described.with_weights(key)


def fit_key(model: Model, task: Task, settings: Settings, seed: int) -> Digest:
    """The key of what a fit gives: of the model, train and validation data, settings and seed."""
    parts = {"fit": model.digest, "task": task.digest, "settings": settings.to_json(), "seed": seed, "version": VERSION}
    return digest_json(parts)


def history(model: Model) -> list[dict[str, float]]:
    """The figures of each epoch of the fit that gave a model its weights; empty where no fit did."""
    folder = model.stored_weights()
    if folder is None or not (folder / HISTORY).exists():
        return []
    figures: list[dict[str, float]] = read_json(folder / HISTORY)
    return figures


def made_by(weights: Digest | None) -> dict[str, Any] | None:
    """How a fit made the weights under that key: "model", "task", "settings", "seed", "device"; None where no fit did."""
    folder = None if weights is None else Objects().get(weights)
    if folder is None or not (folder / MADE).exists():
        return None
    made: dict[str, Any] = read_json(folder / MADE)
    return made
