"""Operators with weights become PyTorch's own layers, so that pruning, clipping and training know them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.models.onnx_graph.node import Node
from workbench.tasks.task import Array

_CONV: dict[int, type[nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
_TURNED: dict[int, type[nn.Module]] = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
_BATCH: dict[int, type[nn.Module]] = {2: nn.BatchNorm1d, 3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
_INSTANCE: dict[int, type[nn.Module]] = {3: nn.InstanceNorm1d, 4: nn.InstanceNorm2d, 5: nn.InstanceNorm3d}


def layer_of(node: Node) -> nn.Module | None:
    """The layer of an operator whose weights are in the file, with these weights; None for an operator that is none."""
    make = LAYERS.get(node.kind)
    return None if make is None else make(node)


def linear(weight: Array, bias: Array | None) -> nn.Module:
    """A linear layer of a matrix (in x out), as MatMul has it."""
    layer = nn.Linear(weight.shape[0], weight.shape[1], bias is not None)
    return _filled(layer, weight.T, bias)


def _conv(node: Node) -> nn.Module | None:
    if 1 not in node.constants or (node.has(2) and 2 not in node.constants):
        return None
    weight, axes = node.constants[1], node.constants[1].ndim - 2
    if axes not in _CONV:
        raise node.refused()
    groups, turned = node.get("group", 1), node.kind == "ConvTranspose"
    strides, dilations = node.get("strides", [1] * axes), node.get("dilations", [1] * axes)
    words: dict[str, Any] = {"stride": tuple(strides), "dilation": tuple(dilations), "groups": groups, "bias": node.has(2)}
    words["padding"] = _turned_padding(node, axes) if turned else (padding(node, axes) or (0,) * axes)
    if turned:
        words["output_padding"] = tuple(node.get("output_padding", [0] * axes))
        made = _TURNED[axes](weight.shape[0], weight.shape[1] * groups, weight.shape[2:], **words)
    else:
        made = _CONV[axes](weight.shape[1] * groups, weight.shape[0], weight.shape[2:], **words)
    return _filled(made, weight, node.constants.get(2))


def padding(node: Node, axes: int) -> tuple[int, ...] | None:
    """How far each axis is padded where both its sides are alike; None where they are not, or follow from the input."""
    auto = node.get("auto_pad", "NOTSET")
    if auto == "VALID":
        return (0,) * axes
    pads = node.get("pads", [0] * 2 * axes)
    return tuple(pads[:axes]) if auto == "NOTSET" and pads[:axes] == pads[axes:] else None


def _turned_padding(node: Node, axes: int) -> tuple[int, ...]:
    known = padding(node, axes)
    if known is None or "output_shape" in node.attributes:
        raise node.refused("onnx-padding")
    return known


def _gemm(node: Node) -> nn.Module | None:
    if 1 not in node.constants or node.get("transA", 0) or (node.has(2) and 2 not in node.constants):
        return None
    weight = node.constants[1].T if node.get("transB", 0) else node.constants[1]
    bias = node.constants.get(2)
    if bias is not None:
        if bias.ndim > 2 or (bias.ndim == 2 and bias.shape[0] != 1):
            return None
        bias = np.broadcast_to(bias.reshape(-1), weight.shape[1:]) * np.float32(node.get("beta", 1.0))
    return linear(weight * np.float32(node.get("alpha", 1.0)), bias)


def _batch_norm(node: Node) -> nn.Module | None:
    if not all(place in node.constants for place in range(1, 5)) or node.rank() not in _BATCH:
        raise node.refused()
    scale, bias, mean, variance = (node.constants[place] for place in range(1, 5))
    layer: Any = _BATCH[node.rank()](len(scale), eps=node.get("epsilon", 1e-5), momentum=1 - node.get("momentum", 0.9))
    layer.running_mean.copy_(torch.from_numpy(mean.copy()))
    layer.running_var.copy_(torch.from_numpy(variance.copy()))
    return _filled(layer, scale, bias)


def _instance_norm(node: Node) -> nn.Module | None:
    if not {1, 2} <= set(node.constants) or node.rank() not in _INSTANCE:
        raise node.refused()
    layer = _INSTANCE[node.rank()](len(node.constants[1]), eps=node.get("epsilon", 1e-5), affine=True)
    return _filled(layer, node.constants[1], node.constants[2])


def _layer_norm(node: Node) -> nn.Module | None:
    axis = node.get("axis", -1) % node.rank()
    shape = node.shape(0)[axis:]
    if 1 not in node.constants or any(isinstance(side, list) for side in shape) or len(node.outputs) > 1:
        raise node.refused()
    bias = node.constants.get(2)
    layer = nn.LayerNorm(shape, eps=node.get("epsilon", 1e-5), bias=bias is not None)
    return _filled(layer, np.broadcast_to(node.constants[1], shape), None if bias is None else np.broadcast_to(bias, shape))


def _group_norm(node: Node) -> nn.Module | None:
    channels, groups = node.shape(0)[1], node.get("num_groups")
    if not {1, 2} <= set(node.constants) or len(node.constants[1]) != channels:
        raise node.refused()  # before opset 21 the scale was one a group
    layer = nn.GroupNorm(groups, channels, eps=node.get("epsilon", 1e-5))
    return _filled(layer, node.constants[1], node.constants[2])


def _prelu(node: Node) -> nn.Module | None:
    slope, axes = node.constants.get(1), node.rank() - 1
    if slope is None or (slope.size > 1 and (slope.size != node.shape(0)[1] or slope.shape[-axes:][0] != slope.size)):
        return None
    return _filled(nn.PReLU(slope.size), slope.reshape(-1))


def _embedding(node: Node) -> nn.Module | None:
    table = node.constants.get(0)
    if table is None or 1 in node.constants or table.ndim != 2 or table.dtype.kind != "f" or node.get("axis", 0) != 0:
        return None
    return _filled(nn.Embedding(*table.shape), table)


class Recurrent(nn.Module):
    """An LSTM or a GRU that answers as ONNX does: (T, directions, B, H), then the last state or states."""

    def __init__(self, core: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        self.core = core

    def forward(self, x: Tensor, *states: Tensor) -> tuple[Tensor, ...]:  # x: (T, B, I); states: (directions, B, H)
        given = None if not states else states if isinstance(self.core, nn.LSTM) else states[0]
        answer, last = self.core(x, given) if given is not None else self.core(x)
        ways = 2 if self.core.bidirectional else 1
        turned = answer.unflatten(-1, (ways, -1)).transpose(1, 2)  # (T, directions, B, H)
        return (turned, *last) if isinstance(last, tuple) else (turned, last)


_ORDER = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2)}
"""PyTorch's gates (input, forget, cell, output; reset, update, new) among ONNX's (i, o, f, c; z, r, h)."""


def _recurrent(node: Node) -> nn.Module | None:
    gates, ways = len(_ORDER[node.kind]), {"forward": 1, "bidirectional": 2}.get(node.get("direction", "forward"), 0)
    plain = (
        not any(node.get(a) for a in ("activations", "clip", "input_forget", "layout")) and not node.has(4) and not node.has(7)
    )
    plain = plain and (node.kind == "LSTM" or node.get("linear_before_reset", 0) == 1)
    if not (ways and {1, 2} <= set(node.constants) and plain and (not node.has(3) or 3 in node.constants)):
        raise node.refused("onnx-recurrent")
    taken, kept, bias = node.constants[1], node.constants[2], node.constants.get(3)
    hidden = kept.shape[2]
    made = (nn.LSTM if node.kind == "LSTM" else nn.GRU)(taken.shape[2], hidden, bias=bias is not None, bidirectional=ways == 2)
    order = _ORDER[node.kind]
    for way, end in zip(range(ways), ("", "_reverse"), strict=False):
        halves = [] if bias is None else [bias[way][: gates * hidden], bias[way][gates * hidden :]]
        named = {"weight_ih_l0": taken[way], "weight_hh_l0": kept[way]}
        named |= dict(zip(("bias_ih_l0", "bias_hh_l0"), halves, strict=False))
        for name, value in named.items():
            blocks = np.split(value, gates)
            _put(getattr(made, name + end), np.concatenate([blocks[k] for k in order]))
    return Recurrent(made)


def _filled(layer: Any, weight: Array, bias: Array | None = None) -> nn.Module:
    _put(layer.weight, weight)
    if bias is not None:
        _put(layer.bias, bias)
    module: nn.Module = layer
    return module


def _put(parameter: Tensor, value: Array) -> None:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.array(value, np.float32)).reshape(parameter.shape))


LAYERS: dict[str, Callable[[Node], nn.Module | None]] = {
    "Conv": _conv,
    "ConvTranspose": _conv,
    "Gemm": _gemm,
    "BatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm,
    "LayerNormalization": _layer_norm,
    "GroupNormalization": _group_norm,
    "PRelu": _prelu,
    "Gather": _embedding,
    "LSTM": _recurrent,
    "GRU": _recurrent,
}
WEIGHTS_FROM = {"Gather": 0}
"""The first input that is a weight; 1 where nothing is said."""
