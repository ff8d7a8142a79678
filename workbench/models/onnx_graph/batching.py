"""A batch of 1 that an exporter wrote into a graph's constants becomes free.

Row-major order tells where: the batch stands behind so many numbers of a sample, and a Reshape does not change how many. So
the batch is followed through the graph by inferring shapes with a large prime in its place, and at each Reshape the side is
chosen that stands behind as many: a side of 1, else one that is not the last, else the end of the side before.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto

    from workbench.tasks.task import Array

_MANY = 1_000_003
_SMALL = 64
"""So many numbers a tensor may have to be looked at when shapes are inferred; of a larger one the shape is enough."""

Shapes = dict[str, list[int]]


def free_batch(model: "ModelProto", inputs: Sequence[str]) -> None:
    """Changes Reshapes, and constants that are joined to samples, in place. What cannot be told is left as it is."""
    native, minor = _inferred(model, inputs, 1), set[str]()
    held = {tensor.name for tensor in model.graph.initializer}
    for node in list(model.graph.node):
        if node.op_type == "Reshape" and node.input[1] in held:
            _free_reshape(model, node, native, _inferred(model, inputs, _MANY), minor)
        elif node.op_type == "Concat" and any(name in held for name in node.input):
            _free_joined(model, node, native, _inferred(model, inputs, _MANY))
        else:
            minor |= set(node.output) if minor & set(node.input) else set()


def _free_reshape(model: "ModelProto", node: "NodeProto", native: Shapes, many: Shapes, minor: set[str]) -> None:
    """`minor` are values in which the batch stands at the end of its side: (T x B, E) of (T, B, E)."""
    axis = _batch_axis(native.get(node.input[0]), many.get(node.input[0]))
    sides = native.get(node.output[0])
    if axis is None or sides is None:
        return
    before = math.prod(native[node.input[0]][: axis + (node.input[0] in minor)])
    chosen = _side(sides, before)
    if chosen is None:
        return
    if math.prod(sides[:chosen]) != before:
        minor.add(node.output[0])
    name = f"{node.output[0]}_sides"
    _hold(model.graph, name, np.array([*sides[:chosen], -1, *sides[chosen + 1 :]], np.int64))
    node.input[1] = name


def _side(sides: Sequence[int], before: int) -> int | None:
    """Which side takes the batch that stands behind so many numbers."""
    starts = [k for k in range(len(sides)) if math.prod(sides[:k]) == before]
    ends = [k for k in range(len(sides)) if math.prod(sides[: k + 1]) == before]
    ones = [k for k in starts if sides[k] == 1]
    inner = [k for k in starts if k < len(sides) - 1]
    return next(iter([*ones, *inner, *ends[-1:], *starts]), None)


def _free_joined(model: "ModelProto", node: "NodeProto", native: Shapes, many: Shapes) -> None:
    """A constant that is put before each sample (a class token, say) is repeated for every one of them."""
    from onnx import helper

    held = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    sample = next((name for name in node.input if _batch_axis(native.get(name), many.get(name)) is not None), None)
    if sample is None:
        return
    axis = _batch_axis(native[sample], many[sample])
    assert axis is not None
    place = next(k for k, other in enumerate(model.graph.node) if other.output == node.output)
    for k, name in enumerate(node.input):
        if name not in held or held[name][axis] != 1:
            continue
        new = f"{node.output[0]}_{k}"
        _hold(model.graph, f"{new}_from", np.array([axis], np.int64))
        _hold(model.graph, f"{new}_to", np.array([axis + 1], np.int64))
        _hold(model.graph, f"{new}_ones", np.ones(axis, np.int64))
        _hold(model.graph, f"{new}_rest", np.array(held[name][axis + 1 :], np.int64))
        made = [
            helper.make_node("Shape", [sample], [f"{new}_shape"]),
            helper.make_node("Slice", [f"{new}_shape", f"{new}_from", f"{new}_to"], [f"{new}_batch"]),
            helper.make_node("Concat", [f"{new}_ones", f"{new}_batch", f"{new}_rest"], [f"{new}_sides"], axis=0),
            helper.make_node("Expand", [name, f"{new}_sides"], [f"{new}_all"]),
        ]
        for at, one in enumerate(made):
            model.graph.node.insert(place + at, one)
        place += len(made)
        node.input[k] = f"{new}_all"


def _batch_axis(native: Sequence[int] | None, many: Sequence[int] | None) -> int | None:
    """The side that the batch is in."""
    if native is None or many is None or len(native) != len(many):
        return None
    found = [k for k, (one, all_) in enumerate(zip(native, many, strict=True)) if all_ == one * _MANY]
    return found[0] if len(found) == 1 else None


def _inferred(model: "ModelProto", inputs: Sequence[str], batch: int) -> Shapes:
    """The shapes of values whose every side is known when so many samples are given."""
    import onnx

    bare = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    bare.graph.name = "shapes"
    bare.graph.node.extend(model.graph.node)
    bare.graph.output.extend(model.graph.output)
    for value in bare.graph.output:
        value.type.tensor_type.ClearField("shape")
    for value in model.graph.input:
        given = bare.graph.input.add()
        given.CopyFrom(value)
        if value.name in inputs:
            given.type.tensor_type.shape.dim[0].dim_value = batch
    for tensor in model.graph.initializer:
        if int(np.prod(tensor.dims)) <= _SMALL:
            bare.graph.initializer.append(tensor)
        else:
            bare.graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    found = onnx.shape_inference.infer_shapes(bare, data_prop=True).graph
    values = [*found.input, *found.value_info, *found.output]
    shapes = {value.name: value.type.tensor_type.shape.dim for value in values if value.type.tensor_type.HasField("shape")}
    return {name: [d.dim_value for d in sides] for name, sides in shapes.items() if all(d.HasField("dim_value") for d in sides)}


def _hold(graph: "GraphProto", name: str, value: "Array") -> None:
    from onnx import numpy_helper

    graph.initializer.append(numpy_helper.from_array(value, name))
