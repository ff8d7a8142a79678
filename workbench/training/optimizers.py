"""The optimizers of a run."""

import torch
from torch import Tensor, nn

from workbench.errors import InputError
from workbench.training.settings import Settings

MOMENTUM = 0.9


def optimizer_of(module: nn.Module, settings: Settings, step_name: str) -> tuple[torch.optim.Optimizer, list[Tensor]]:
    """The optimizer of a module, and the weights that shrink: those with two axes or more, not biases and norms."""
    trained = [p for p in module.parameters() if p.requires_grad]
    if not trained:
        raise InputError("nothing-to-train", step=step_name)
    weights: list[Tensor] = [p for p in trained if p.ndim > 1]
    shrinking = {"params": weights, "weight_decay": settings.weight_decay}
    others = {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0}
    groups = [group for group in (shrinking, others) if group["params"]]
    if settings.optimizer == "sgd":
        return torch.optim.SGD(groups, settings.learning_rate, momentum=MOMENTUM, nesterov=True, fused=True), weights
    return torch.optim.AdamW(groups, settings.learning_rate, fused=True), weights
