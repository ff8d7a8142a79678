"""PyTorch -> ONNX through the dynamo exporter, with a dynamic batch, checked, slimmed, and held against PyTorch."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import StepFailed
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import Parity, relative_difference
from workbench.graphs.tidy import tidy
from workbench.records import Report
from workbench.tasks.task import Split, Task

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

    Inputs are called as in the task's signature, with a dynamic first dimension "batch"; outputs likewise, or
    output_0, output_1, ... where the task does not name them. Raises `StepFailed` where the module cannot be exported,
    where the checker refuses the file, and where the file does not agree with the module on validation data.
    """
    import onnx

    names = output_names(module, task)
    model = tidy(_slim(_export(module, task, names)))
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

    from workbench.models.calling import call

    worst = 0.0
    batches = [inputs for inputs, _ in split.batches(64)] + [inputs for inputs, _ in split.head(1).batches(1)]
    with torch.inference_mode():
        for inputs in batches:
            answers = call(module, {name: torch.from_numpy(np.ascontiguousarray(a)) for name, a in inputs.items()})
            truth = [t.numpy() for t in as_tuple(answers)]
            worst = max(worst, relative_difference(list(file.run(inputs).values()), truth))
    return Parity(worst, FLOAT_LIMIT, len(split), "PyTorch")


def as_tuple(answers: Any) -> tuple[Any, ...]:
    """A module's answer as a tuple of tensors."""
    if isinstance(answers, dict):
        return tuple(answers.values())
    return tuple(answers) if isinstance(answers, tuple | list) else (answers,)


def output_names(module: "nn.Module", task: Task) -> list[str]:
    """Names for the file's outputs: the task's, or output_0, ..."""
    import torch

    from workbench.models.calling import call

    with torch.inference_mode():
        count = len(as_tuple(call(module, _examples(task.train))))
    named = [t.name for t in task.signature.outputs]
    return [named[k] if k < len(named) else f"output_{k}" for k in range(count)]


def _examples(split: Split) -> dict[str, Any]:
    """The first two samples: a batch of one would be taken for a constant."""
    import torch

    first, _ = next(split.head(2).batches(2))
    doubled = {n: a if len(a) > 1 else np.concatenate([a, a]) for n, a in first.items()}
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in doubled.items()}


def _export(module: "nn.Module", task: Task, output_names: list[str]) -> "ModelProto":
    import torch

    from workbench.models.calling import arranged

    examples = _examples(task.train)
    args, kwargs = arranged(module, examples)
    batch = torch.export.Dim("batch")
    shapes = {name: {0: batch} for name in examples}
    given = tuple({0: batch} for _ in args) if args else {name: shapes[name] for name in kwargs}
    try:
        with _quiet(), torch.inference_mode():
            program = torch.onnx.export(
                module,
                args,
                kwargs=kwargs or None,
                dynamo=True,
                dynamic_shapes=given,
                input_names=list(examples),
                output_names=output_names,
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
