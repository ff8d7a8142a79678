"""Unstructured pruning: the weights of least magnitude become zero, and no shape changes."""

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from workbench.knobs import knob
from workbench.records import Line, Report
from workbench.tasks.task import Array
from workbench.techniques.technique import Context, ModuleTechnique, Plan
from workbench.techniques.weights import Layer, layers

if TYPE_CHECKING:
    from torch import Tensor, nn


class WeightPruning(ModuleTechnique):
    """Sets the share `ratio` of all weights to zero: those nearest to it. Biases and normalisations are left alone.

    Training that follows in the recipe keeps the zeros. Source: Han et al., Learning both Weights and Connections, 2015.
    """

    order = "weights"
    title = "Prune weights"

    ratio: float = knob(0.5, ge=0, le=0.99, search=(0.2, 0.9), unit="share", say="the share of weights that become zero")
    scope: Literal["global", "layer"] = knob(
        "global", search=("global", "layer"), say="the share of all weights, or of each layer's"
    )

    def plan(self, x: "nn.Module", context: Context) -> Plan:
        context.check()
        found = layers(x)
        masks = self._masks(found)
        lines = []
        for layer, zero in zip(found, masks, strict=True):
            zeros, total = sum(int(m.sum()) for m in zero), sum(m.numel() for m in zero)
            code = (
                "weights-zeroed" if zeros else "nothing-zeroed" if total else "shared-before" if layer.shared else "no-weights"
            )
            fields = {"zeros": zeros, "total": total} if total else {}
            lines.append(Line(layer.name, layer.kind, zeros > 0, code, fields))
        return Plan(tuple(lines))

    def apply(self, x: "nn.Module", plan: Plan, context: Context) -> "tuple[nn.Module, Report]":
        import torch

        sparse = copy.deepcopy(x)
        found = layers(sparse)
        with torch.no_grad():
            for layer, zero in zip(found, self._masks(found), strict=True):
                for weight, mask in zip(layer.weights.values(), zero, strict=True):
                    weight[mask] = 0
        weights = [w for layer in found for w in layer.weights.values()]
        figures = {"weights": float(sum(w.numel() for w in weights)), "zeros": float(sum(int((w == 0).sum()) for w in weights))}
        return sparse, Report(type(self).__name__, plan.lines, figures)

    def _masks(self, found: Sequence[Layer]) -> "list[list[Tensor]]":
        """Which weights become zero: one mask for each weight matrix of each layer."""
        import numpy as np
        import torch

        sizes = [w.detach().abs().flatten().float().cpu().numpy() for layer in found for w in layer.weights.values()]
        if self.scope == "global":
            least = _least(np.concatenate([*sizes, np.empty(0, np.float32)]), self.ratio)
            parts = np.split(least, np.cumsum([len(s) for s in sizes])[:-1]) if sizes else []
        else:
            parts = [_least(s, self.ratio) for s in sizes]
        flat = iter(parts)
        return [[torch.from_numpy(next(flat)).view(w.shape).to(w.device) for w in layer.weights.values()] for layer in found]


def _least(sizes: Array, share: float) -> Array:
    """A mask of the least values, exactly the nearest whole number to their share; of equal ones the first."""
    import numpy as np

    count = int(np.floor(len(sizes) * share + 0.5))
    if count == 0:
        return np.zeros(len(sizes), bool)
    limit = np.partition(sizes, count - 1)[count - 1]
    least = sizes < limit
    equal = np.flatnonzero(sizes == limit)
    least[equal[: count - int(least.sum())]] = True
    return least
