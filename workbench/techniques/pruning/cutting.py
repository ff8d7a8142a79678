"""The cut, and the proof that it cut nothing else.

The proof is a comparison: the pruned network must answer as the whole network does when the layers that read the
removed channels hear nothing of them. Where a channel is wired otherwise than was thought, the two differ.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from workbench.models.calling import call
from workbench.techniques.pruning.grouping import tensors
from workbench.techniques.pruning.layers import cut, silence

Removal = Mapping[str, Mapping[str, Sequence[int]]]


def pruned(module: nn.Module, removal: Removal) -> nn.Module:
    """A copy of the module without the removed channels. Raises `ValueError` where a layer cannot be cut so."""
    smaller = copy.deepcopy(module)
    trainable = {name: p.requires_grad for name, p in module.named_parameters()}
    for name, sides in removal.items():
        for side, channels in sides.items():
            cut(smaller.get_submodule(name), side, channels)  # type: ignore[arg-type]
    for name, parameter in smaller.named_parameters():
        parameter.requires_grad_(trainable[name])
    return smaller


def silenced(module: nn.Module, removal: Removal) -> nn.Module:
    """A copy of the module, uncut, in which nothing reads the removed channels."""
    whole = copy.deepcopy(module)
    for name, sides in removal.items():
        for side, channels in sides.items():
            silence(whole.get_submodule(name), side, channels)  # type: ignore[arg-type]
    return whole


def holds(module: nn.Module, removal: Removal, inputs: dict[str, Tensor]) -> bool:
    """Whether the cut runs and changes nothing but what the removed channels said.

    Compared in float32 first; where rounding leaves a doubt, once more in float64.
    """
    try:
        smaller, whole = pruned(module, removal).eval(), silenced(module, removal).eval()
        if _agree(smaller, whole, inputs, 1e-4):
            return True
        wide = {name: t.double() if t.is_floating_point() else t for name, t in inputs.items()}
        return _agree(smaller.double(), whole.double(), wide, 1e-7)
    except Exception:  # whatever a network says to a wrong cut, the cut is wrong
        return False


def _agree(smaller: nn.Module, whole: nn.Module, inputs: dict[str, Tensor], limit: float) -> bool:
    with torch.no_grad():
        answers, truths = tensors(call(smaller, inputs)), tensors(call(whole, inputs))
    return len(answers) == len(truths) and all(_close(a, t, limit) for a, t in zip(answers, truths, strict=True))


def _close(answer: Any, truth: Any, limit: float) -> bool:
    if answer.shape != truth.shape or not bool(torch.isfinite(answer).all()):
        return False
    return bool((answer - truth).abs().max() <= limit * truth.abs().max().clamp_min(1e-30))


def halves(asked: Sequence[int], works: Callable[[Sequence[int]], bool]) -> list[int]:
    """Which of the numbers work together, found by halving: all at once when they do, one by one only where needed."""
    kept: list[int] = []
    todo = [list(asked)]
    while todo:
        some = todo.pop()
        if works([*kept, *some]):
            kept += some
        elif len(some) > 1:
            middle = len(some) // 2
            todo += [some[middle:], some[:middle]]
    return sorted(kept)
