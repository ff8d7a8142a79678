"""A context to run a technique in: the one that the runner uses, and a plug-in author's tests."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.events import Event
from workbench.machine import Machine, here
from workbench.records import Measurement
from workbench.tasks.task import Signature, Split

if TYPE_CHECKING:
    from torch import nn


def _no_teacher() -> "nn.Module":
    raise InputError("no-teacher")


def _no_measures(_: Any) -> list[Measurement]:
    raise InputError("no-measures")


def _nothing(*_: Any) -> None:
    """Nobody listens, and nobody cancels."""


@dataclass
class StepContext:
    """What one step of a recipe may know. Without `teacher_of` and `evaluate_with`, asking for them is an `InputError`.

    `scratch` is made when it is not given, and belongs to whoever made the context.
    """

    train: Split
    validation: Split
    kind: str
    signature: Signature
    seed: int = 0
    device: str = "cpu"
    machine: Machine = field(default_factory=here)
    scratch: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="workbench-")))
    teacher_of: "Callable[[], nn.Module]" = _no_teacher
    evaluate_with: Callable[[Any], list[Measurement]] = _no_measures
    emit_to: Callable[[Event], None] = _nothing
    check_with: Callable[[], None] = _nothing

    def teacher(self) -> "nn.Module":
        """The study's baseline, built, in evaluation mode on `device`."""
        return self.teacher_of()

    def evaluate(self, x: Any) -> list[Measurement]:
        """The task's metrics on validation, of a module or of a `GraphFile`."""
        return self.evaluate_with(x)

    def emit(self, event: Event) -> None:
        self.emit_to(event)

    def check(self) -> None:
        """Raises `Cancelled` when somebody asked for it."""
        self.check_with()
