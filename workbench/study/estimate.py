"""What a recipe would give, from the baseline's own layers: arithmetic, done before anything is.

The page does the same sums in the browser (`plots/assets/js/estimate.js`): `tests/js/cases/estimate.json` holds the two
together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench.errors import Damaged
from workbench.graphs.costs import LayerCost, costs
from workbench.graphs.file import GraphFile
from workbench.graphs.wiring import FIXED, Wire, chain, wires
from workbench.recipes import Recipe
from workbench.records import Estimate, LayerEstimate
from workbench.techniques import DynamicQuantization, HalfPrecision, StaticQuantization, StructuredPruning, Technique

_BYTES = {StaticQuantization: 1, DynamicQuantization: 1, HalfPrecision: 2}
"""Bytes of a stored weight, by technique; 4 without one of these."""

_NEVER = {StaticQuantization: ("ConvTranspose", "LSTM", "GRU", "RNN"), DynamicQuantization: ("ConvTranspose", "GRU", "RNN")}
"""Operators that a technique leaves in float."""


@dataclass(frozen=True)
class Structure:
    """The baseline's layers, in the order of the graph, the bytes of its file that are no weights, and which layers read
    which (none: each reads the one before it)."""

    layers: tuple[LayerCost, ...]
    other_bytes: int
    wires: tuple[Wire, ...] = ()


def structure(file: GraphFile) -> Structure:
    """Read off the baseline's file; for one study it is always the same, so it is worth keeping."""
    model = file.load()
    layers = tuple(layer for layer in costs(model).layers if layer.parameters)
    return Structure(layers, file.size_bytes - 4 * sum(layer.parameters for layer in layers), wires(model, layers))


@lru_cache(maxsize=8)
def structure_of(baseline: Path) -> Structure:
    """The structure of a study's baseline, by its file's path: read once a process. Raises `Damaged` where the file is gone."""
    if not baseline.exists():
        raise Damaged("baseline-damaged", path=str(baseline))
    return structure(GraphFile(baseline))


def estimate(recipe: Recipe, of: Structure) -> Estimate:
    """Bytes, parameters and MACs, each layer for itself.

    Structured pruning takes its ratio, or a layer's own one, from every width that layers share and that nobody has asked
    to leave alone; a layer keeps the share of its outputs times that of its inputs. Quantization stores its share of bytes
    for each weight, where it takes the layer. What is left out is said.
    """
    ends = of.wires or chain(len(of.layers))
    keep, stored = {FIXED: 1.0} | {w.makes: 1.0 for w in ends}, [4] * len(of.layers)
    left_out = []
    for step in recipe.steps:
        if isinstance(step, StructuredPruning):
            keep = _cut(keep, step, of.layers, ends)
        elif type(step) in _BYTES:
            stored = [_BYTES[type(step)] if _stores(step, la) else s for la, s in zip(of.layers, stored, strict=True)]
        elif _changes_size(step):
            left_out.append(type(step).__name__)
    layers = tuple(_kept(*ends_of, keep) for ends_of in zip(of.layers, ends, stored, strict=True))
    size = of.other_bytes + sum(layer.bytes for layer in layers)
    parameters, macs = sum(layer.parameters for layer in layers), sum(layer.macs for layer in layers)
    return Estimate(size, parameters, macs, layers, "layer arithmetic", tuple(left_out))


def _cut(
    keep: Mapping[int, float], step: StructuredPruning, layers: Sequence[LayerCost], ends: Sequence[Wire]
) -> dict[int, float]:
    """The share that is kept of each width once the step is done, from the share before it."""
    left = dict(keep)
    for width in keep:
        names = [layer.layer for layer, wire in zip(layers, ends, strict=True) if wire.makes == width]
        if width != FIXED and not any(_is_part(name, alone) for name in names for alone in step.leave_alone):
            own = next((ratio for layer, ratio in step.layers.items() if layer in names), step.ratio)
            left[width] = keep[width] * (1.0 - own)
    return left


def _stores(step: Technique, layer: LayerCost) -> bool:
    """Whether the step stores the layer's weights in its own way."""
    if layer.operator in _NEVER.get(type(step), ()):
        return False
    if isinstance(step, StaticQuantization):
        return not any(_is_part(layer.layer, alone) for alone in step.leave_alone)
    return not isinstance(step, DynamicQuantization) or layer.operator != "Conv" or step.convolutions


def _kept(layer: LayerCost, wire: Wire, width: int, keep: Mapping[int, float]) -> LayerEstimate:
    read = sum(keep.get(w, 1.0) for w in wire.reads) / len(wire.reads) if wire.reads else 1.0
    share = read * keep[wire.makes]
    parameters = round(layer.parameters * share)
    return LayerEstimate(layer.layer, parameters, round(layer.macs * share), width * parameters)


def _is_part(layer: str, name: str) -> bool:
    return layer == name or layer.startswith(f"{name}.")


def _changes_size(step: Technique) -> bool:
    """Whether a technique that the arithmetic does not know may change shapes or storage."""
    return step.order in ("architecture", "numerics")
