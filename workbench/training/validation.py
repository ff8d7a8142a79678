"""The figures of one epoch on held-out data. They steer a run; what is reported is measured on the ONNX file."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from workbench.models.calling import batches, call
from workbench.training.device import in_smaller
from workbench.training.losses import Loss
from workbench.training.teacher import BATCH, Taught

if TYPE_CHECKING:
    from torch import Tensor, nn


def figures(
    module: "nn.Module",
    inputs: "dict[str, Tensor]",
    targets: "Tensor | None",
    kind: str,
    loss: Loss,
    taught: Taught | None = None,
) -> dict[str, float]:
    """ "validation_loss", and with targets "validation_accuracy" or "validation_rmse". Leaves the module in evaluation mode."""
    module.eval()
    samples = len(next(iter(inputs.values())))
    device = next(iter(inputs.values())).device

    def sums(size: int) -> "tuple[Tensor, Tensor]":
        summed, scored = torch.zeros((), device=device), torch.zeros((), device=device)
        for k, batch in enumerate(batches(inputs, size)):
            rows = slice(k * size, (k + 1) * size)
            answer, expected = call(module, batch), None if targets is None else targets[rows]
            summed += len(answer) * loss(answer, expected, None if taught is None else taught(rows))
            if expected is not None:
                scored += len(answer) * _score(kind, answer, expected)
        return summed, scored

    with torch.no_grad():
        summed, scored = in_smaller(sums, BATCH)
    found = {"validation_loss": float(summed) / samples}
    if targets is None:
        return found
    mean = float(scored) / samples
    return found | ({"validation_accuracy": mean} if kind == "classification" else {"validation_rmse": mean**0.5})


def _score(kind: str, answer: "Tensor", targets: "Tensor") -> "Tensor":
    """The mean over a batch: of hits, or of squared differences."""
    if kind == "classification":
        return (answer.argmax(1) == targets).float().mean()
    return F.mse_loss(answer.float().reshape(targets.shape), targets)
