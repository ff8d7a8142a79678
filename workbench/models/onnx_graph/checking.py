"""In the worker: the module's answers held against the file's, and where they part."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch

from workbench.errors import InputError
from workbench.graphs.differing import Runner, first_difference, in_runtime
from workbench.graphs.reference import relative_difference
from workbench.jobs import Desk
from workbench.models.model import Model
from workbench.models.onnx_graph.building import network
from workbench.models.onnx_graph.loading import GRAPH, LIMIT
from workbench.models.onnx_graph.network import Network
from workbench.objects import Objects
from workbench.tasks.task import Array


def built(model: Model) -> Network:
    """The module of a file that was loaded. Raises `InputError` where the file is gone from the store."""
    folder = Objects().get(model.code)
    if folder is None:
        raise InputError("onnx-gone", name=model.name)
    return network(folder / GRAPH, list(model.arguments["inputs"]))


def check(payload: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Raises `InputError` for an operator that is not known, and "onnx-differs" where the answers are not the file's."""
    model = Model.from_json(payload["model"])
    module = built(model)
    with np.load(io.BytesIO(desk.blob("samples") or b"")) as arrays:
        inputs = [arrays[f"input{k}"] for k in range(len(arrays.files) - 1)]
        answer = arrays["answer"]
    try:
        with torch.inference_mode():
            ours = module(*map(torch.from_numpy, inputs)).numpy()
    except InputError:
        raise
    except Exception as error:
        raise InputError("onnx-fails", name=model.name, why=str(error).splitlines()[0][:300]) from error
    for count in (len(answer), 1):
        with torch.inference_mode():
            ours = module(*(torch.from_numpy(array[:count]) for array in inputs)).numpy()
        gap = _gap(ours, answer[:count], bool(model.arguments.get("logarithm")))
        if gap > LIMIT:
            raise _parted(model, module, inputs, gap)
    return {"parameters": sum(p.numel() for p in module.parameters())}


def _gap(ours: Array, answer: Array, logarithm: bool) -> float:
    """How far the answers are apart: of logarithms the shares, for that of a small share turns its rounding into much."""
    if not logarithm or ours.shape != answer.shape or not np.isfinite(ours).all():
        return relative_difference([ours], [answer])
    return float(np.abs(np.exp(ours) - np.exp(answer)).max())


def _parted(model: Model, module: Network, inputs: list[Array], gap: float) -> InputError:
    folder = Objects().get(model.code)
    assert folder is not None
    graph = onnx.load(str(folder / GRAPH))
    feeds = dict(zip(model.arguments["inputs"], inputs, strict=True))
    first = first_difference(graph, _ours(module, inputs), in_runtime(graph, feeds, optimized=False), LIMIT)
    node, kind = (first.node, first.kind) if first else ("", "")
    return InputError("onnx-differs", name=model.name, node=node, operator=kind, difference=f"{gap:.2g}")


def _ours(module: Network, inputs: list[Array]) -> Runner:
    with torch.inference_mode():
        values = module.values(*map(torch.from_numpy, inputs))

    def run(names: Sequence[str]) -> dict[str, Array]:
        return {name: np.asarray(values[name]) for name in names}

    return run
