"""From a description to the module: made anew, cut as before, weights loaded."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.models.catalogue import ZOO, others
from workbench.models.cuts import cut
from workbench.models.factories import call_factory
from workbench.models.live import revive
from workbench.models.model import Model
from workbench.models.weights import fill, read_state, unwrapped
from workbench.words import part

if TYPE_CHECKING:
    from torch import Tensor, nn


def build(model: Model) -> "nn.Module":
    """The module in evaluation mode, on the CPU. The same description gives the same numbers; no global seed changes."""
    module = _fresh(model)
    folder = model.stored_weights()
    state = read_state(folder) if folder is not None else {}
    if model.cuts:
        cut(module, model.cuts, {name: tuple(tensor.shape) for name, tensor in state.items()})
    if folder is not None:
        _fill(module, state, model)
    return module.cpu().eval()


def _fill(module: "nn.Module", state: "dict[str, Tensor]", model: Model) -> None:
    """Raises what `weights.fill` does, with the names of the zoo's networks that weights for another one of it do fit."""
    try:
        fill(module, state, model.name)
    except InputError as error:
        if error.code != "weights-misfit" or not model.source.startswith("zoo:"):
            raise
        found = [name for name, arguments in others(model).items() if _has_form(name, arguments, state)]
        more = {"others": part("weights-of-others", names=", ".join(found))} if found else {}
        raise InputError(error.code, **{**error.fields, **more}) from None


def _has_form(name: str, arguments: Mapping[str, Any], state: "dict[str, Tensor]") -> bool:
    import torch

    with torch.device("meta"):
        wanted = _of_zoo(name, arguments).state_dict()
    found = unwrapped(state, wanted)
    return {key: value.shape for key, value in wanted.items()} == {key: value.shape for key, value in found.items()}


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
        torch.default_generator.manual_seed(arguments.pop("seed", 0) if origin == "zoo" else 0)  # not a person's GPU's too
        if origin == "factory":
            return call_factory(model)
        return _of_zoo(name, arguments)


def _of_zoo(name: str, arguments: Mapping[str, Any]) -> "nn.Module":
    module: nn.Module = importlib.import_module(f"workbench.models.zoo.{ZOO[name].file}").build(**arguments)
    return module
