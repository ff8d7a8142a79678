"""PyTorch's dynamo exporter, with a dynamic batch; its graph as it was traced, and folded."""

import contextlib
import io
import itertools
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import StepFailed
from workbench.export.origins import name_by_origin
from workbench.tasks.task import Array, Split, Task

if TYPE_CHECKING:
    import onnx_ir
    from onnx import ModelProto
    from torch import nn


@dataclass(frozen=True)
class Exported:
    """`traced` has an initializer for every tensor of the state dict, under its name; `optimized` is folded, its weights named
    after those that they come from."""

    traced: "ModelProto"
    optimized: "ModelProto"


def exported(module: "nn.Module", task: Task) -> Exported:
    """Exports a module in evaluation mode on the CPU; raises `StepFailed` with the exporter's own first reason."""
    import torch

    from workbench.models.calling import input_order, tensors

    examples = tensors(_examples(task.train))
    order = input_order(module, tuple(examples))
    batch = torch.export.Dim("batch")
    try:
        with _quiet(), torch.inference_mode():
            program = torch.onnx.export(
                module,
                tuple(examples[name] for name in order),
                dynamo=True,
                dynamic_shapes=tuple({0: batch} for _ in order),
                input_names=list(order),
                output_names=[task.output_name],
                optimize=False,
                verbose=False,
            )
            assert program is not None
            _set_apart(program.model)
            traced = program.model_proto
            program.optimize()
            folded = _folded(program.model_proto)
            name_by_origin(folded, {n: t.detach().cpu().numpy() for n, t in module.state_dict().items()})
            return Exported(traced, folded)
    except Exception as error:
        raise StepFailed("export-failed", why=_root(error)) from error


def _set_apart(model: "onnx_ir.Model") -> None:
    """The exporter gives inputs and output their names without a look at who else has them: a value within the graph that is
    called alike gets another name."""
    graph = model.graph
    ends = {*graph.inputs, *graph.outputs}
    taken = {value.name for value in ends}
    within = [value for node in graph.all_nodes() for value in node.outputs if value not in ends]
    every = taken | {value.name for value in within} | set(graph.initializers)
    for value in within:
        if value.name in taken:
            value.name = next(name for k in itertools.count(1) if (name := f"{value.name}_{k}") not in every)
            every.add(value.name)


def _examples(split: Split) -> dict[str, Array]:
    """The first two samples: a batch of one would be taken for a constant."""
    arrays = split.head(2).arrays
    return {name: a if len(a) == 2 else np.concatenate([a, a]) for name, a in arrays.items()}


def _folded(model: "ModelProto") -> "ModelProto":
    """What is constant is computed once, and the output's first dimension is called batch too."""
    import onnxslim

    slimmed = onnxslim.slim(model)
    assert slimmed is not None
    for value in slimmed.graph.output:
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            dims[0].dim_param = "batch"
    return slimmed


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter prints and warns about packages that are not there; what matters comes as an exception."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _root(error: BaseException) -> str:
    """The first line of the error that began it."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300] if lines else 'no reason given'}"
