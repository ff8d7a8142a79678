"""What a recipe would give, from the baseline's own layers: arithmetic, done before anything is."""

from dataclasses import dataclass

from workbench.graphs.costs import LayerCost, costs
from workbench.graphs.file import GraphFile
from workbench.recipes import Recipe
from workbench.records import Estimate, LayerEstimate
from workbench.techniques import DynamicQuantization, HalfPrecision, StaticQuantization, StructuredPruning, Technique

_BYTES = {StaticQuantization: 1, DynamicQuantization: 1, HalfPrecision: 2}
"""Bytes of a stored weight, by technique; 4 without one of these."""


@dataclass(frozen=True)
class Structure:
    """The baseline's layers, in the order of the graph, and the bytes of its file that are no weights."""

    layers: tuple[LayerCost, ...]
    other_bytes: int


def structure(file: GraphFile) -> Structure:
    """Read off the baseline's file; for one study it is always the same, so it is worth keeping."""
    found = costs(file.load())
    layers = tuple(layer for layer in found.layers if layer.parameters)
    return Structure(layers, file.size_bytes - 4 * sum(layer.parameters for layer in layers))


def estimate(recipe: Recipe, of: Structure) -> Estimate:
    """Bytes, parameters and MACs, each layer for itself.

    Structured pruning is taken as uniform: a layer keeps a share 1 - ratio of its outputs (not the last one) and of its
    inputs (not the first one). Quantization stores its share of bytes for each weight. What is left out is said.
    """
    keep = 1.0
    width, left_out = 4, []
    for step in recipe.steps:
        if isinstance(step, StructuredPruning):
            keep *= 1.0 - step.ratio
        elif type(step) in _BYTES:
            width = _BYTES[type(step)]
        elif _changes_size(step):
            left_out.append(type(step).__name__)
    last = len(of.layers) - 1
    layers = tuple(_kept(layer, (1.0 if k == 0 else keep) * (1.0 if k == last else keep)) for k, layer in enumerate(of.layers))
    parameters = sum(layer.parameters for layer in layers)
    size = of.other_bytes + width * parameters
    return Estimate(size, parameters, sum(layer.macs for layer in layers), layers, "layer arithmetic", tuple(left_out))


def _kept(layer: LayerCost, share: float) -> LayerEstimate:
    return LayerEstimate(layer.layer, round(layer.parameters * share), round(layer.macs * share))


def _changes_size(step: Technique) -> bool:
    """Whether a technique that the arithmetic does not know may change shapes or storage."""
    return step.order in ("architecture", "numerics")
