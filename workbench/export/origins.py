"""Where the tensors of a folded graph come from: an exporter that transposes, reorders or cuts a weight loses its name.

A tensor that is called after no tensor of the state dict, and holds the very numbers of one (transposed, or in another order,
as the gates of a recurrent layer), gets that one's name; a piece of one ("attn.in_proj_weight" in three) gets a number too.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from workbench.tasks.task import Array

if TYPE_CHECKING:
    from onnx import ModelProto


def name_by_origin(model: "ModelProto", state: Mapping[str, Array]) -> None:
    """Renames the float initializers of two axes or more whose origin is known and one only, in place."""
    from onnx import numpy_helper

    taken = {t.name for t in model.graph.initializer} | {n for node in model.graph.node for n in (*node.input, *node.output)}
    weights = _with_both_directions({name: t for name, t in state.items() if t.dtype.kind == "f" and t.ndim > 1})
    renamed: dict[str, str] = {}
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if tensor.name in state or value.dtype.kind != "f" or value.ndim < 2:
            continue
        found = list(_origins(value, weights))
        if len(found) == 1 and found[0] not in taken:
            renamed[tensor.name] = found[0]
            taken.add(found[0])
    for tensor in model.graph.initializer:
        tensor.name = renamed.get(tensor.name, tensor.name)
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)


def _with_both_directions(weights: dict[str, Array]) -> dict[str, Array]:
    """A recurrent layer that runs both ways has two weights, which the graph holds as one."""
    both = {name: [t, weights[f"{name}_reverse"]] for name, t in weights.items() if f"{name}_reverse" in weights}
    return weights | {name: np.concatenate(pair) for name, pair in both.items()}


def _origins(value: Array, weights: Mapping[str, Array]) -> Iterator[str]:
    for name, weight in weights.items():
        if weight.size == value.size and np.array_equal(np.sort(weight, axis=None), np.sort(value, axis=None)):
            yield name
        elif value.ndim == 2 and weight.ndim == 2 and weight.size > value.size:
            yield from _pieces(value.T, name, weight)


def _pieces(piece: Array, name: str, weight: Array) -> Iterator[str]:
    """The name of a weight's rows, counted in pieces of this size."""
    rows = len(piece)
    if weight.shape[1] != piece.shape[1] or len(weight) % rows:
        return
    for k in range(len(weight) // rows):
        if np.array_equal(weight[k * rows : (k + 1) * rows], piece):
            layer = name.removesuffix(".weight").removesuffix("_weight")
            yield f"{layer}.{k}.weight"
