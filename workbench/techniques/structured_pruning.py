"""Structured pruning: whole channels go, and with them the columns of every layer that read them."""

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from workbench import words
from workbench.errors import InputError, StepFailed
from workbench.knobs import knob
from workbench.records import Line, Report
from workbench.techniques.technique import Context, ModuleTechnique, Plan
from workbench.words import nearest

if TYPE_CHECKING:
    from torch import nn

    from workbench.techniques.pruning.proof import Proof

_Ratio = Annotated[float, Field(ge=0, le=0.95, strict=True)]


class StructuredPruning(ModuleTechnique):
    """Removes the least important output channels of each group of coupled layers.

    The outputs of the network keep their width. A layer that cannot be cut rightly is left alone and its line in the
    report says why: the cut is proved against the whole network before it is made. Uses torch-pruning's dependency
    graph; source: Fang et al., DepGraph: Towards Any Structural Pruning, CVPR 2023.
    """

    order = "architecture"
    title = "Prune channels"

    ratio: float = knob(0.5, ge=0, le=0.95, search=(0.1, 0.8), unit="share", say="the share of output channels that go")
    criterion: Literal["magnitude", "bn_scale", "group_norm", "random"] = knob(
        "magnitude", search=("magnitude", "bn_scale", "group_norm"), say="what makes a channel important"
    )
    scope: Literal["uniform", "global"] = knob(
        "uniform", search=("uniform", "global"), say="the share of every layer, or of all where they are missed least"
    )
    round_to: int = knob(1, ge=1, le=64, search=(1, 8), unit="channels", say="widths become multiples of this")
    leave_alone: tuple[str, ...] = knob((), say="layers, or parts with all their layers, whose channels stay")
    layers: Mapping[str, _Ratio] = knob({}, say="a ratio of its own for layers named here")

    def plan(self, x: "nn.Module", context: Context) -> Plan:
        """Chooses the channels, and proves that they can go.

        Raises `InputError` for a layer name that the module does not have, and `StepFailed` where nothing can be cut.
        """
        from workbench.techniques.examples import examples
        from workbench.techniques.pruning.proof import Proof
        from workbench.techniques.pruning.selection import Wish

        self._check_names(x)
        context.check()
        wish = Wish(self.ratio, self.scope, self.round_to, self.layers)
        proof = Proof(x, examples(x, context), wish, self.leave_alone, self.criterion, context)
        if not proof.prunable and max((self.ratio, *self.layers.values())) > 0:
            raise _nothing(proof.reasons)
        return Plan(tuple(_lines(x, proof)), {"removed": proof.removal})

    def apply(self, x: "nn.Module", plan: Plan, context: Context) -> "tuple[nn.Module, Report]":
        """Cuts a copy of the module as planned."""
        from workbench.techniques.pruning.cutting import pruned

        smaller = pruned(x, plan.data["removed"])
        before, after = _counted(x), _counted(smaller)
        figures = {f"{name}_before": before[name] for name in before} | {f"{name}_after": after[name] for name in after}
        return smaller, Report(type(self).__name__, plan.lines, figures)

    def _check_names(self, x: "nn.Module") -> None:
        known = {name for name, _ in x.named_modules() if name}
        for name in (*self.leave_alone, *self.layers):
            if name not in known:
                raise InputError("no-layer", name=name, nearest=nearest(name, known))


_STAYS = {
    "output-layer": "stays-output-layer",
    "left-alone": "stays-left-alone",
    "shared-weights": "stays-shared-weights",
    "normalised-together": "stays-normalised-together",
    "not-supported": "stays-not-supported",
    "would-break": "stays-would-break",
    "coupled": "stays-coupled",
    "no-batch-norm": "stays-no-batch-norm",
    "not-reached": "stays-not-reached",
    "nothing-to-remove": "stays-not-reached",
}
"""What is said of the layers that have one reason, in half a sentence."""


def _nothing(reasons: Mapping[str, list[str]]) -> StepFailed:
    """One sentence about every layer, and what can be done."""
    named = {code: ", ".join(layers[:6]) + (" ..." if layers[6:] else "") for code, layers in reasons.items()}
    whole = [words.part(_STAYS[code], layers=layers) for code, layers in named.items()]
    if "no-batch-norm" in reasons:
        remedy = words.part("choose-criterion")
    else:
        remedy = words.part("shorten-leave-alone" if "left-alone" in reasons else "zero-weights")
    why = reduce(lambda first, then: words.part("first-then", first=first, then=then), whole)
    return StepFailed("nothing-prunable", why=why, remedy=remedy)


def _lines(module: "nn.Module", proof: "Proof") -> list[Line]:
    """One line for every part of the module that has weights of its own."""
    from workbench.techniques.pruning.layers import width

    lines = []
    for name, part in module.named_modules():
        if next(part.parameters(recurse=False), None) is None:
            continue
        sides, kind = proof.removal.get(name, {}), type(part).__name__
        if "out" in sides:
            before = width(part, "out")
            lines.append(Line(name, kind, True, "channels-removed", {"before": before, "after": before - len(sides["out"])}))
        elif sides:
            before = width(part, "in")
            lines.append(Line(name, kind, True, "inputs-removed", {"before": before, "after": before - len(sides["in"])}))
        else:
            code, because = proof.reason(name)
            lines.append(Line(name or kind, kind, False, code, {"because": because}))
    return lines


def _counted(module: "nn.Module") -> dict[str, float]:
    """Parameters, and output channels of all layers that make channels."""
    from workbench.techniques.pruning.layers import is_producer, width

    made = [width(part, "out") for part in module.modules() if is_producer(part)]
    return {"parameters": float(sum(p.numel() for p in module.parameters())), "channels": float(sum(made))}
