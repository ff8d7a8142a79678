"""How a module is called with a task's inputs, in one way everywhere.

A module is called positionally. Where the names of several inputs are those of `forward`'s parameters, they go by name:
the order in which a person wrote them down does not matter.
"""

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.tasks.task import Array

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


def call(module: "nn.Module", inputs: "Mapping[str, Tensor]") -> "Tensor":
    """The module's answer to inputs by name, N x ... each."""
    answer: Tensor = module(*(inputs[name] for name in input_order(module, tuple(inputs))))
    return answer


def input_order(module: "nn.Module", names: Sequence[str]) -> tuple[str, ...]:
    """The names of the inputs in the order in which `forward` takes them."""
    try:
        parameters = list(inspect.signature(module.forward).parameters)
    except (TypeError, ValueError):
        return tuple(names)
    if set(names) == set(parameters[: len(names)]):
        return tuple(parameters[: len(names)])
    return tuple(names)


def tensors(arrays: Mapping[str, Array], device: "str | torch.device" = "cpu") -> "dict[str, Tensor]":
    """Arrays as tensors of their own memory, on a device."""
    import torch

    return {name: torch.tensor(array, device=device) for name, array in arrays.items()}


def batches(arrays: Mapping[str, Any], size: int) -> "list[dict[str, Any]]":
    """Arrays or tensors by name, in consecutive batches of `size`."""
    count = len(next(iter(arrays.values())))
    return [{name: array[start : start + size] for name, array in arrays.items()} for start in range(0, count, size)]
