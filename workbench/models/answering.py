"""What a model answers as it is: a few samples through its module, before anything is trained, exported or measured."""

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError
from workbench.events import Event
from workbench.files import digest_json
from workbench.jobs import Desk, run_job
from workbench.models.calling import batches
from workbench.models.fitting import answered
from workbench.models.live import describe
from workbench.models.model import Model
from workbench.models.weights import check_weights
from workbench.objects import Objects
from workbench.tasks import Signature, Split, Task, check_given
from workbench.tasks.task import Array

if TYPE_CHECKING:
    from torch import nn

VERSION = 1
BATCH = 64
LIMIT = 300.0
"""Seconds that it may take: a network that never ends must not hold up what else the quick worker is asked for."""


def answers(model: "Model | nn.Module", task: Task, count: int, *, on_event: Callable[[Event], None] | None = None) -> Array:
    """The model's output for the first `count` validation samples (one at least): N x ..., float32.

    The module is built in a worker process, in evaluation mode and on the CPU, and is not changed; what it answered is kept
    and read back. No torch is imported here for a `Model`. `on_event` hears of the job, if there is one; what it raises calls
    the job off.

    Raises `InputError` where the model cannot be built (`Model.build`), has weights that are not finite or do not fit, does
    not fit the task (`check_fits`), and "model-not-finite" where it answers with NaN or infinity.
    """
    check_given(task)
    return answers_to(model, task, task.validation.head(max(count, 1)), on_event=on_event)


def answers_to(
    model: "Model | nn.Module",
    task: Task,
    samples: Split,
    *,
    limit: float = LIMIT,
    on_event: Callable[[Event], None] | None = None,
) -> Array:
    """The same for samples of the task: N x ..., float32. It may take `limit` seconds."""
    described = describe(model)
    asked: dict[str, Any] = {"model": described.to_json(), "signature": task.signature.to_json(), "task": task.name}
    key = digest_json({"answered": described.digest, "of": [samples.digest, asked["signature"]], "version": VERSION})
    objects = Objects()
    if objects.get(key) is None:
        blobs = {"samples": _packed(samples)} | ({} if described.payload is None else {"model": described.payload})
        payload = asked | {"names": list(samples.arrays), "key": key}
        run_job("workbench.models.answering:answer", payload, blobs=blobs, lane="quick", limit=limit, on_event=on_event)
    folder = objects.get(key)
    assert folder is not None
    found: Array = np.load(folder / "answers.npy", allow_pickle=False)
    return found


def answer(payload: Mapping[str, Any], desk: Desk) -> None:
    """In the worker: keeps the module's answers to the samples that came along."""
    model = Model.from_json(payload["model"], payload=desk.blob("model"))
    module = model.build()
    check_weights(module)
    with np.load(io.BytesIO(desk.blob("samples") or b"")) as held:
        arrays = {name: held[f"input{k}"] for k, name in enumerate(payload["names"])}
    signature = Signature.from_json(payload["signature"])
    parts = [answered(module, part, signature, payload["task"]) for part in batches(arrays, BATCH)]
    found = np.concatenate([part.float().numpy() for part in parts])
    broken = ~np.isfinite(found.reshape(len(found), -1)).all(axis=1)
    if broken.any():
        raise InputError("model-not-finite", name=model.name, count=int(broken.sum()), samples=len(found))
    Objects().put(payload["key"], lambda folder: np.save(folder / "answers.npy", found, allow_pickle=False))


def _packed(samples: Split) -> bytes:
    packed = io.BytesIO()
    arrays: dict[str, Any] = {f"input{k}": array for k, array in enumerate(samples.arrays.values())}
    np.savez(packed, **arrays)
    return packed.getvalue()
