"""Fine-tuning: the network is trained on, with the labels it was made for."""

from typing import TYPE_CHECKING

from workbench.knobs import knob
from workbench.records import Report
from workbench.techniques.recovery import planned, retrained
from workbench.techniques.technique import Context, ModuleTechnique, Plan

if TYPE_CHECKING:
    from torch import nn


class FineTuning(ModuleTechnique):
    """Trains every weight that is not frozen for some more epochs. Weights that are zero stay zero."""

    order = "recovery"
    needs = frozenset({"labels"})
    title = "Fine-tune"

    epochs: int = knob(3, ge=1, le=1000, search=(1, 10), unit="epochs", say="how often all samples are seen")
    learning_rate: float = knob(1e-3, gt=0, le=1, search=(1e-4, 1e-2), scale="log", say="the highest step size")
    batch_size: int = knob(64, ge=2, le=65_536, search=(16, 256), scale="log", unit="samples", say="samples in a step")

    def plan(self, x: "nn.Module", context: Context) -> Plan:
        return planned(x)

    def apply(self, x: "nn.Module", plan: Plan, context: Context) -> "tuple[nn.Module, Report]":
        """Raises `InputError` without labels, and `StepFailed` where training diverges."""
        from workbench.training import Settings

        settings = Settings(epochs=self.epochs, learning_rate=self.learning_rate, batch_size=self.batch_size)
        return retrained(x, plan, context, settings, type(self).__name__)
