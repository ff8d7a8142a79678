"""Which channels have to go together: groups of layers whose widths are coupled, from torch-pruning's dependency graph.

A residual sum couples its branches, a depthwise convolution follows its input, a linear layer behind a flatten loses
a block of columns for each channel. A `Group` says so in plain data: it consists of units, and a unit is everything
that goes when one channel goes. Source: Fang et al., DepGraph: Towards Any Structural Pruning, CVPR 2023.
"""

import copy
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from workbench.models.calling import call
from workbench.techniques.pruning.layers import PRODUCERS, Side, is_depthwise, is_producer, unsupported, width

Place = tuple[str, Side]
Unit = Mapping[Place, tuple[int, ...]]
"""What goes together: channels by layer and side, in the numbering of the uncut network."""


@dataclass(frozen=True)
class Group:
    """Coupled channels. `root` names its first layer; `blocked` is the code (and its field) of why it must stay as it is."""

    root: str
    units: tuple[Unit, ...]
    blocked: tuple[str, str] | None = None

    @property
    def places(self) -> set[Place]:
        return {place for unit in self.units for place in unit}

    @property
    def narrowed(self) -> set[str]:
        """The layers whose own channels go with this group."""
        return {layer for layer, side in self.places if side == "out"}


def groups(module: nn.Module, inputs: dict[str, Tensor]) -> list[Group]:
    """The groups of a module, found by following its autograd graph on `inputs`. The module is left as it was.

    A group that names channels that a layer does not have (of a concatenation whose parts were miscounted) is left out.
    """
    import torch_pruning as tp

    traced = copy.deepcopy(module).eval()
    for parameter in traced.parameters():
        parameter.requires_grad_(parameter.is_floating_point())
    graph = tp.DependencyGraph()
    with torch.enable_grad():
        graph.build_dependency(traced, inputs, forward_fn=_forward, verbose=False)
    names = {part: name for name, part in traced.named_modules()}
    found = [_plain(g, names) for g in graph.get_all_groups(root_module_types=list(PRODUCERS))]
    layers = dict(module.named_modules())
    return [evened(g, layers) for g in found if _is_within(g, layers)]


def _is_within(group: Group, layers: Mapping[str, nn.Module]) -> bool:
    return all(
        0 <= channel < width(layers[name], side)
        for unit in group.units
        for (name, side), channels in unit.items()
        if unsupported(layers[name]) is None
        for channel in channels
    )


def _forward(module: nn.Module, inputs: dict[str, Tensor]) -> list[Tensor]:
    """The outputs behind one more operation each, so that a layer that makes an output is seen to be before it."""
    return [answer.clone() for answer in tensors(call(module, inputs)) if answer.requires_grad]


def tensors(answers: Any) -> list[Tensor]:
    """Every tensor in a module's answer, in order."""
    if isinstance(answers, Tensor):
        return [answers]
    if isinstance(answers, dict):
        answers = list(answers.values())
    return [t for a in answers for t in tensors(a)] if isinstance(answers, tuple | list) else []


def _plain(group: Any, names: Mapping[nn.Module, str]) -> Group:
    """A group of torch-pruning's as plain data."""
    units: dict[int, dict[Place, list[int]]] = defaultdict(lambda: defaultdict(list))
    blocked = None
    for item in group:
        layer = item.dep.target.module
        if type(layer).__name__ == "_OutputOp":
            blocked = ("output-layer", "")
        elif isinstance(layer, nn.Parameter):
            blocked = blocked or ("not-supported", "parameter")
        elif layer in names:
            why = unsupported(layer)
            blocked = blocked or (why and (why, names[layer])) or None
            inner = item.dep.handler.__name__ == "prune_in_channels" and is_producer(layer)
            for root, channel in zip(item.root_idxs, item.idxs, strict=True):
                units[root][names[layer], "in" if inner else "out"].append(channel)
    root = names[group[0].dep.target.module]
    return Group(root, tuple(_frozen(units[k]) for k in sorted(units)), blocked)


def _frozen(unit: Mapping[Place, list[int]]) -> Unit:
    return {place: tuple(sorted(set(channels))) for place, channels in unit.items()}


def evened(group: Group, layers: Mapping[str, nn.Module]) -> Group:
    """The group with its units joined where a grouped layer has to lose as much in each of its groups.

    A grouped convolution loses the same channel of each group; a GroupNorm loses whole groups, so that what remains is
    normalised as before.
    """
    joined = Classes(len(group.units))
    for place in group.places:
        key = _key(layers[place[0]], place)
        if key is not None:
            first: dict[int, int] = {}
            for index, unit in enumerate(group.units):
                for channel in unit.get(place, ()):
                    joined.join(index, first.setdefault(key(channel), index))
    return replace(group, units=tuple(merged([group.units[k] for k in members]) for members in joined.classes()))


def _key(layer: nn.Module, place: Place) -> Any:
    """Tells which channels of a grouped layer go together; None for a layer that is not grouped."""
    if isinstance(layer, nn.GroupNorm):
        size = layer.num_channels // layer.num_groups
        return lambda channel: channel // size
    if isinstance(layer, _ConvNd) and layer.groups > 1 and not is_depthwise(layer):
        size = (layer.out_channels if place[1] == "out" else layer.in_channels) // layer.groups
        return lambda channel: channel % size
    return None


def merged(units: list[Unit]) -> Unit:
    """One unit of several."""
    if len(units) == 1:
        return units[0]
    together: dict[Place, list[int]] = defaultdict(list)
    for unit in units:
        for place, channels in unit.items():
            together[place].extend(channels)
    return _frozen(together)


class Classes:
    """A partition of 0 .. n-1 that grows coarser: union and find."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, k: int) -> int:
        while self._parent[k] != k:
            self._parent[k] = self._parent[self._parent[k]]
            k = self._parent[k]
        return k

    def join(self, a: int, b: int) -> None:
        """Puts the classes of `a` and `b` together, under the smaller of their first members."""
        low, high = sorted((self.find(a), self.find(b)))
        self._parent[high] = low

    def classes(self) -> list[list[int]]:
        """The members of each class, both in rising order."""
        found: dict[int, list[int]] = defaultdict(list)
        for k in range(len(self._parent)):
            found[self.find(k)].append(k)
        return list(found.values())
