"""Which channels go together, found by experiment: poison one channel with NaN, and see where NaN arrives.

Torch-pruning reads the autograd graph and has to guess what a reshape or a concatenation did with the channels; where it
guesses wrongly (a concatenation that is flattened straight into a linear layer, for one), the network itself is asked.
The output channel c of a layer is set to NaN, the outputs of all other layers that mix channels are kept clean, and
then exactly the inputs that hold NaN read channel c. Channels that meet in one input go together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from workbench.models.calling import call
from workbench.techniques.pruning.grouping import Classes, Group, Place, Unit, evened, merged, tensors
from workbench.techniques.pruning.layers import channel_dim, is_depthwise, is_producer, unsupported, width

_COPIES = 64
"""So many channels are asked about in one forward: one copy of the sample each."""

_OUTPUT: Place = ("", "in")


def traced_groups(module: nn.Module, inputs: dict[str, Tensor], names: Iterable[str]) -> list[Group]:
    """The groups of the channels that the layers `names` produce. `module` is in evaluation mode, and left as it was."""
    layers = dict(module.named_modules())
    sample = {name: tensor[:1] for name, tensor in inputs.items()}
    units: list[Unit] = []
    for name in names:
        if is_producer(layers[name]) and unsupported(layers[name]) is None:
            units += _readers(module, sample, name)
    coupled = Classes(len(units))
    first: dict[tuple[Place, int], int] = {}
    for index, unit in enumerate(units):
        for place, channels in unit.items():
            for channel in channels:
                coupled.join(index, first.setdefault((place, channel), index))
    together = [merged([units[k] for k in members]) for members in coupled.classes()]
    return [evened(group, layers) for group in _by_producers(together, layers)]


def _by_producers(units: Iterable[Unit], layers: Mapping[str, nn.Module]) -> Iterator[Group]:
    """Units that take from the same layers are one group."""
    families: dict[frozenset[str], list[Unit]] = defaultdict(list)
    for unit in units:
        families[frozenset(name for name, side in unit if side == "out" and is_producer(layers[name]))].append(unit)
    order = {name: k for k, name in enumerate(layers)}
    for family, members in families.items():
        if not any(side == "in" for unit in members for _, side in unit):
            continue  # nothing reads them
        touched = {name for unit in members for name, _ in unit}
        blocked = next(((w, n) for n in sorted(touched - {""}) if (w := unsupported(layers[n]))), None)
        if "" in touched:
            blocked = ("output-layer", "")
            members = [{p: c for p, c in unit.items() if p != _OUTPUT} for unit in members]
        yield Group(min(family, key=order.__getitem__), tuple(members), blocked)


def _readers(module: nn.Module, sample: dict[str, Tensor], name: str) -> list[Unit]:
    """For each output channel of a layer: itself, and every place that reads it."""
    channels = width(module.get_submodule(name), "out")
    units: list[dict[Place, set[int]]] = [defaultdict(set, {(name, "out"): {c}}) for c in range(channels)]
    for start in range(0, channels, _COPIES):
        asked = units[start : start + _COPIES]
        copies = {k: t.repeat(len(asked), *[1] * (t.dim() - 1)) for k, t in sample.items()}
        with torch.no_grad(), _hooked(module, name, start, asked):
            answers = tensors(call(module, copies))
        for answer in answers:
            for copy in _poisoned(answer).any(1).nonzero().flatten().tolist():
                asked[copy][_OUTPUT].add(0)
    return [{place: tuple(sorted(c)) for place, c in unit.items()} for unit in units]


@contextmanager
def _hooked(module: nn.Module, name: str, start: int, units: list[dict[Place, set[int]]]) -> Iterator[None]:
    """Within it, the layer `name` poisons channel start + k of copy k, and who reads what is written to `units`."""
    handles = []
    for other, layer in module.named_modules():
        if other and list(layer.parameters(recurse=False)):
            handles.append(layer.register_forward_pre_hook(_note(other, units)))
        if other == name:
            handles.append(layer.register_forward_hook(_poison(start, len(units), channel_dim(layer))))
        elif is_producer(layer) or isinstance(layer, nn.MultiheadAttention):
            handles.append(layer.register_forward_hook(lambda _, __, answer: _each(answer, torch.nan_to_num)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _note(name: str, units: list[dict[Place, set[int]]]) -> Callable[..., None]:
    def hook(layer: nn.Module, given: tuple[Any, ...]) -> None:
        if not tensors(given) or isinstance(layer, nn.Embedding):
            return
        place: Place = (name, "in" if is_producer(layer) and not is_depthwise(layer) else "out")
        read = _poisoned(tensors(given)[0].movedim(channel_dim(layer), 1))
        for copy, channel in read.nonzero().tolist():
            units[copy][place].add(channel)

    return hook


def _poison(start: int, copies: int, dim: int) -> Callable[..., Any]:
    def hook(_: nn.Module, __: Any, answer: Any) -> Any:
        return _each(answer, lambda tensor: poisoned(torch.nan_to_num(tensor)))

    def poisoned(tensor: Tensor) -> Tensor:
        by_channel = tensor.clone().movedim(dim, 0)  # (channels, ...)
        copy_dim = 0 if by_channel.shape[1] == copies else 1  # a recurrent layer's states count layers first
        for copy in range(copies):
            by_channel[start + copy].select(copy_dim, copy).fill_(torch.nan)
        return by_channel.movedim(0, dim)

    return hook


def _each(answer: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A layer's answer with every float tensor in it changed."""
    if isinstance(answer, tuple | list):
        return type(answer)(_each(a, change) for a in answer)
    return change(answer) if isinstance(answer, Tensor) and answer.is_floating_point() else answer


def _poisoned(tensor: Tensor) -> Tensor:
    """Which channels (dimension 1) hold NaN in each copy (dimension 0): (copies, channels)."""
    flat = torch.isnan(tensor).flatten(2) if tensor.dim() > 2 else torch.isnan(tensor).unsqueeze(-1)
    return flat.any(-1) if flat.dim() == 3 else flat
