"""Whether a model fits a task: it takes the inputs, and answers in the form that the task needs."""

from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, WorkbenchError
from workbench.models.calling import call, tensors
from workbench.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor, nn

_SAMPLES = 3


def check_fits(module: "nn.Module", task: Task) -> None:
    """Runs a module on a few samples of train, in evaluation mode.

    Raises `InputError` "input-misfit" where it fails on them, "output-form" where it answers something else than one
    tensor of one row a sample, and "output-misfit" where that has not the size that the task needs.
    """
    import torch

    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    sample = task.train.head(_SAMPLES)
    inputs = tensors(sample.arrays, device)
    modes = {part: part.training for part in module.modules()}
    try:
        with torch.no_grad():
            answer: Any = call(module.eval(), inputs)
    except WorkbenchError:
        raise
    except Exception as error:
        said = ", ".join(f"{t.name} {' x '.join(map(str, ('N', *t.shape)))} {t.dtype}" for t in task.signature.inputs)
        why = f"{type(error).__name__}: {str(error).strip()[:200]}"
        raise InputError("input-misfit", task=task.name, inputs=said, why=why) from error
    finally:
        for part, mode in modes.items():
            part.training = mode
    _check_answer(answer, len(sample), task)


def _check_answer(answer: Any, samples: int, task: Task) -> None:
    import torch

    if not isinstance(answer, torch.Tensor):
        raise InputError("output-form", found=f"a value of type {type(answer).__name__}")
    if answer.ndim == 0 or len(answer) != samples or not answer.is_floating_point():
        found = f"a tensor of {' x '.join(map(str, answer.shape)) or 'one number'} ({answer.dtype}) to {samples} samples"
        raise InputError("output-form", found=found)
    if task.signature.outputs:
        expected, shape = task.signature.outputs[0].shape, _shape(answer)
        if shape != expected:
            raise InputError("output-misfit", found=_said(shape), task=task.name, expected=_said(expected))


def _shape(answer: "Tensor") -> tuple[int, ...]:
    """Of one sample's answer; a single number is (1,)."""
    return tuple(answer.shape[1:]) or (1,)


def _said(shape: tuple[int, ...]) -> str:
    return " x ".join(str(side) for side in shape)
