"""Times of single layers, with the work that each does."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from workbench.graphs import GraphFile
from workbench.graphs.operator_times import operator_times


def held(name, *shape, dtype=np.float32):
    return numpy_helper.from_array(np.ones(shape, dtype), name)


def saved(path, nodes, weights, given, answer):
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", *s]) for n, s in (("x", given), ("y", answer))]
    graph = helper.make_graph(nodes, "main", ends[:1], ends[1:], weights)
    return GraphFile.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def test_layers_with_weights_are_timed_each_for_itself(tmp_path):
    nodes = [
        helper.make_node("Conv", ["x", "a"], ["0"], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["0", "", "six"], ["1"]),
        helper.make_node("GlobalAveragePool", ["1"], ["2"]),
        helper.make_node("Flatten", ["2"], ["3"]),
        helper.make_node("Gemm", ["3", "b"], ["y"]),
    ]
    weights = [held("a", 8, 2, 3, 3), numpy_helper.from_array(np.float32(6), "six"), held("b", 8, 3)]
    file = saved(tmp_path / "f.onnx", nodes, weights, (2, 10, 10), (3,))
    found = operator_times(file, {"x": np.zeros((4, 2, 10, 10), np.float32)})
    assert [(t.kind, t.storage, t.macs) for t in found] == [("Conv", "float32", 8 * 100 * 18), ("MatMul", "float32", 24)]
    assert all(t.seconds > 0 for t in found)


def test_storage_is_told_by_what_the_file_holds(tmp_path):
    one, zero = numpy_helper.from_array(np.float32(1), "/S"), numpy_helper.from_array(np.uint8(0), "/Z")
    own = numpy_helper.from_array(np.int8(0), "/Z1")
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "/S", "/Z"], ["0"]),
        helper.make_node("DequantizeLinear", ["0", "/S", "/Z"], ["1"]),
        helper.make_node("DequantizeLinear", ["a", "/S", "/Z1"], ["2"]),
        helper.make_node("MatMul", ["1", "2"], ["3"]),
        helper.make_node("QuantizeLinear", ["3", "/S", "/Z"], ["4"]),
        helper.make_node("DequantizeLinear", ["4", "/S", "/Z"], ["5"]),
        helper.make_node("DynamicQuantizeLinear", ["5"], ["6", "7", "8"]),
        helper.make_node("MatMulInteger", ["6", "b", "8"], ["9"]),
        helper.make_node("Cast", ["9"], ["10"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["10", "c"], ["y"]),
    ]
    weights = [one, zero, own, held("a", 6, 5, dtype=np.int8), held("b", 5, 4, dtype=np.int8), held("c", 4, 3)]
    file = saved(tmp_path / "q.onnx", nodes, weights, (6,), (3,))
    found = operator_times(file, {"x": np.ones((1, 6), np.float32)})
    assert [(t.storage, t.macs) for t in found] == [("int8", 30), ("int8-dynamic", 20), ("float32", 12)]
