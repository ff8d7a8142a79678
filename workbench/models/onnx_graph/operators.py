"""Operators without weights, as PyTorch computes them: a table from ONNX's name to a function of the node and its inputs.

Numbers that say what is done (axes, pads, shapes) are read off the node; tensors come as arguments.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from workbench.models.onnx_graph.node import Node, sized

Operator = Callable[..., Any]
_TYPES = {1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32, 7: torch.int64, 9: torch.bool}
_TYPES |= {10: torch.float16, 11: torch.float64, 16: torch.bfloat16}


def _plain(function: Callable[..., Tensor]) -> Operator:
    """An operator that is a function of its tensors and nothing else."""

    def operate(node: Node, batch: Any, *given: Tensor) -> Tensor:
        return function(*given)

    return operate


def _bound(node: Node, index: int, attribute: str) -> float | None:
    found = node.numbers(index, attribute)
    return found[0] if isinstance(found, list) else found


def _clip(node: Node, batch: Any, x: Tensor) -> Tensor:
    return torch.clamp(x, _bound(node, 1, "min"), _bound(node, 2, "max"))


def _hard_sigmoid(node: Node, batch: Any, x: Tensor) -> Tensor:
    return torch.clamp(node.get("alpha", 0.2) * x + node.get("beta", 0.5), 0, 1)


def _gelu(node: Node, batch: Any, x: Tensor) -> Tensor:
    return F.gelu(x, approximate=node.get("approximate", "none"))


def _softmax(function: Callable[..., Tensor]) -> Operator:
    def operate(node: Node, batch: Any, x: Tensor) -> Tensor:
        if node.get("opset", 13) >= 13:
            return function(x, dim=node.get("axis", -1))
        axis = node.get("axis", 1) % x.dim()  # before opset 13 all behind the axis went together
        return function(x.flatten(axis), dim=-1).reshape(x.shape)

    return operate


def _divide(node: Node, batch: Any, a: Tensor, b: Tensor) -> Tensor:
    whole = not a.is_floating_point() and not b.is_floating_point()
    return torch.div(a, b, rounding_mode="trunc") if whole else a / b


def _folded(function: Callable[[Tensor, Tensor], Tensor]) -> Operator:
    """An operator of two tensors for any number of them."""

    def operate(node: Node, batch: Any, first: Tensor, *more: Tensor) -> Tensor:
        for other in more:
            first = function(first, other)
        return first

    return operate


def _mean(node: Node, batch: Any, first: Tensor, *more: Tensor) -> Tensor:
    answer = first
    for other in more:
        answer = answer + other
    return answer / (1 + len(more))


def _reduced(function: Callable[..., Tensor]) -> Operator:
    def operate(node: Node, batch: Any, x: Tensor) -> Tensor:
        axes = node.numbers(1, "axes")
        if not axes:
            if node.get("noop_with_empty_axes", 0):
                return x
            axes = list(range(x.dim()))
        return function(x, dim=tuple(axes), keepdim=bool(node.get("keepdims", 1)))

    return operate


def _product(x: Tensor, dim: Sequence[int], keepdim: bool) -> Tensor:
    for axis in sorted((d % x.dim() for d in dim), reverse=True):
        x = torch.prod(x, dim=axis, keepdim=keepdim)
    return x


def _norm(order: int) -> Callable[..., Tensor]:
    return lambda x, dim, keepdim: torch.linalg.vector_norm(x, order, dim=dim, keepdim=keepdim)


def _arg(function: Callable[..., Tensor]) -> Operator:
    def operate(node: Node, batch: Any, x: Tensor) -> Tensor:
        return function(x, dim=node.get("axis", 0), keepdim=bool(node.get("keepdims", 1)))

    return operate


def _flatten(node: Node, batch: Any, x: Tensor) -> Tensor:
    axis = node.get("axis", 1) % (x.dim() + 1)
    return x.flatten(1) if axis == 1 else x.reshape(*([1] if axis == 0 else []), *x.flatten(0, max(axis - 1, 0)).shape[:1], -1)


def _transpose(node: Node, batch: Any, x: Tensor) -> Tensor:
    return x.permute(node.get("perm", list(range(x.dim()))[::-1]))


def _squeeze(node: Node, batch: Any, x: Tensor) -> Tensor:
    axes = node.numbers(1, "axes")
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


def _unsqueeze(node: Node, batch: Any, x: Tensor) -> Tensor:
    axes = node.numbers(1, "axes")
    for axis in sorted(axis % (x.dim() + len(axes)) for axis in axes):
        x = x.unsqueeze(axis)
    return x


def _concat(node: Node, batch: Any, *given: Tensor) -> Tensor:
    return torch.cat(given, dim=node.get("axis", 1))


def _split(node: Node, batch: Any, x: Tensor) -> Sequence[Tensor]:
    """Equal parts stay equal when channels before them go."""
    axis, sizes = node.get("axis", 0), node.numbers(1, "split")
    if not sizes or len(set(map(str, sizes))) == 1:
        return x.split(-(-x.shape[axis] // len(node.outputs)), axis)
    return x.split(sized(sizes, batch), axis)


def _slice(node: Node, batch: Any, x: Tensor) -> Tensor:
    starts, ends = sized(node.numbers(1, "starts"), batch), sized(node.numbers(2, "ends"), batch)
    axes = node.numbers(3, "axes") or list(range(len(starts)))
    steps = node.numbers(4) or [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        if step < 0:
            places = list(range(x.shape[axis]))[slice(start, end if end > -(1 << 31) else None, step)]
            x = x.index_select(axis, torch.tensor(places, device=x.device))
        else:
            place = [slice(None)] * x.dim()
            place[axis] = slice(start, end if end < 1 << 31 else None, step)
            x = x[tuple(place)]
    return x


def _gather(node: Node, batch: Any, x: Tensor, *given: Tensor) -> Tensor:
    axis = node.get("axis", 0) % x.dim()
    places = node.numbers(1) if 1 in node.constants else given[0]
    if isinstance(places, int):
        return x.select(axis, places)
    chosen = torch.as_tensor(places, device=x.device)
    chosen = torch.where(chosen < 0, chosen + x.shape[axis], chosen)
    sides = [*x.shape[:axis], *chosen.shape, *x.shape[axis + 1 :]]
    return x.index_select(axis, chosen.reshape(-1)).reshape(sides)


def _expand(node: Node, batch: Any, x: Tensor) -> Tensor:
    wanted = sized(node.numbers(1), batch)
    sides = [1] * (len(wanted) - x.dim()) + list(x.shape)
    wanted = [1] * (len(sides) - len(wanted)) + wanted
    return x.expand([side if not isinstance(side, int) or side != 1 else w for side, w in zip(sides, wanted, strict=True)])


def _filled(node: Node, batch: Any) -> Tensor:
    value = torch.tensor(node.get("value", [0.0]))
    return torch.full(sized(node.numbers(0), batch), value.item(), dtype=value.dtype)


def _cast(node: Node, batch: Any, x: Tensor) -> Tensor:
    if node.get("to") not in _TYPES:
        raise node.refused()
    return x.to(_TYPES[node.get("to")])


def _where(node: Node, batch: Any, condition: Tensor, a: Tensor, b: Tensor) -> Tensor:
    return torch.where(condition, a, b)


def _same(node: Node, batch: Any, x: Tensor) -> Tensor:
    return x


def _power(node: Node, batch: Any, a: Tensor, b: Tensor) -> Tensor:
    whole = node.constants.get(1)
    if whole is not None and whole.size == 1 and float(whole.reshape(-1)[0]) in (2.0, 0.5):
        return a * a if float(whole.reshape(-1)[0]) == 2.0 else torch.sqrt(a)  # a general power has no slope at 0
    return torch.pow(a, b)


def _tile(node: Node, batch: Any, x: Tensor) -> Tensor:
    return x.repeat(sized(node.numbers(1), batch))


def _product_of(node: Node, batch: Any, a: Tensor, b: Tensor) -> Tensor:
    return torch.matmul(a, b)


def _gemm(node: Node, batch: Any, a: Tensor, b: Tensor, *bias: Tensor) -> Tensor:
    a, b = (a.T if node.get("transA", 0) else a), (b.T if node.get("transB", 0) else b)
    answer = node.get("alpha", 1.0) * (a @ b)
    return answer + node.get("beta", 1.0) * bias[0] if bias else answer


OPERATORS: dict[str, Operator] = {
    "Relu": _plain(F.relu),
    "LeakyRelu": lambda node, batch, x: F.leaky_relu(x, node.get("alpha", 0.01)),
    "PRelu": lambda node, batch, x, slope: torch.where(x < 0, x * slope, x),
    "Elu": lambda node, batch, x: F.elu(x, node.get("alpha", 1.0)),
    "Celu": lambda node, batch, x: F.celu(x, node.get("alpha", 1.0)),
    "Selu": _plain(F.selu),
    "Gelu": _gelu,
    "Mish": _plain(F.mish),
    "Softplus": _plain(F.softplus),
    "Softsign": _plain(F.softsign),
    "ThresholdedRelu": lambda node, batch, x: F.threshold(x, node.get("alpha", 1.0), 0.0),
    "Sigmoid": _plain(torch.sigmoid),
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _plain(F.hardswish),
    "Tanh": _plain(torch.tanh),
    "Softmax": _softmax(torch.softmax),
    "LogSoftmax": _softmax(torch.log_softmax),
    "Clip": _clip,
    "Erf": _plain(torch.erf),
    "Add": _folded(torch.add),
    "Sub": _plain(torch.sub),
    "Mul": _folded(torch.mul),
    "Div": _divide,
    "Pow": _power,
    "Sum": _folded(torch.add),
    "Max": _folded(torch.maximum),
    "Min": _folded(torch.minimum),
    "Mean": _mean,
    "Sqrt": _plain(torch.sqrt),
    "Reciprocal": _plain(torch.reciprocal),
    "Exp": _plain(torch.exp),
    "Log": _plain(torch.log),
    "Neg": _plain(torch.neg),
    "Abs": _plain(torch.abs),
    "Sign": _plain(torch.sign),
    "Floor": _plain(torch.floor),
    "Ceil": _plain(torch.ceil),
    "Round": _plain(torch.round),
    "Sin": _plain(torch.sin),
    "Cos": _plain(torch.cos),
    "Not": _plain(torch.logical_not),
    "And": _plain(torch.logical_and),
    "Or": _plain(torch.logical_or),
    "Equal": _plain(torch.eq),
    "Greater": _plain(torch.gt),
    "GreaterOrEqual": _plain(torch.ge),
    "Less": _plain(torch.lt),
    "LessOrEqual": _plain(torch.le),
    "Where": _where,
    "ReduceMean": _reduced(torch.mean),
    "ReduceSum": _reduced(torch.sum),
    "ReduceMax": _reduced(torch.amax),
    "ReduceMin": _reduced(torch.amin),
    "ReduceProd": _reduced(_product),
    "ReduceL1": _reduced(_norm(1)),
    "ReduceL2": _reduced(_norm(2)),
    "ReduceLogSumExp": _reduced(torch.logsumexp),
    "ReduceSumSquare": _reduced(lambda x, dim, keepdim: (x * x).sum(dim=dim, keepdim=keepdim)),
    "ArgMax": _arg(torch.argmax),
    "ArgMin": _arg(torch.argmin),
    "MatMul": _product_of,
    "Gemm": _gemm,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Concat": _concat,
    "Split": _split,
    "Slice": _slice,
    "Gather": _gather,
    "Expand": _expand,
    "Tile": _tile,
    "ConstantOfShape": _filled,
    "Cast": _cast,
    "Identity": _same,
    "Dropout": _same,
}

PLAIN: dict[str, range] = {
    "Clip": range(1, 3),
    "Squeeze": range(1, 2),
    "Unsqueeze": range(1, 2),
    "Split": range(1, 2),
    "Slice": range(1, 5),
    "Expand": range(1, 2),
    "Tile": range(1, 2),
    "ConstantOfShape": range(1),
    "Reshape": range(1, 2),
    "Pad": range(1, 4),
    "Resize": range(1, 4),
    "Upsample": range(1, 2),
    "Dropout": range(1, 3),
} | {name: range(1, 2) for name in OPERATORS if name.startswith("Reduce")}
"""Inputs that say what is done, and are no tensors of the network."""
