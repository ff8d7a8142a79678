"""The teacher of a distillation: frozen, so that it is asked about each sample once, and its answers are kept."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from workbench.models.calling import batches, call
from workbench.training.device import in_smaller

if TYPE_CHECKING:
    from torch import Tensor, nn

BATCH = 512

MOST_KEPT = 256 * 2**20
"""Bytes of answers that are kept; where there are more (a map for every image), the teacher is asked at every step."""


class Taught:
    """What a teacher answers to the samples of one split, on the split's device."""

    def __init__(self, teacher: "nn.Module", inputs: "dict[str, Tensor]", check: Callable[[], None] = lambda: None) -> None:
        self.teacher, self.inputs = teacher, inputs
        self.kept = in_smaller(lambda size: self._all(size, check), BATCH)

    def __call__(self, rows: "Tensor | slice") -> "Tensor":
        """The answers to these samples."""
        if self.kept is not None:
            return self.kept[rows]
        return self._asked({name: tensor[rows] for name, tensor in self.inputs.items()})

    def _all(self, size: int, check: Callable[[], None]) -> "Tensor | None":
        samples = len(next(iter(self.inputs.values())))
        answers: list[Tensor] = []
        for batch in batches(self.inputs, size):
            check()
            answers.append(self._asked(batch))
            if answers[0].element_size() * answers[0][:1].numel() * samples > MOST_KEPT:
                return None
        return torch.cat(answers)

    def _asked(self, batch: "dict[str, Tensor]") -> "Tensor":
        with torch.no_grad():
            return call(self.teacher, batch).detach()
