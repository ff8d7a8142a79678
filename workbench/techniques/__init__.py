"""Techniques: what makes a model smaller, each a frozen, declared record."""

from workbench.techniques.context import StepContext
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
    "FileTechnique",
    "ModuleTechnique",
    "Plan",
    "StepContext",
    "StructuredPruning",
    "Technique",
    "WeightClipping",
    "WeightPruning",
    "technique",
    "techniques",
]
