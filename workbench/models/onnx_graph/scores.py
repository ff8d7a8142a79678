"""The end of a classification's graph: scores a class, which training and distilling take, in the place of probabilities."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from workbench.tasks.task import Array, Task

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_FORMING = ("Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")
"""Operators that only change the form of what they are given: they may stand behind the last one."""

_OURS = "workbench_"
_LEAST_OF_ALL = 1e-4
_LEAST = 1e-7
"""What the least shares of all classes, whose logarithm is taken, add up to, and one of them at least: 0 has none, and half
precision holds nothing much smaller. Where 1 - p is one of two, the rounding of p makes much of a smaller one's logarithm. Not
added where that can be helped: a sum in 8 bits is 0 again."""

_BROADCAST = 8
"""The operator set from which on Max takes one number beside many."""


def answers_one(answer: Array, task: Task) -> bool:
    """Whether one number a sample stands for two classes: how likely the second one is, or its logit."""
    return task.kind == "classification" and len(task.classes) == 2 and answer.shape[1:] in ((), (1,))


def to_scores(model: "ModelProto", one: bool) -> str | None:
    """Has the graph, in place, end in a score a class: a last Softmax goes, and where it answers `one` number, a last Sigmoid,
    and the number z before it becomes the scores -z/2 and z/2, whose softmax is (1 - sigmoid(z), sigmoid(z)).

    What only changes the form may stand behind the operator that goes; a Clip of one share goes with it. Returns the name of
    the operator that is gone, or None.
    """
    gone = _without(model, "Sigmoid", ("Clip", *_FORMING)) if one else _without(model, "Softmax", _FORMING)
    if one:
        _halved(model)
    return gone


def least_share(classes: int) -> float:
    """The least share whose logarithm is taken, of so many classes."""
    return max(_LEAST_OF_ALL / classes, _LEAST)


def to_logs(model: "ModelProto", classes: int) -> None:
    """Has the graph, in place, end in the logarithm of the shares that it answers: softmax of it are these shares, divided by
    their sum. So where no operator was found that makes them: a clipped Softmax, or Exp and Div."""
    from onnx import helper, numpy_helper

    graph, output = model.graph, model.graph.output[0]
    kind = helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    least, kept, scores = (f"{_OURS}{name}" for name in ("least", "kept", "scores"))
    graph.initializer.append(numpy_helper.from_array(np.array(least_share(classes), kind), least))
    opset = max(imported.version for imported in model.opset_import if imported.domain in ("", "ai.onnx"))
    raised = "Max" if opset >= _BROADCAST else "Add"
    graph.node.append(helper.make_node(raised, [output.name, least], [kept], kept))
    graph.node.append(helper.make_node("Log", [kept], [scores], scores))
    output.name = scores


def are_shares(answer: Array, one: bool) -> bool:
    """Whether the numbers may tell how likely something is: a score is below 0 or above 1 somewhere, and shares of all classes
    (N x C) add up to 1."""
    between = bool(answer.min() >= 0 and answer.max() <= 1)
    return between and (one or bool(np.allclose(answer.sum(axis=-1, dtype=np.float64), 1, atol=0.01)))


def is_made(name: str) -> bool:
    """Whether the value of that name is one of those that are added here."""
    return name.startswith(_OURS)


def as_before(scores: Array, shares: bool, one: bool) -> Array:
    """What the whole graph answers, N x C or N x 1, from its scores, where it answers `shares` and where it does not."""
    if not shares:
        return scores[:, 1:] - scores[:, :1] if one else scores
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    found = np.asarray(powers / powers.sum(axis=-1, keepdims=True), scores.dtype)
    return found[:, 1:] if one else found


def _without(model: "ModelProto", kind: str, behind: tuple[str, ...]) -> str | None:
    graph, output = model.graph, model.graph.output[0]
    made = {name: node for node in graph.node for name in node.output}
    readers = Counter(name for node in graph.node for name in node.input)
    value, clips = output.name, []
    while value in made and made[value].op_type in behind:
        clips += [made[value]] if made[value].op_type == "Clip" else []
        value = made[value].input[0]
        if readers[value] != 1:
            return None
    last = made.get(value)
    if last is None or last.op_type != kind:
        return None
    for gone in (last, *clips):
        _bypass(model, gone)
    return last.name or kind


def _bypass(model: "ModelProto", gone: "NodeProto") -> None:
    """Takes an operator out: who read its output reads its first input."""
    before, after = gone.input[0], gone.output[0]
    model.graph.node.remove(gone)
    for node in model.graph.node:
        node.input[:] = [before if name == after else name for name in node.input]
    for value in model.graph.output:
        value.name = before if value.name == after else value.name


def _halved(model: "ModelProto") -> None:
    from onnx import helper, numpy_helper

    graph, output = model.graph, model.graph.output[0]
    kind = helper.tensor_dtype_to_np_dtype(output.type.tensor_type.elem_type)
    column, half, other, scores = (f"{_OURS}{name}" for name in ("column", "half", "other", "scores"))
    sides, share = f"{_OURS}sides", f"{_OURS}share"
    graph.initializer.append(numpy_helper.from_array(np.array([-1, 1], np.int64), sides))
    graph.initializer.append(numpy_helper.from_array(np.array(0.5, kind), share))
    graph.node.append(helper.make_node("Reshape", [output.name, sides], [column], column))
    graph.node.append(helper.make_node("Mul", [column, share], [half], half))
    graph.node.append(helper.make_node("Neg", [half], [other], other))
    graph.node.append(helper.make_node("Concat", [other, half], [scores], scores, axis=1))
    output.name = scores
