"""Weight clipping: no weight lies farther from zero than its layer's number of inputs warrants."""

import copy
import math
from typing import TYPE_CHECKING

from workbench.knobs import knob
from workbench.records import Line, Report
from workbench.techniques.technique import Context, ModuleTechnique, Plan
from workbench.techniques.weights import Layer, layers

if TYPE_CHECKING:
    from torch import Tensor, nn


class WeightClipping(ModuleTechnique):
    """w <- clip(w, -c, c) with c = factor * sqrt(6 / fan_in), in convolutions and linear layers.

    fan_in is what `torch.nn.init` takes it for: weights that one output reads. sqrt(6 / fan_in) is the bound of the
    uniform He initialisation. Few large weights make the steps of a quantization coarse; clipping makes them finer.
    Source: He et al., Delving Deep into Rectifiers, 2015.
    """

    order = "weights"
    title = "Clip weights"

    factor: float = knob(
        1.0, gt=0, le=10, search=(0.25, 2.0), scale="log", say="how many times the bound of He's initialisation"
    )

    def plan(self, x: "nn.Module", context: Context) -> Plan:
        context.check()
        lines = []
        for layer in layers(x):
            weight = _clippable(layer)
            if weight is None:
                lines.append(Line(layer.name, layer.kind, False, "shared-before" if layer.shared else "no-fan-in"))
                continue
            bound = self.bound(weight)
            fields = {"beyond": int((weight.abs() > bound).sum()), "total": weight.numel(), "bound": round(bound, 4)}
            code = "clipped" if fields["beyond"] else "within-bound"
            lines.append(Line(layer.name, layer.kind, fields["beyond"] > 0, code, fields))
        return Plan(tuple(lines))

    def apply(self, x: "nn.Module", plan: Plan, context: Context) -> "tuple[nn.Module, Report]":
        import torch

        clipped = copy.deepcopy(x)
        with torch.no_grad():
            for layer in layers(clipped):
                weight = _clippable(layer)
                if weight is not None:
                    weight.clamp_(-self.bound(weight), self.bound(weight))
        beyond = sum(line.fields.get("beyond", 0) for line in plan.lines)
        return clipped, Report(type(self).__name__, plan.lines, {"clipped": float(beyond)})

    def bound(self, weight: "Tensor") -> float:
        """c of a weight of shape (outputs, inputs, ...): the farthest from zero that an element may lie."""
        return self.factor * math.sqrt(6 / math.prod(weight.shape[1:]))


def _clippable(layer: Layer) -> "Tensor | None":
    """The weight of a convolution or linear layer."""
    from torch import nn
    from torch.nn.modules.conv import _ConvNd

    return layer.weights.get("weight") if isinstance(layer.part, _ConvNd | nn.Linear) else None
