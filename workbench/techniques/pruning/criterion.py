"""How important a unit is: the part of pruning that says what is least missed. One number for each unit, higher is kept.

Every criterion is a function of a group, its layers and a seed, and is found by its name in `CRITERIA`. A unit of
several channels scores their mean. NaN says that the group has nothing to be judged by.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from workbench.techniques.pruning.grouping import Group, Place
from workbench.techniques.pruning.layers import is_producer, rows

Scores = npt.NDArray[np.float64]
Layers = Mapping[str, nn.Module]


def magnitude(group: Group, layers: Layers, seed: int) -> Scores:
    """The L2 norm of the weights that produce the unit. Source: Li et al., Pruning Filters for Efficient ConvNets, 2017."""
    return _norm(group, layers, [p for p in sorted(group.places) if p[1] == "out" and is_producer(layers[p[0]])])


def group_norm(group: Group, layers: Layers, seed: int) -> Scores:
    """The L2 norm of all weights that go with the unit, those that read it included. Source: DepGraph, 2023."""
    return _norm(group, layers, sorted(p for p in group.places if getattr(layers[p[0]], "weight", 1) is not None))


def bn_scale(group: Group, layers: Layers, seed: int) -> Scores:
    """The mean absolute scale of the batch normalisations behind the unit. Source: Liu et al., Network Slimming, 2017."""
    found = []
    for place in sorted(group.places):
        layer = layers[place[0]]
        if isinstance(layer, _BatchNorm) and layer.affine:
            found.append(_of_units(group, place, _array(layer.weight.detach().abs())))
    return np.nanmean(found, axis=0) if found else np.full(len(group.units), np.nan)


def random(group: Group, layers: Layers, seed: int) -> Scores:
    """Drawn by the seed and the group's first layer: the yardstick that every other criterion has to beat."""
    return np.random.default_rng([seed, zlib.crc32(group.root.encode())]).random(len(group.units))


CRITERIA: dict[str, Callable[[Group, Layers, int], Scores]] = {
    "magnitude": magnitude,
    "bn_scale": bn_scale,
    "group_norm": group_norm,
    "random": random,
}


def _norm(group: Group, layers: Layers, places: Iterable[Place]) -> Scores:
    """For each unit the mean, over its channels, of the squared weights summed over places; the root of it."""
    total = np.zeros(len(group.units))
    for place in places:
        squares = _array(rows(layers[place[0]], place[1]).double().square().sum(1))
        total += np.nan_to_num(_of_units(group, place, squares))
    return np.sqrt(total)


def _of_units(group: Group, place: Place, values: npt.NDArray[Any]) -> Scores:
    """The mean of a place's channel values in each unit; NaN where the unit has no channel there."""
    chosen = [unit.get(place, ()) for unit in group.units]
    return np.array([values[list(c)].mean() if c else np.nan for c in chosen])


def _array(tensor: Any) -> npt.NDArray[Any]:
    return np.asarray(tensor.double().cpu().numpy())
