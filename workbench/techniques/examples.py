"""A handful of training samples to try a network on."""

from typing import TYPE_CHECKING

from workbench.models.calling import tensors
from workbench.techniques.technique import Context

if TYPE_CHECKING:
    from torch import Tensor, nn


def examples(module: "nn.Module", context: Context, count: int = 2) -> "dict[str, Tensor]":
    """The first training samples as tensors by name, on the module's device."""
    arrays, _ = next(context.train.head(count).batches(count))
    return tensors(arrays, next((p.device for p in module.parameters()), "cpu"))
