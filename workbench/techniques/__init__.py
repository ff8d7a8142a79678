"""Techniques: what makes a model smaller, each a frozen, declared record."""

from workbench.techniques.context import StepContext
from workbench.techniques.distillation import Distillation
from workbench.techniques.dynamic_quantization import DynamicQuantization
from workbench.techniques.fine_tuning import FineTuning
from workbench.techniques.half_precision import HalfPrecision
from workbench.techniques.static_quantization import StaticQuantization
from workbench.techniques.structured_pruning import StructuredPruning
from workbench.techniques.technique import (
    Context,
    FileTechnique,
    ModuleTechnique,
    Plan,
    Technique,
    technique,
    techniques,
)
from workbench.techniques.weight_clipping import WeightClipping
from workbench.techniques.weight_pruning import WeightPruning

__all__ = [
    "Context",
    "Distillation",
    "DynamicQuantization",
    "FileTechnique",
    "FineTuning",
    "HalfPrecision",
    "ModuleTechnique",
    "Plan",
    "StaticQuantization",
    "StepContext",
    "StructuredPruning",
    "Technique",
    "WeightClipping",
    "WeightPruning",
    "technique",
    "techniques",
]
