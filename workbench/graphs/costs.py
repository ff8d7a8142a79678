"""What an ONNX file costs, read off the file: parameters, zeros among them, multiply-accumulates, per layer and in all."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.graphs.naming import called, layer_of, sources
from workbench.graphs.scales import scales_and_zero_points

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1, "DynamicQuantizeLSTM": 4}


@dataclass(frozen=True)
class LayerCost:
    """One operator with weights or products: its layer's name, operator, MACs for one sample, numbers and bytes it holds,
    and the place of its node in the graph."""

    layer: str
    operator: str
    macs: int
    parameters: int
    bytes: int
    place: int


@dataclass(frozen=True)
class Costs:
    """Of a whole file. `macs` is None where a shape could not be inferred."""

    parameters: int
    nonzero: int
    macs: int | None
    layers: tuple[LayerCost, ...]


def costs(model: "ModelProto") -> Costs:
    """Parameters are the numbers that layers compute with: scales, zero points and shape constants are none."""
    weights = _weights(model.graph)
    shapes = _shapes(model)
    per_node = [_macs(node, shapes) for node in model.graph.node]
    known = [m for m in per_node if m is not None]
    total = sum(known) if len(known) == len(per_node) else None
    zero_points = _zero_points(model.graph)
    return Costs(
        parameters=sum(math.prod(t.dims) for t in weights.values()),
        nonzero=sum(_nonzero(t, zero_points.get(name, 0)) for name, t in weights.items()),
        macs=total,
        layers=_layers(model.graph, weights, per_node),
    )


def _weights(graph: "GraphProto") -> "dict[str, TensorProto]":
    """The initializers that are numbers of layers."""
    from onnx import TensorProto as T

    parameters = {T.FLOAT, T.FLOAT16, T.BFLOAT16, T.DOUBLE, T.INT8, T.UINT8, T.INT4, T.UINT4, T.INT32}
    none = scales_and_zero_points(graph)
    return {t.name: t for t in graph.initializer if t.data_type in parameters and t.name not in none}


def _zero_points(graph: "GraphProto") -> dict[str, Any]:
    """What stands for zero in each quantized weight."""
    from onnx import numpy_helper

    tensors = {t.name: t for t in graph.initializer}
    places = {"DequantizeLinear": (0, 2), "ConvInteger": (1, 3), "MatMulInteger": (1, 3)}
    found: dict[str, Any] = {}
    for node in graph.node:
        weight, zero = places.get(node.op_type, (0, 99))
        if zero < len(node.input) and node.input[zero] in tensors and node.input[weight] in tensors:
            value = numpy_helper.to_array(tensors[node.input[zero]])
            axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
            rank = len(tensors[node.input[weight]].dims)
            found[node.input[weight]] = (
                value if value.ndim == 0 else value.reshape([-1 if d == axis % rank else 1 for d in range(rank)])
            )
    return found


def _nonzero(tensor: "TensorProto", zero: Any) -> int:
    from onnx import numpy_helper

    return int(np.count_nonzero(numpy_helper.to_array(tensor) != zero))


def _shapes(model: "ModelProto") -> dict[str, tuple[int, ...]]:
    """Shapes of all values for a batch of one, as far as they can be inferred."""
    from onnx import ModelProto, shape_inference

    single = ModelProto()
    single.CopyFrom(model)
    for value in [*single.graph.input, *single.graph.output]:
        for dim in value.type.tensor_type.shape.dim:
            if not dim.HasField("dim_value"):
                dim.dim_value = 1
    inferred = shape_inference.infer_shapes(single, data_prop=True).graph
    found = {t.name: tuple(t.dims) for t in inferred.initializer}
    for value in [*inferred.input, *inferred.value_info, *inferred.output]:
        dims = value.type.tensor_type.shape.dim
        if all(d.HasField("dim_value") for d in dims) and value.type.tensor_type.HasField("shape"):
            found[value.name] = tuple(d.dim_value for d in dims)
    return found


def _macs(node: "NodeProto", shapes: dict[str, tuple[int, ...]]) -> int | None:
    """Multiply-accumulates of one node; 0 for operators that have none, None where its shapes are not known."""
    kind = node.op_type
    try:
        if kind in ("Conv", "ConvInteger", "QLinearConv"):
            return math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[3 if kind == "QLinearConv" else 1]][1:])
        if kind == "ConvTranspose":
            return math.prod(shapes[node.input[0]]) * math.prod(shapes[node.input[1]][1:])
        if kind in ("MatMul", "MatMulInteger", "QLinearMatMul"):
            return math.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
        if kind == "Gemm":
            transposed = any(a.name == "transA" and a.i for a in node.attribute)
            return math.prod(shapes[node.output[0]]) * shapes[node.input[0]][0 if transposed else -1]
        if kind in _GATES:
            steps, batch, width = shapes[node.input[0]]
            hidden = next(a.i for a in node.attribute if a.name == "hidden_size")
            directions = shapes[node.input[1]][0]
            return steps * batch * directions * _GATES[kind] * hidden * (width + hidden)
    except (KeyError, StopIteration):
        return None
    return 0


def _layers(graph: "GraphProto", weights: "dict[str, TensorProto]", macs: list[int | None]) -> tuple[LayerCost, ...]:
    made_by = {output: node for node in graph.node for output in node.output}
    found = []
    for place, (node, products) in enumerate(zip(graph.node, macs, strict=True)):
        held = [weights[name] for name in sources(node, made_by) if name in weights]
        numbers = sum(math.prod(t.dims) for t in held)
        if node.op_type in ("DequantizeLinear", "QuantizeLinear", "Cast") or not (numbers > 1 or products):
            continue
        name = layer_of(node, max(held, key=lambda t: math.prod(t.dims)).name) if held else called(node, place)
        found.append(LayerCost(name, node.op_type, products or 0, numbers, sum(len(t.raw_data) for t in held), place))
    return tuple(found)
