"""The layers whose channels can be cut: what a channel is in each kind, and how it is taken away.

Two sides of a layer can be cut: "out" takes away channels that it produces, "in" takes away what it reads of the layers
before it. Normalisations, depthwise convolutions and PReLU follow what they are fed: they have a side "out" only.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.instancenorm import _InstanceNorm

Side = Literal["out", "in"]

PRODUCERS = (_ConvNd, nn.Linear, nn.Embedding, nn.LSTM)
_WIDTHS: dict[Side, tuple[str, ...]] = {
    "out": ("out_channels", "out_features", "embedding_dim", "hidden_size", "num_features", "num_channels"),
    "in": ("in_channels", "in_features", "input_size"),
}
FOLLOWERS = (_BatchNorm, _InstanceNorm, nn.GroupNorm, nn.PReLU)


def is_depthwise(layer: nn.Module) -> bool:
    return isinstance(layer, _ConvNd) and 1 < layer.groups == layer.in_channels == layer.out_channels


def is_producer(layer: nn.Module) -> bool:
    """Whether the layer makes channels of its own, mixing all that it reads."""
    return isinstance(layer, PRODUCERS) and not is_depthwise(layer)


def unsupported(layer: nn.Module) -> str | None:
    """The code of the reason why the layer cannot be cut; None when it can."""
    if isinstance(layer, nn.LayerNorm):
        return "normalised-together"
    plain = not hasattr(layer, "parametrizations") and not layer._forward_pre_hooks
    if not (plain and isinstance(layer, PRODUCERS + FOLLOWERS)):
        return "not-supported"
    if isinstance(layer, nn.LSTM) and (layer.num_layers > 1 or layer.bidirectional or layer.proj_size):
        return "not-supported"
    if isinstance(layer, _ConvNd) and layer.transposed and layer.groups > 1:
        return "not-supported"
    return None


def width(layer: nn.Module, side: Side) -> int:
    """How many channels the layer has on that side."""
    return int(next(getattr(layer, n) for n in (*_WIDTHS[side], "num_parameters") if hasattr(layer, n)))


def channel_dim(layer: nn.Module) -> int:
    """The dimension of the layer's input and output tensors that counts channels."""
    return -1 if isinstance(layer, nn.Linear | nn.Embedding | nn.LSTM) else 1


def _weight(layer: nn.Module) -> Tensor:
    assert isinstance(layer.weight, Tensor)
    return layer.weight.detach()


def _gates(layer: nn.LSTM, side: Literal["ih", "hh"]) -> nn.Parameter:
    """The weights of the four gates of a one-layer LSTM: (4 x hidden, what they read)."""
    weight = getattr(layer, f"weight_{side}_l0")
    assert isinstance(weight, nn.Parameter)
    return weight


def rows(layer: nn.Module, side: Side) -> Tensor:
    """The layer's weights with one row for each channel of that side: (channels, weights of the channel)."""
    if isinstance(layer, nn.LSTM):
        hidden = layer.hidden_size
        if side == "in":
            return _gates(layer, "ih").detach().T
        gates = torch.cat([_gates(layer, "ih"), _gates(layer, "hh")], 1).detach()
        return gates.view(4, hidden, -1).transpose(0, 1).reshape(hidden, -1)
    weight = _weight(layer)
    if isinstance(layer, nn.Embedding):
        return weight.T
    if isinstance(layer, _ConvNd) and layer.transposed:
        weight = weight.transpose(0, 1)
    if side == "out":
        return weight.flatten(1) if weight.dim() > 1 else weight[:, None]
    groups = layer.groups if isinstance(layer, _ConvNd) else 1
    blocks = weight.reshape(groups, weight.shape[0] // groups, weight.shape[1], -1)  # (G, O/G, I/G, kernel)
    return blocks.transpose(1, 2).reshape(groups * weight.shape[1], -1)


def silence(layer: nn.Module, side: Side, channels: Sequence[int]) -> None:
    """Has the layer hear nothing of these channels any more, without changing a shape: their weights become zero.

    For the side "out" only a recurrent layer hears its own channels; for every other layer nothing happens.
    """
    chosen = list(channels)
    with torch.no_grad():
        if isinstance(layer, nn.LSTM):
            _gates(layer, "ih" if side == "in" else "hh")[:, chosen] = 0
        elif side == "in" and isinstance(layer, _ConvNd) and layer.groups > 1:
            for channel in chosen:
                group, place = divmod(channel, layer.weight.shape[1])
                size = layer.out_channels // layer.groups
                layer.weight[group * size : (group + 1) * size, place] = 0
        elif side == "in":
            transposed = isinstance(layer, _ConvNd) and layer.transposed
            (_weight(layer).transpose(0, 1) if transposed else _weight(layer))[:, chosen] = 0


def cut(layer: nn.Module, side: Side, channels: Sequence[int]) -> None:
    """Takes the channels away, in place. Raises `ValueError` where a grouped layer would become uneven."""
    from torch_pruning.ops import module2type
    from torch_pruning.pruner.function import PrunerBox

    gone = sorted(set(channels))
    if isinstance(layer, nn.LSTM):
        _cut_lstm(layer, side, gone)
    elif isinstance(layer, _ConvNd) and layer.groups > 1 and not is_depthwise(layer):
        _cut_grouped(layer, side, gone)
    else:
        if isinstance(layer, nn.GroupNorm):
            _even(layer.num_channels, layer.num_groups, gone, whole_groups=True)
            layer.num_groups -= len(gone) * layer.num_groups // layer.num_channels
        pruner = PrunerBox[module2type(layer)]
        (pruner.prune_out_channels if side == "out" else pruner.prune_in_channels)(layer, gone)


def _even(channels: int, groups: int, gone: Sequence[int], whole_groups: bool = False) -> None:
    """Whether every group of channels loses as many as the others (or all, or none, where whole groups go)."""
    size = channels // groups
    lost = np.bincount([g // size for g in gone], minlength=groups)
    allowed = {0, size} if whole_groups else {int(lost[0])}
    if set(lost.tolist()) - allowed:
        raise ValueError("the groups of a grouped layer would lose unequal numbers of channels")


def _cut_grouped(layer: _ConvNd, side: Side, gone: Sequence[int]) -> None:
    _even(width(layer, side), layer.groups, gone)
    if side == "out":
        kept = torch.tensor([c for c in range(layer.out_channels) if c not in set(gone)])
        layer.weight = nn.Parameter(layer.weight.detach()[kept])
        if layer.bias is not None:
            layer.bias = nn.Parameter(layer.bias.detach()[kept])
        layer.out_channels = len(kept)
        return
    size = layer.in_channels // layer.groups
    blocks = layer.weight.detach().chunk(layer.groups)  # (O/G, I/G, kernel) each
    places = [[c for c in range(size) if g * size + c not in set(gone)] for g in range(layer.groups)]
    layer.weight = nn.Parameter(torch.cat([block[:, kept] for block, kept in zip(blocks, places, strict=True)]))
    layer.in_channels -= len(gone)


def _cut_lstm(layer: nn.LSTM, side: Side, gone: Sequence[int]) -> None:
    kept = [c for c in range(width(layer, side)) if c not in set(gone)]
    if side == "in":
        layer.weight_ih_l0 = nn.Parameter(_gates(layer, "ih").detach()[:, kept])
        layer.input_size = len(kept)
        return
    gates = [gate * layer.hidden_size + c for gate in range(4) for c in kept]  # input, forget, cell, output
    for name in ("weight_ih_l0", "weight_hh_l0", *(("bias_ih_l0", "bias_hh_l0") if layer.bias else ())):
        setattr(layer, name, nn.Parameter(getattr(layer, name).detach()[gates]))
    layer.weight_hh_l0 = nn.Parameter(_gates(layer, "hh").detach()[:, kept])
    layer.hidden_size = len(kept)
    layer.flatten_parameters()
