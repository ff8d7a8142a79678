"""What ONNX Runtime's integer operators answer, in numpy, whatever the CPU: how products are summed is a function.

Every kernel takes a node, its inputs by place, and that function (`pairs.exact` or `pairs.saturated`), and returns the
node's output. Rounding, clipping and the order of
the scales' product are those of ONNX Runtime, so quantized outputs are equal bit by bit.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from workbench.errors import StepFailed
from workbench.graphs.constants import attribute
from workbench.graphs.products import arranged

if TYPE_CHECKING:
    from onnx import NodeProto

    from workbench.tasks.task import Array

Inputs = Sequence["Array | None"]
Summed = Callable[["Array", "Array"], "Array"]
"""From activations (M x K) and weights (N x K) to M x N sums."""


def accumulated(given: "Array", held: "Array", zero: "Array | None", held_zero: "Array | None", summed: Summed) -> "Array":
    """(given - zero) x (held - held_zero): M x K and N x K become M x N (int64). What is summed are integers as stored."""
    product = summed(given, held)
    if zero is not None:
        product -= int(zero.reshape(-1)[0]) * held.astype(np.int64).sum(axis=1)
    if held_zero is not None and held_zero.any():
        below = given.astype(np.int64).sum(axis=1, keepdims=True)
        below = below - (0 if zero is None else int(zero.reshape(-1)[0])) * given.shape[1]
        product -= below * held_zero.astype(np.int64).reshape(-1)
    return product


def requantized(sums: "Array", scale: "Array", zero: "Array") -> "Array":
    """Sums times scale in single precision, rounded to even, clipped to the type of `zero`."""
    bounds, offset = np.iinfo(zero.dtype), int(zero.reshape(-1)[0])
    real = sums.astype(np.float32) * scale.astype(np.float32)
    return (np.rint(real.clip(bounds.min - offset, bounds.max - offset)).astype(np.int32) + offset).astype(zero.dtype)


def patches(image: "Array", kernel: Sequence[int], node: "NodeProto", fill: int) -> "Array":
    """What a convolution sees at each place: N x C x ... becomes N x places... x kernel... x C."""
    rank = len(kernel)
    if attribute(node, "auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise StepFailed("not-simulated", kind=node.op_type, why="auto_pad")
    pads = attribute(node, "pads", [0] * 2 * rank)
    strides, dilations = (attribute(node, name, [1] * rank) for name in ("strides", "dilations"))
    image = np.pad(image, [(0, 0), (0, 0), *zip(pads[:rank], pads[rank:], strict=True)], constant_values=fill)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    seen = sliding_window_view(image, reach, axis=tuple(range(2, 2 + rank)))
    steps = [slice(None, None, s) for s in (*strides, *dilations)]
    return np.moveaxis(seen[(slice(None), slice(None), *steps)], 1, -1)


def qlinear_conv(node: "NodeProto", i: Inputs, summed: Summed) -> "Array":
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero = _needed(i[:8])
    rank, groups = w.ndim - 2, attribute(node, "group", 1)
    held = arranged(w, "conv")
    count, width = len(held) // groups, w.shape[1]
    seen = patches(x, w.shape[2:], node, int(x_zero.reshape(-1)[0]))
    places = seen.shape[: 1 + rank]
    sums = []
    for k in range(groups):
        part = seen[..., k * width : (k + 1) * width].reshape(-1, held.shape[1])
        own = w_zero.reshape(-1)[k * count : (k + 1) * count] if w_zero.size > 1 else w_zero
        sums.append(accumulated(part, held[k * count : (k + 1) * count], x_zero, own, summed))
    total = np.concatenate(sums, axis=1) + (0 if len(i) < 9 or i[8] is None else i[8].astype(np.int64))
    y = requantized(total, x_scale * w_scale / y_scale, y_zero)
    return np.ascontiguousarray(np.moveaxis(y.reshape(*places, -1), -1, 1))


def qlinear_matmul(node: "NodeProto", i: Inputs, summed: Summed) -> "Array":
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = _needed(i[:8])
    return _matrices(
        a, b, lambda a, b: requantized(accumulated(a, b, a_zero, b_zero, summed), a_scale * b_scale / y_scale, y_zero)
    )


def matmul_integer(node: "NodeProto", i: Inputs, summed: Summed) -> "Array":
    (a, b), (a_zero, b_zero) = _needed(i[:2]), _padded(i, 4)[2:]
    return _matrices(a, b, lambda a, b: accumulated(a, b, a_zero, b_zero, summed).astype(np.int32))


def matmul_integer_to_float(node: "NodeProto", i: Inputs, summed: Summed) -> "Array":
    (a, b, a_scale, b_scale), (a_zero, b_zero, bias) = _needed(i[:4]), _padded(i, 7)[4:]
    real = _matrices(a, b, lambda a, b: accumulated(a, b, a_zero, b_zero, summed).astype(np.float32) * (a_scale * b_scale))
    return real if bias is None else real + bias


def qgemm(node: "NodeProto", i: Inputs, summed: Summed) -> "Array":
    (a, a_scale, a_zero, b, b_scale), (b_zero, c, y_scale, y_zero) = _needed(i[:5]), _padded(i, 9)[5:]
    rows = a.T if attribute(node, "transA", 0) else a
    held = arranged(b, "rows" if attribute(node, "transB", 0) else "columns")
    sums = accumulated(np.ascontiguousarray(rows), held, a_zero, b_zero, summed) + (0 if c is None else c.astype(np.int64))
    scale = np.float32(attribute(node, "alpha", 1.0)) * a_scale * b_scale
    if y_scale is None or y_zero is None:
        return sums.astype(np.float32) * scale.astype(np.float32)
    return requantized(sums, scale / y_scale, y_zero)


KERNELS: Mapping[str, Callable[["NodeProto", Inputs, Summed], "Array"]] = {
    "QLinearConv": qlinear_conv,
    "QLinearMatMul": qlinear_matmul,
    "QGemm": qgemm,
    "MatMulInteger": matmul_integer,
    "MatMulIntegerToFloat": matmul_integer_to_float,
}


def _matrices(a: "Array", b: "Array", of: Callable[["Array", "Array"], "Array"]) -> "Array":
    """Applies a product of M x K and N x K to matrices that may be stacked, or vectors, as numpy's matmul takes them."""
    if b.ndim < 3:
        rows = a.reshape(-1, a.shape[-1])
        y = of(rows, arranged(b, "columns"))
        return y.reshape(*a.shape[:-1], *((y.shape[-1],) if b.ndim == 2 else ()))
    stack = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    left = np.broadcast_to(a, (*stack, *a.shape[-2:])).reshape(-1, *a.shape[-2:])
    right = np.broadcast_to(b, (*stack, *b.shape[-2:])).reshape(-1, *b.shape[-2:])
    y = np.stack([of(x, w.T) for x, w in zip(left, right, strict=True)])
    return y.reshape(*stack, *y.shape[-2:])


def _needed(inputs: Inputs) -> "list[Array]":
    assert all(i is not None for i in inputs)
    return [i for i in inputs if i is not None]


def _padded(inputs: Inputs, count: int) -> "list[Array | None]":
    """The inputs, and None for those that are left out at the end."""
    return [*inputs[:count], *[None] * (count - len(inputs))]
