"""What pruning changed in a module, as a short list: enough to cut a freshly made module in the same way.

A pruned layer differs in its whole numbers (`out_channels`, `groups`, `normalized_shape`, ...) and in the shapes of its
tensors. The numbers are listed; the shapes are read off the stored weights. A tensor that belongs to no such number (a
position embedding, say) is listed itself, by its shape.
"""

from collections.abc import Mapping
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

from workbench.models.model import Cut, Model

if TYPE_CHECKING:
    from torch import Tensor, nn


def cuts_between(before: "nn.Module", after: "nn.Module") -> tuple[Cut, ...]:
    """The cuts that make `after` of `before`: two modules of the same layers."""
    found: list[Cut] = []
    for name, old in before.named_modules():
        new = after.get_submodule(name)
        sizes, resized = _sizes(old), _sizes(new)
        cuts = [Cut(name, k, resized[k]) for k in sorted(resized) if resized[k] != sizes.get(k)]
        if not cuts:
            tensors = dict(_own_tensors(old))
            shapes = {k: (tensors[k].shape, t.shape) for k, t in _own_tensors(new) if k in tensors}
            cuts = [Cut(name, k, tuple(b)) for k, (a, b) in sorted(shapes.items()) if a != b]
        found += cuts
    return tuple(found)


def cuts_from_source(model: Model, module: "nn.Module") -> tuple[Cut, ...]:
    """The cuts that make `module` of what `model` describes when it is whole, whatever cuts it has by now."""
    from workbench.models.building import build

    return cuts_between(build(replace(model, weights=None, cuts=())), module)


def cut(module: "nn.Module", cuts: tuple[Cut, ...], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Applies cuts to a fresh module, in place: numbers as listed, tensors in `shapes`, their values left open."""
    for one in cuts:
        owner = module.get_submodule(one.module)
        if one.attribute not in dict(_own_tensors(owner)):
            setattr(owner, one.attribute, one.value)
    _reshape(module, shapes)


def _reshape(module: "nn.Module", shapes: Mapping[str, tuple[int, ...]]) -> None:
    """A tensor that has several names (a tied weight) is replaced by one tensor under all of them."""
    import torch

    named = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    fresh: dict[int, Tensor] = {}
    for name, old in named:
        shape = shapes.get(name)
        if shape is None or tuple(old.shape) == tuple(shape):
            continue
        if id(old) not in fresh:
            empty = torch.empty(shape, dtype=old.dtype)
            tied = torch.nn.Parameter(empty, old.requires_grad) if isinstance(old, torch.nn.Parameter) else empty
            fresh[id(old)] = tied
        path, _, attribute = name.rpartition(".")
        setattr(module.get_submodule(path), attribute, fresh[id(old)])


def _sizes(module: "nn.Module") -> dict[str, int | tuple[int, ...]]:
    """Attributes that are whole numbers, or tuples of them."""
    found: dict[str, int | tuple[int, ...]] = {}
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if _whole(value):
            found[name] = int(value)
        elif isinstance(value, tuple) and value and all(_whole(v) for v in value):
            found[name] = tuple(int(v) for v in value)
    return found


def _whole(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _own_tensors(module: "nn.Module") -> "list[tuple[str, Tensor]]":
    return [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
