"""Operators that move a window over an image, pad it or make it larger."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from workbench.models.onnx_graph.layers import padding
from workbench.models.onnx_graph.node import Node, sized

_MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
_MEAN = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
_LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
_MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}


def before_window(node: Node, x: Tensor, kernel: list[int], value: float = 0.0) -> Tensor:
    """The input of a window padded as the node asks, where the layer itself cannot."""
    axes = len(kernel)
    if padding(node, axes) is not None:
        return x
    pads, auto = node.get("pads", [0] * 2 * axes), node.get("auto_pad", "NOTSET")
    if auto.startswith("SAME"):
        pads = _same_pads(node, x, kernel, auto == "SAME_LOWER")
    return F.pad(x, [pads[side * axes + axis] for axis in reversed(range(axes)) for side in (0, 1)], value=value)


def _same_pads(node: Node, x: Tensor, kernel: list[int], lower: bool) -> list[int]:
    """As much as it takes for one window at every stride; the odd one behind, or before for SAME_LOWER."""
    begins, ends = [], []
    strides, dilations = node.get("strides", [1] * len(kernel)), node.get("dilations", [1] * len(kernel))
    for side, size, stride, dilation in zip(x.shape[2:], kernel, strides, dilations, strict=True):
        total = max((-(-side // stride) - 1) * stride + (size - 1) * dilation + 1 - side, 0)
        begins.append(total - total // 2 if lower else total // 2)
        ends.append(total - begins[-1])
    return begins + ends


def max_pool(node: Node, batch: Any, x: Tensor) -> Tensor:
    kernel = node.get("kernel_shape")
    axes, ceil = len(kernel), bool(node.get("ceil_mode", 0))
    if len(node.outputs) > 1 or node.get("storage_order", 0) or axes not in _MAX:
        raise node.refused()
    strides, dilations = node.get("strides", [1] * axes), node.get("dilations", [1] * axes)
    pads = padding(node, axes)
    if pads is not None and all(2 * p <= k for p, k in zip(pads, kernel, strict=True)):
        return _MAX[axes](x, kernel, strides, pads, dilations, ceil)
    lowest = float(torch.finfo(x.dtype).min)
    return _MAX[axes](before_window(node, x, kernel, lowest), kernel, strides, 0, dilations, ceil)


def average_pool(node: Node, batch: Any, x: Tensor) -> Tensor:
    kernel = node.get("kernel_shape")
    axes, ceil, counted = len(kernel), bool(node.get("ceil_mode", 0)), bool(node.get("count_include_pad", 0))
    strides, pads = node.get("strides", [1] * axes), padding(node, axes)
    if axes not in _MEAN or any(d != 1 for d in node.get("dilations", [1])):
        raise node.refused()
    if pads is not None:
        return _MEAN[axes](x, kernel, strides, pads, ceil, counted)
    total = _MEAN[axes](before_window(node, x, kernel), kernel, strides, 0, ceil)
    if counted:
        return total
    return total / _MEAN[axes](before_window(node, torch.ones_like(x[:1, :1]), kernel), kernel, strides, 0, ceil)


def global_mean(node: Node, batch: Any, x: Tensor) -> Tensor:
    return x.mean(dim=tuple(range(2, x.dim())), keepdim=True)


def global_max(node: Node, batch: Any, x: Tensor) -> Tensor:
    return x.amax(dim=tuple(range(2, x.dim())), keepdim=True)


def pad(node: Node, batch: Any, x: Tensor) -> Tensor:
    pads, mode = node.numbers(1, "pads"), node.get("mode", "constant")
    axes = node.numbers(3) or list(range(x.dim()))
    both = {axis % x.dim(): (pads[k], pads[len(axes) + k]) for k, axis in enumerate(axes)}
    value = node.numbers(2, "value", 0.0) or 0.0
    if mode != "constant":
        both = {axis: sides for axis, sides in both.items() if axis >= 2 or sides != (0, 0)}
    first = min(both, default=x.dim())
    flat = [side for axis in reversed(range(first, x.dim())) for side in both.get(axis, (0, 0))]
    return F.pad(x, flat, mode=_MODES[mode], **({"value": float(value)} if mode == "constant" else {}))


def resize(node: Node, batch: Any, x: Tensor) -> Tensor:
    """Nearest neighbour, linear or cubic, of the axes behind channels, in the forms that exporters write."""
    mode, old = node.get("mode", "nearest"), node.kind == "Upsample" or node.get("opset", 13) < 11
    where = "asymmetric" if old else node.get("coordinate_transformation_mode", "half_pixel")
    axes, sides = x.dim() - 2, _sides(node, batch, old)
    if node.get("axes") or node.get("antialias", 0) or axes not in _LINEAR:
        raise node.refused("onnx-resize")
    centred = where in ("half_pixel", "pytorch_half_pixel", "align_corners")
    smooth = {"linear": _LINEAR[axes], "cubic": "bicubic" if axes == 2 else ""}.get(mode, "")
    if smooth and centred:
        return F.interpolate(x, **sides, mode=smooth, align_corners=where == "align_corners")
    rounding = "floor" if old else node.get("nearest_mode", "round_prefer_floor")
    whole = all(float(scale).is_integer() for scale in sides.get("scale_factor", [0.5]))
    if mode == "nearest" and ((where, rounding) == ("asymmetric", "floor") or (whole and centred and "prefer" in rounding)):
        return F.interpolate(x, **sides, mode="nearest")
    raise node.refused("onnx-resize")


def _sides(node: Node, batch: Any, old: bool) -> dict[str, Any]:
    """The new sides, or how many times the old ones, as PyTorch takes them."""
    if node.has(3):
        return {"size": list(sized(node.numbers(3), batch)[2:])}
    return {"scale_factor": [float(scale) for scale in node.numbers(1 if old else 2, "scales")[2:]]}


WINDOWS = {
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": global_mean,
    "GlobalMaxPool": global_max,
    "Pad": pad,
    "Resize": resize,
    "Upsample": resize,
}
