"""PyTorch -> ONNX through the dynamo exporter, with a dynamic batch, checked, slimmed, and held against PyTorch."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import StepFailed
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import Parity, relative_difference
from workbench.graphs.tidy import tidy
from workbench.records import Report
from workbench.tasks.task import Array, Split, Task

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import nn

VERSION = 1
FLOAT_LIMIT = 1e-3
"""A float file may differ from PyTorch by this share of the largest output."""
CHECKED = 512
"""So many validation samples are compared."""


def export(module: "nn.Module", task: Task, path: Path) -> tuple[GraphFile, Report, Parity]:
    """Writes `module` (in evaluation mode, on the CPU) as an ONNX file at `path`.

    Inputs are called as in the task's signature, with a dynamic first dimension "batch"; the output likewise. Raises
    `StepFailed` where the module cannot be exported, where the checker refuses the file, and where the file does not
    agree with the module on validation data.
    """
    import onnx

    model = tidy(_slim(_export(module, task)))
    _mark_batch(model)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        raise StepFailed("checker-refuses", why=str(error).splitlines()[0][:300]) from error
    file = GraphFile.save(model, path)
    parity = held_against(file, module, task.validation.head(CHECKED))
    if not parity.holds:
        raise StepFailed("parity", truth=parity.truth, difference=f"{parity.difference:.2g}", limit=f"{parity.limit:g}")
    figures = {"nodes": float(len(model.graph.node)), "bytes": float(file.size_bytes), "parity": parity.difference}
    return file, Report("Export", figures=figures), parity


def held_against(file: GraphFile, module: "nn.Module", split: Split) -> Parity:
    """The file's answers held against the module's on a split: in batches of 64, and its first sample alone."""
    import torch

    from workbench.models.calling import call, tensors

    worst = 0.0
    batches = [inputs for inputs, _ in split.batches(64)] + [inputs for inputs, _ in split.head(1).batches(1)]
    with torch.inference_mode():
        for inputs in batches:
            truth = call(module, tensors(inputs)).numpy()
            worst = max(worst, relative_difference(list(file.run(inputs).values()), [truth]))
    return Parity(worst, FLOAT_LIMIT, len(split), "PyTorch")


def output_name(task: Task) -> str:
    """The name of the file's output: the task's, or "output"."""
    return task.signature.outputs[0].name if task.signature.outputs else "output"


def _examples(split: Split) -> dict[str, Array]:
    """The first two samples: a batch of one would be taken for a constant."""
    arrays = split.head(2).arrays
    return {name: a if len(a) == 2 else np.concatenate([a, a]) for name, a in arrays.items()}


def _export(module: "nn.Module", task: Task) -> "ModelProto":
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
                output_names=[output_name(task)],
                verbose=False,
            )
    except Exception as error:
        raise StepFailed("export-failed", why=_root(error)) from error
    assert program is not None
    return program.model_proto


def _slim(model: "ModelProto") -> "ModelProto":
    """Folds what is constant; a graph that the folder cannot take is left as it is (tidy follows in any case)."""
    import onnxslim

    with _quiet():
        slimmed = onnxslim.slim(model)
    return slimmed if slimmed is not None else model


def _mark_batch(model: "ModelProto") -> None:
    """Every output's first dimension is called batch too, and dead ranks of intermediate shapes are not kept."""
    for value in model.graph.output:
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            dims[0].dim_param = "batch"


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
