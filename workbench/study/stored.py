"""The files inside a finished step's folder.

weights.safetensors, model.json    a step from module to module
model.onnx                         a step from file to file, an export, a measured candidate
report.json, measures.json, ...    what was done and found
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import StepFailed
from workbench.files import Digest, read_json
from workbench.graphs.file import GraphFile
from workbench.models import Model
from workbench.records import Report
from workbench.techniques import FileTechnique, Technique

if TYPE_CHECKING:
    from torch import nn

ONNX = "model.onnx"

__all__ = ["ONNX", "file", "formed", "keep_file", "keep_json", "keep_module", "keep_report", "model", "read_json", "report"]


def formed(step: Technique, given: Any) -> tuple[Any, Report]:
    """What a technique gave, when it has the form that its kind says; else `StepFailed` names the technique."""
    from torch import nn

    wanted: type = GraphFile if isinstance(step, FileTechnique) else nn.Module
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], wanted) and isinstance(given[1], Report):
        return given
    found = ", ".join(type(g).__name__ for g in given) if isinstance(given, tuple) else type(given).__name__
    raise StepFailed("technique-form", step=type(step).__name__, wanted=wanted.__name__, found=found)


def keep_json(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value, indent=1, sort_keys=True), encoding="utf-8")


def keep_report(folder: Path, report: Report) -> None:
    keep_json(folder, "report.json", report.to_json())


def report(folder: Path) -> Report:
    return Report.from_json(read_json(folder / "report.json"))


def keep_file(folder: Path, file: GraphFile) -> None:
    (folder / ONNX).write_bytes(file.path.read_bytes())


def file(folder: Path) -> GraphFile:
    return GraphFile(folder / ONNX)


def keep_module(folder: Path, key: Digest, before: Model, module: "nn.Module", step: str) -> None:
    """Keeps what a step made of `before`: its weights, and the cuts that lead from the source to its shapes."""
    import torch

    from workbench.models.cuts import cuts_from_source
    from workbench.models.model import WEIGHTS
    from workbench.models.weights import to_bytes

    module = module.cpu().eval()
    for name, tensor in module.state_dict().items():
        if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise StepFailed("nan-after-step", step=step, layer=name)
    (folder / WEIGHTS).write_bytes(to_bytes(module))
    keep_json(folder, "model.json", before.with_weights(key, cuts_from_source(before, module)).to_json())


def model(folder: Path, payload: bytes | None) -> Model:
    return Model.from_json(read_json(folder / "model.json"), payload)
