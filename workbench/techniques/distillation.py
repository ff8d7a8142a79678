"""Distillation: the network learns what the whole network answers, and the labels beside it."""

from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.knobs import knob
from workbench.records import Report
from workbench.techniques.recovery import planned, retrained
from workbench.techniques.technique import Context, ModuleTechnique, Need, Plan

if TYPE_CHECKING:
    from torch import nn


class Distillation(ModuleTechnique):
    """Makes alpha CE(f(x), y) + (1 - alpha) T^2 KL(softmax(t(x) / T) || softmax(f(x) / T)) small.

    The teacher t is the study's baseline, frozen: it is asked about each sample once. With alpha 0 no labels are needed.
    Weights that are zero stay zero. A regression takes mean squared errors in both places. Source: Hinton et al.,
    Distilling the Knowledge in a Neural Network, 2015.
    """

    version = 2
    order = "recovery"
    needs = frozenset({"teacher", "labels"})
    title = "Distil"

    epochs: int = knob(3, ge=1, le=1000, search=(1, 20), unit="epochs", say="how often all samples are seen")
    alpha: float = knob(0.1, ge=0, le=1, search=(0.0, 0.9), unit="share", say="the weight of the labels beside the teacher's")
    temperature: float = knob(4.0, gt=0, le=100, search=(1.0, 8.0), scale="log", say="how soft the teacher's answers are made")
    learning_rate: float = knob(1e-2, gt=0, le=1, search=(1e-3, 3e-2), scale="log", say="the highest step size")
    batch_size: int = knob(32, ge=2, le=65_536, search=(16, 256), scale="log", unit="samples", say="samples in a step")

    @property
    def needed(self) -> frozenset[Need]:
        return self.needs if self.alpha > 0 else self.needs - {"labels"}

    def plan(self, x: "nn.Module", context: Context) -> Plan:
        return planned(x)

    def apply(self, x: "nn.Module", plan: Plan, context: Context) -> "tuple[nn.Module, Report]":
        """Raises `InputError` where alpha asks for labels that are not there, and `StepFailed` where training diverges."""
        from workbench.training import Settings
        from workbench.training.losses import distilling

        if "labels" in self.needed and context.train.targets is None:
            raise InputError("needs-labels", step=type(self).__name__, kind=context.kind)
        loss = distilling(context.kind, self.alpha, self.temperature)
        settings = Settings(epochs=self.epochs, learning_rate=self.learning_rate, batch_size=self.batch_size)
        return retrained(x, plan, context, settings, type(self).__name__, loss, context.teacher())
