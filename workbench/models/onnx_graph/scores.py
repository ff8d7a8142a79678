"""The end of a classification's graph: scores a class, which training and distilling take, in the place of probabilities."""

from typing import TYPE_CHECKING

import numpy as np

from workbench.tasks.task import Array, Task

if TYPE_CHECKING:
    from onnx import ModelProto

_LAST = {False: "Softmax", True: "Sigmoid"}


def answers_one(answer: Array, task: Task) -> bool:
    """Whether one number a sample stands for two classes: how likely the second one is, or its logit."""
    return task.kind == "classification" and len(task.classes) == 2 and answer.shape[1:] in ((), (1,))


def to_scores(model: "ModelProto", one: bool) -> str | None:
    """Has the graph, in place, end in a score a class: a last Softmax goes, and where it answers `one` number, a last Sigmoid,
    and the number z before it becomes the scores -z/2 and z/2, whose softmax is (1 - sigmoid(z), sigmoid(z)).

    Returns the name of the operator that is gone, or None.
    """
    gone = _without(model, _LAST[one])
    if one:
        _halved(model)
    return gone


def as_before(scores: Array, left_out: str | None, one: bool) -> Array:
    """What the whole graph answers, N x C or N x 1, from its scores."""
    if left_out is None:
        return scores[:, 1:] - scores[:, :1] if one else scores
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares = np.asarray(powers / powers.sum(axis=-1, keepdims=True), scores.dtype)
    return shares[:, 1:] if one else shares


def _without(model: "ModelProto", kind: str) -> str | None:
    output = model.graph.output[0]
    last = next((node for node in model.graph.node if output.name in node.output), None)
    if last is None or last.op_type != kind:
        return None
    model.graph.node.remove(last)
    output.name = last.input[0]
    return last.name or kind


def _halved(model: "ModelProto") -> None:
    from onnx import helper, numpy_helper

    graph, output = model.graph, model.graph.output[0]
    kind = helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    number, column, scores = output.name, f"{output.name}_column", f"{output.name}_scores"
    halves, sides = f"{output.name}_halves", f"{output.name}_sides"
    graph.initializer.append(numpy_helper.from_array(np.array([[-0.5, 0.5]], kind), halves))
    graph.initializer.append(numpy_helper.from_array(np.array([-1, 1], np.int64), sides))
    graph.node.append(helper.make_node("Reshape", [number, sides], [column], column))
    graph.node.append(helper.make_node("Mul", [column, halves], [scores], scores))
    output.name = scores
