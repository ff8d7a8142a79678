"""What orders of steps make sense, said before anything runs.

architecture   changes shapes            ─┐
weights        changes weights            ├─ modules; training again (recovery) may come between and after them
recovery       trains again              ─┘
numerics       changes how numbers are stored: one, the last; it works on the exported file
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.techniques import Technique

if TYPE_CHECKING:
    from workbench.models import Model
    from workbench.tasks import Task


def check(steps: Sequence[Technique], model: "Model | None", task: "Task | None") -> None:
    """Raises `InputError` with the two steps that stand wrongly, or with the step that lacks something."""
    for first, then in pairwise(steps):
        _check_pair(first, then)
    for step in steps:
        if task is not None and task.kind == "outputs" and "labels" in step.needed:
            raise InputError("step-needs-labels", step=_name(step), task=task.name)
        if model is not None and getattr(model, "kind", "module") == "graph" and step.stage == "module":
            raise InputError("needs-module", step=_name(step), model=model.name)


def _check_pair(first: Technique, then: Technique) -> None:
    names = {"first": _name(first), "then": _name(then)}
    if first.order == "numerics" and then.order == "numerics":
        raise InputError("numerics-twice", **names)
    if first.order == "numerics":
        raise InputError("numerics-first", **names)
    if first.order == "weights" and then.order == "architecture":
        raise InputError("weights-first", **names)


def _name(step: Technique) -> str:
    return type(step).__name__
