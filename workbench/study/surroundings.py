"""What a step of a recipe has around it: the work it belongs to, and the context that a technique sees of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import machine
from workbench.files import Digest
from workbench.graphs.file import GraphFile
from workbench.jobs import Desk
from workbench.measure import answers, quality
from workbench.models import Model
from workbench.objects import Objects
from workbench.records import Measurement
from workbench.tasks import Task
from workbench.tasks.task import Array, Split
from workbench.techniques.context import StepContext

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Work:
    """What a recipe is run on. `baseline` is None while the baseline itself is made."""

    task: Task
    model: Model
    seed: int
    device: str
    objects: Objects
    desk: Desk
    baseline: GraphFile | None

    @cached_property
    def teacher(self) -> "nn.Module":
        """The model as it came, on the device: the teacher of every distillation."""
        return self.model.build().to(self.device).requires_grad_(False)


@contextmanager
def context(work: Work, key: Digest) -> Iterator[StepContext]:
    """The context of one step. Its seed follows from the study's and from how far the recipe has come."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as scratch:
        yield StepContext(
            seed=seed_of(work.seed, key),
            device=work.device,
            machine=machine.here(),
            train=work.task.train,
            validation=work.task.validation,
            kind=work.task.kind,
            signature=work.task.signature,
            scratch=Path(scratch),
            teacher_of=lambda: work.teacher,
            evaluate_with=lambda x: evaluate(x, work.task),
            emit_to=work.desk.emit,
            check_with=work.desk.check,
        )


def seed_of(seed: int, key: Digest) -> int:
    """A step's own seed (32 bits): another one for every seed of the study, and for every prefix."""
    return (seed * 0x9E3779B1 + int(key[:8], 16)) & 0xFFFFFFFF


def evaluate(x: Any, task: Task) -> list[Measurement]:
    """The task's metrics on validation, of a module or of a file."""
    given = answers(x, task.validation) if isinstance(x, GraphFile) else module_answers(x, task.validation)
    return list(quality(given, task.validation, task.kind).values())


def module_answers(module: "nn.Module", split: Split) -> list[Array]:
    """A module's answer to every sample, on the device where it is, in evaluation mode."""
    import torch

    from workbench.models.calling import call, tensors

    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    was_training = module.training
    module.eval()
    with torch.inference_mode():
        parts = [call(module, tensors(inputs, device)).float().cpu().numpy() for inputs, _ in split.batches(256)]
    module.train(was_training)
    return [np.concatenate(parts)]
