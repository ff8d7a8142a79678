"""From a description to the module: made anew, cut as before, weights loaded."""

import importlib
from typing import TYPE_CHECKING

from workbench.models.catalogue import ZOO
from workbench.models.cuts import cut
from workbench.models.factories import call_factory
from workbench.models.live import revive
from workbench.models.model import Model
from workbench.models.weights import fill, read_state

if TYPE_CHECKING:
    from torch import nn


def build(model: Model) -> "nn.Module":
    """The module in evaluation mode, on the CPU. The same description gives the same numbers; no global seed changes."""
    module = _fresh(model)
    folder = model.stored_weights()
    state = read_state(folder) if folder is not None else {}
    if model.cuts:
        cut(module, model.cuts, {name: tuple(tensor.shape) for name, tensor in state.items()})
    if folder is not None:
        fill(module, state, model.name)
    return module.cpu().eval()


def _fresh(model: Model) -> "nn.Module":
    import torch

    origin, _, name = model.source.partition(":")
    if origin == "live":
        return revive(model)
    if origin == "onnx":
        from workbench.models.onnx_graph.checking import built

        return built(model)
    arguments = dict(model.arguments)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(arguments.pop("seed", 0) if origin == "zoo" else 0)
        if origin == "factory":
            return call_factory(model)
        family = importlib.import_module(f"workbench.models.zoo.{ZOO[name].file}")
        module: nn.Module = family.build(**arguments)
        return module
