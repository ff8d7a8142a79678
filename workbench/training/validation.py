"""The figures of one epoch on held-out data. They steer a run; what is reported is measured on the ONNX file."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from workbench.models.calling import batches, call
from workbench.training.losses import Loss

if TYPE_CHECKING:
    from torch import Tensor, nn

_BATCH = 512


def figures(
    module: "nn.Module", inputs: "dict[str, Tensor]", targets: "Tensor | None", kind: str, loss: Loss
) -> dict[str, float]:
    """ "validation_loss", and with targets "validation_accuracy" or "validation_rmse". Leaves the module in evaluation mode."""
    module.eval()
    named = inputs if targets is None else inputs | {"": targets}
    samples = len(next(iter(named.values())))
    device = next(iter(named.values())).device
    summed, scored = torch.zeros((), device=device), torch.zeros((), device=device)
    with torch.no_grad():
        for batch in batches(named, _BATCH):
            expected = batch.pop("", None)
            size = len(next(iter(batch.values())))
            summed += size * loss(module, batch, expected)
            if expected is not None:
                scored += size * _score(kind, call(module, batch), expected)
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
