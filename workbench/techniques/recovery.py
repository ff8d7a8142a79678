"""What fine-tuning and distillation share: a thin layer over `workbench.training`. Weights that are zero stay zero."""

from typing import TYPE_CHECKING

from workbench.records import Line, Report
from workbench.techniques.technique import Context, Plan

if TYPE_CHECKING:
    from torch import nn

    from workbench.training import Settings
    from workbench.training.losses import Loss


def planned(module: "nn.Module") -> Plan:
    """One line for every part with parameters of its own: trained again, or frozen."""
    lines = []
    for name, part in module.named_modules():
        own = list(part.parameters(recurse=False))
        if own:
            trained = any(p.requires_grad for p in own)
            kind = type(part).__name__
            lines.append(Line(name or kind, kind, trained, "trained" if trained else "frozen"))
    return Plan(tuple(lines))


def retrained(
    module: "nn.Module",
    plan: Plan,
    context: Context,
    settings: "Settings",
    step: str,
    loss: "Loss | None" = None,
    teacher: "nn.Module | None" = None,
) -> "tuple[nn.Module, Report]":
    """A trained copy, and the report with the last epoch's figures."""
    from workbench.training.loop import train

    new, history = train(
        module,
        context.train,
        context.validation,
        context.kind,
        settings,
        seed=context.seed,
        device=context.device,
        loss=loss,
        teacher=teacher,
        emit=context.emit,
        check=context.check,
        step_name=step,
        keep_zeros=True,
    )
    return new, Report(step, plan.lines, history[-1] if history else {})
