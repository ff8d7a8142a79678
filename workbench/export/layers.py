"""Where an exported file parts from its module: the first layer whose output is nowhere in the file, nor any behind it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import words
from workbench.graphs.differing import difference, in_runtime
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import where_it_parts
from workbench.tasks.task import Array

if TYPE_CHECKING:
    from torch import nn

Layer = tuple[str, str, Array]


def where_it_parts_from(module: "nn.Module", file: GraphFile, inputs: dict[str, Array], limit: float) -> words.Part:
    """A sentence that names the operator which ONNX Runtime computes otherwise than the ONNX reference evaluator does, or,
    where they agree, the layer from which on the graph is not what the module computes.

    A layer is found in the file where any value of it has the layer's numbers, whatever its shape: what the exporter folded
    into another layer is found behind that one. Holds the values of one batch, as training does.
    """
    parted = where_it_parts(file, inputs, limit)
    if parted is not None:
        return parted.part
    layers, values = _outputs(module, inputs), _values(file, inputs)
    there = [any(difference(v, output) <= limit for v in values.get(output.size, ())) for _, _, output in layers]
    behind = len(there) - there[::-1].index(True) if True in there else 0
    if behind == len(layers):
        return words.part("differs-behind-layers")
    name, kind, _ = layers[behind]
    return words.part("differs-in-layer", layer=name, kind=kind)


def _outputs(module: "nn.Module", inputs: dict[str, Array]) -> list[Layer]:
    """Name, kind and output (flat) of every layer, in the order in which they are called."""
    import torch

    from workbench.models.calling import call, tensors

    found: list[Layer] = []

    def hear(name: str) -> Any:
        def hook(layer: "nn.Module", given: Any, output: Any) -> None:
            first = output[0] if isinstance(output, tuple | list) else output
            if isinstance(first, torch.Tensor):
                found.append((name, type(layer).__name__, first.detach().clone().numpy().ravel()))

        return hook

    leaves = [(name, layer) for name, layer in module.named_modules() if name and not list(layer.children())]
    hooks = [layer.register_forward_hook(hear(name)) for name, layer in leaves]
    try:
        with torch.inference_mode():
            call(module, tensors(inputs))
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _values(file: GraphFile, inputs: dict[str, Array]) -> dict[int, list[Array]]:
    """Every value that the file computes, flat, by how many numbers it has."""
    model = file.load()
    names = [name for node in model.graph.node for name in node.output if name]
    found: dict[int, list[Array]] = {}
    for value in in_runtime(model, inputs)(names).values():
        found.setdefault(np.asarray(value).size, []).append(np.asarray(value).ravel())
    return found
