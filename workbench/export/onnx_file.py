"""A module becomes one slim ONNX file, held against the module's own answers on validation data."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import StepFailed, WorkbenchError
from workbench.export.dynamo import exported
from workbench.export.layers import where_it_parts_from
from workbench.export.template import Template
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import Parity, relative_difference
from workbench.graphs.runtime import open_session
from workbench.graphs.tidy import tidy
from workbench.records import Report
from workbench.tasks.task import Array, Split, Task

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import nn

VERSION = 4
FLOAT_LIMIT = 1e-3
"""A float file may differ from PyTorch by this share of the largest output."""
CHECKED = 512
"""So many validation samples are compared."""


def export(
    module: "nn.Module", task: Task, path: Path, template: Template | None = None, checked: int = CHECKED
) -> tuple[GraphFile, Report, Parity]:
    """Writes `module` (in evaluation mode, on the CPU) as an ONNX file at `path`.

    Inputs are called as in the task's signature, with a dynamic first dimension "batch"; the output likewise. With a
    template of the module's structure its weights are put into that, which takes milliseconds; where that does not give
    the module's answers (a shape is baked into the graph), it is exported anew. Raises `StepFailed` where the module
    cannot be exported, where the checker refuses the file, and where the file does not agree with the module on
    `checked` validation samples.
    """
    split = task.validation.head(checked)
    if template is not None and template.fits(module):
        bound = _bound(module, template, path, split)
        if bound is not None:
            return bound
    file, report, parity = _written(module, tidy(exported(module, task).optimized), path, split)
    if not parity.holds:
        _, inputs = max(_gaps(file, module, split), key=lambda found: found[0])
        raise parity.failure(where_it_parts_from(module, file, inputs, parity.limit))
    return file, report, parity


def _bound(module: "nn.Module", template: Template, path: Path, split: Split) -> tuple[GraphFile, Report, Parity] | None:
    try:
        file, report, parity = _written(module, tidy(template.bind(module)), path, split)
    except WorkbenchError:
        return None
    if not parity.holds:
        return None
    return file, replace(report, figures={**report.figures, "bound": 1.0}), parity


def _written(module: "nn.Module", model: "ModelProto", path: Path, split: Split) -> tuple[GraphFile, Report, Parity]:
    import onnx

    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        raise StepFailed("checker-refuses", why=str(error).splitlines()[0][:300]) from error
    file = GraphFile.save(model, path)
    parity = held_against(file, module, split)
    figures = {"nodes": float(len(model.graph.node)), "bytes": float(file.size_bytes), "parity": parity.difference}
    return file, Report("Export", figures=figures), parity


def held_against(file: GraphFile, module: "nn.Module", split: Split) -> Parity:
    """The file's answers held against the module's on a split: in batches of 64, and its first sample alone."""
    return Parity(max(gap for gap, _ in _gaps(file, module, split)), FLOAT_LIMIT, len(split), "PyTorch")


def _gaps(file: GraphFile, module: "nn.Module", split: Split) -> "Iterator[tuple[float, dict[str, Array]]]":
    """How far file and module are apart on every batch, and its inputs."""
    import torch

    from workbench.models.calling import call, tensors

    session = open_session(file.path)
    for inputs in (inputs for part, size in ((split, 64), (split.head(1), 1)) for inputs, _ in part.batches(size)):
        try:
            with torch.inference_mode():
                truth, ours = call(module, tensors(inputs)).numpy(), session.run(None, inputs)
        except Exception as error:  # its export, of a batch of 2, went well
            size, why = len(next(iter(inputs.values()))), (str(error) or type(error).__name__).splitlines()[0][:300]
            raise StepFailed("batch-fixed", size=size, why=why) from error
        yield relative_difference(ours, [truth]), inputs
