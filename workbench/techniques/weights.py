"""The weight matrices of a network, layer by layer: what unstructured techniques work on. Biases and scales are not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Layer:
    """A part of a network that has parameters of its own, and those of them that are weight matrices, by name.

    A matrix that several layers share belongs to the first of them; the others have `shared` set.
    """

    name: str
    kind: str
    part: "nn.Module"
    weights: "dict[str, nn.Parameter]"
    shared: bool


def layers(module: "nn.Module") -> list[Layer]:
    """Every part with parameters of its own, in the module's order."""
    seen: set[int] = set()
    found = []
    for name, part in module.named_modules():
        if next(part.parameters(recurse=False), None) is not None:
            matrices = dict(_matrices(part))
            own = {n: w for n, w in matrices.items() if id(w) not in seen}
            seen |= {id(w) for w in own.values()}
            kind = type(part).__name__
            found.append(Layer(name or kind, kind, part, own, len(own) < len(matrices)))
    return found


def _matrices(part: "nn.Module") -> "Iterator[tuple[str, nn.Parameter]]":
    from torch import nn
    from torch.nn.modules.conv import _ConvNd

    kinds = (_ConvNd, nn.Linear, nn.Bilinear, nn.Embedding, nn.EmbeddingBag, nn.RNNBase, nn.MultiheadAttention)
    if isinstance(part, kinds):
        for name, weight in part.named_parameters(recurse=False):
            if weight.dim() > 1 and "bias" not in name:
                yield name, weight
