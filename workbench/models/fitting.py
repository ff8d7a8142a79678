"""Whether a model fits a task: it takes the inputs, and answers in the form that the task needs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, WorkbenchError
from workbench.models.calling import call, tensors
from workbench.tasks.task import Array, Signature, Task
from workbench.words import part

if TYPE_CHECKING:
    from torch import Tensor, nn

_SAMPLES = 3


def check_fits(module: "nn.Module", task: Task) -> None:
    """Runs a module on a few samples of train; raises what `answered` raises."""
    answered(module, task.train.head(_SAMPLES).arrays, task.signature, task.name)


def answered(module: "nn.Module", arrays: Mapping[str, Array], signature: Signature, task: str) -> "Tensor":
    """The module's answer to inputs by name (N x ... each), in evaluation mode: N x ..., on the module's device.

    Raises `InputError` "input-misfit" where it fails on them, "output-form" where it answers something else than one
    tensor of one row a sample, and "output-misfit" where that has not the size that the task of that name needs.
    """
    import torch

    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    modes = {child: child.training for child in module.modules()}
    try:
        with torch.no_grad():
            answer: Any = call(module.eval(), tensors(arrays, device))
    except WorkbenchError:
        raise
    except Exception as error:
        said = ", ".join(f"{t.name} {' x '.join(map(str, ('N', *t.shape)))} {t.dtype}" for t in signature.inputs)
        why = f"{type(error).__name__}: {str(error).strip()[:200]}"
        raise InputError("input-misfit", task=task, inputs=said, why=why) from error
    finally:
        for child, mode in modes.items():
            child.training = mode
    return _checked(answer, len(next(iter(arrays.values()))), signature, task)


def _checked(answer: Any, samples: int, signature: Signature, task: str) -> "Tensor":
    import torch

    if not isinstance(answer, torch.Tensor):
        raise InputError("output-form", found=part("value-of-type", type=type(answer).__name__))
    if answer.ndim == 0 or len(answer) != samples or not answer.is_floating_point():
        sides = " x ".join(map(str, answer.shape)) or part("one-number")
        raise InputError("output-form", found=part("tensor-of-shape", shape=sides, type=str(answer.dtype), samples=samples))
    if signature.outputs:
        expected, shape = signature.outputs[0].shape, _shape(answer)
        if shape != expected:
            raise InputError("output-misfit", found=_said(shape), task=task, expected=_said(expected), hint="")
    return answer


def _shape(answer: "Tensor") -> tuple[int, ...]:
    """Of one sample's answer; a single number is (1,)."""
    return tuple(answer.shape[1:]) or (1,)


def _said(shape: tuple[int, ...]) -> str:
    return " x ".join(str(side) for side in shape)
