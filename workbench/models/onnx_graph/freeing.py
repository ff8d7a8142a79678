"""A graph made ready: inputs in the task's form, a batch of any size, one output, constants computed, shapes written down.

The shapes are observed, not inferred: ONNX Runtime runs the graph on 2 and on 3 samples, and what grows with the batch
carries it. So a shape that an exporter computes by a dozen operators is known as "so many times the batch".
"""

import contextlib
import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError, StepFailed
from workbench.graphs.differing import exposing
from workbench.graphs.runtime import open_session
from workbench.models.onnx_graph.batching import free_batch
from workbench.tasks.task import Array, Task

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

NOTES = "workbench"
"""The key of the file's metadata under which shapes are written: {"shapes": {value: [side, ...]}, "sizes": {value: ...}}.
A side or a size is a number, or [a, b] for a x batch + b."""

_SHAPES = ("Shape", "Size")


def freed(model: "ModelProto", task: Task, inputs: list[str], batch: int | None) -> "ModelProto":
    """A copy that takes any number of samples, what is constant computed, batch norms kept."""
    import onnx

    graph = onnx.ModelProto()
    graph.CopyFrom(model)
    if batch is not None:
        graph = slimmed(graph)
        _without_states(graph.graph)
        if batch == 1:
            free_batch(graph, inputs)
        else:
            _free_reshapes(graph.graph, batch)
    specs = dict(zip(inputs, task.signature.inputs, strict=True))
    for value in graph.graph.input:
        if value.name in specs:
            del value.type.tensor_type.shape.dim[:]
            value.type.tensor_type.shape.dim.add().dim_param = "batch"
            for side in specs[value.name].shape:
                value.type.tensor_type.shape.dim.add().dim_value = side
    del graph.graph.value_info[:]
    for value in graph.graph.output:
        value.type.tensor_type.ClearField("shape")
    return slimmed(graph)


def slimmed(model: "ModelProto") -> "ModelProto":
    """What is constant is computed; no layer is folded into another one."""
    import onnxslim

    with contextlib.redirect_stdout(io.StringIO()):
        slim = onnxslim.slim(model, skip_optimizations=["graph_fusion", "weight_tying", "subexpression_elimination"])
    assert slim is not None
    return slim


def _free_reshapes(graph: "GraphProto", batch: int) -> None:
    """The batch that an exporter wrote as the first side of a constant shape becomes whatever is left."""
    from onnx import numpy_helper

    held = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[1] in held:
            sides = numpy_helper.to_array(held[node.input[1]]).copy()
            if sides.size and sides[0] == batch:
                sides[0] = 0 if (sides == -1).any() else -1
                name = f"{node.output[0]}_sides"
                graph.initializer.append(numpy_helper.from_array(sides, name))
                node.input[1] = name


def _without_states(graph: "GraphProto") -> None:
    """States that are zero at the beginning of a recurrent layer need not be given, and then suit any batch."""
    from onnx import numpy_helper

    held = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        states = (5, 6) if node.op_type in ("LSTM", "GRU") else ()
        for place in (k for k in states if k < len(node.input) and node.input[k] in held):
            if not numpy_helper.to_array(held[node.input[place]]).any():
                node.input[place] = ""


def observe(model: "ModelProto", feeds: Mapping[str, Array], name: str) -> None:
    """Writes into the file how every shape, and every number made of shapes, follows from the batch.

    Raises `InputError` "onnx-batch" where the graph takes no batch of 2 or 3 samples.
    """
    from onnx import numpy_helper

    names = [output for node in model.graph.node for output in node.output if output]
    data = model.SerializeToString()
    try:
        session = open_session(data + exposing(model, names), plain=True)
        found = [dict(zip(names, _run(session, names, feeds, size), strict=True)) for size in (2, 3)]
    except StepFailed as error:
        raise InputError("onnx-batch", name=name, why=error.fields.get("why", "")) from None
    except Exception as error:
        raise InputError("onnx-batch", name=name, why=str(error).splitlines()[0][:300]) from None
    two, three = found
    sides = {value: _followed(two[value].shape, three[value].shape) for value in names}
    sides |= {value: [[1, 0], *array.shape[1:]] for value, array in feeds.items()}
    sizes = {}
    for value in _made_of_shapes(model):
        if np.array_equal(two[value], three[value]):
            model.graph.initializer.append(numpy_helper.from_array(two[value], value))
        elif two[value].shape == three[value].shape and two[value].dtype.kind == "i":
            sizes[value] = _sizes(two[value], three[value])
    _drop_known(model.graph)
    entry = model.metadata_props.add()
    entry.key, entry.value = NOTES, json.dumps({"shapes": sides, "sizes": sizes})


def _drop_known(graph: "GraphProto") -> None:
    """Operators whose every output is written down go; so does what then nobody reads."""
    known = {tensor.name for tensor in graph.initializer}
    nodes = [node for node in graph.node if not all(name in known for name in node.output if name)]
    read = {name for node in nodes for name in node.input} | {value.name for value in graph.output}
    tensors = [tensor for tensor in graph.initializer if tensor.name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)


def notes_of(model: "ModelProto") -> dict[str, Any]:
    """What `observe` has written."""
    found: dict[str, Any] = json.loads(next(entry.value for entry in model.metadata_props if entry.key == NOTES))
    return found


def _run(session: Any, names: list[str], feeds: Mapping[str, Array], size: int) -> list[Array]:
    answers: list[Array] = session.run(names, {name: array[:size] for name, array in feeds.items()})
    return [np.asarray(answer) for answer in answers]


def _made_of_shapes(model: "ModelProto") -> list[str]:
    """Values that follow from shapes and constants alone."""
    known = {tensor.name for tensor in model.graph.initializer}
    found = []
    for node in model.graph.node:
        if node.op_type in _SHAPES or (node.input and all(name in known for name in node.input if name)):
            known |= set(node.output)
            found += list(node.output)
    return [name for name in found if name]


def _followed(two: Sequence[int], three: Sequence[int]) -> list[Any]:
    return [a if a == b else [b - a, a - 2 * (b - a)] for a, b in zip(two, three, strict=True)]


def _sizes(two: Array, three: Array) -> Any:
    """A list, or a single number, of sizes."""
    if two.ndim == 0:
        return _followed([two.item()], [three.item()])[0]
    return [_sizes(a, b) for a, b in zip(two, three, strict=True)]
