"""Which initializers say how integers are read: scales and zero points, told by their place, since a name may be anybody's."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

_PLACES = {
    "QuantizeLinear": (1, 2),
    "DequantizeLinear": (1, 2),
    "QLinearConv": (1, 2, 4, 5, 6, 7),
    "QLinearMatMul": (1, 2, 4, 5, 6, 7),
    "ConvInteger": (2, 3),
    "MatMulInteger": (2, 3),
    "DynamicQuantizeLSTM": (8, 9, 10, 11),
    "DynamicQuantizeMatMul": (2, 3),
    "MatMulIntegerToFloat": (2, 3, 4, 5),
}


def scales_and_zero_points(graph: "GraphProto") -> set[str]:
    """Names of the values that are a scale or a zero point of some node.

    The scale of weights that are multiplied by activations scaled at the call is a factor of the activations' own scale.
    """
    found = {node.input[i] for node in graph.node for i in _PLACES.get(node.op_type, ()) if i < len(node.input)}
    called = {node.output[1] for node in graph.node if node.op_type == "DynamicQuantizeLinear"}
    return (found | {name for node in graph.node for name in _factors(node, called)}) - {""}


def _factors(node: "NodeProto", called: set[str]) -> list[str]:
    return list(node.input) if node.op_type == "Mul" and called & set(node.input) else []
