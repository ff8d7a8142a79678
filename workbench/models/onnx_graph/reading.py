"""An ONNX file from elsewhere, read as data: protobuf, and weights in files beside it. Nothing in it is run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import Damaged, InputError, NotFound
from workbench.words import part

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, TensorProto

_QUANTIZED = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "ConvInteger", "QGemm")


def read(path: Path) -> "ModelProto":
    """The graph with all its weights in it, its functions written out where they are called.

    Raises `NotFound` without the file or without the file of its weights, `Damaged` for one that is not whole, and
    `InputError` for weights outside the file's own folder, for such as are not finite, and for a quantized file.
    """
    import onnx

    if not path.is_file():
        raise NotFound("onnx-missing", path=str(path))
    try:
        model = onnx.load_model_from_string(path.read_bytes())
    except Exception as error:  # protobuf has an exception of its own, and lets others through
        raise Damaged("onnx-damaged", name=path.name, why=_why(error)) from None
    for tensor in _tensors(model.graph):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            _fetch(tensor, path)
    try:
        onnx.checker.check_model(model)
        model = onnx.inliner.inline_local_functions(model) if model.functions else model
    except Exception as error:  # the checker and the inliner have exceptions of their own
        raise Damaged("onnx-damaged", name=path.name, why=_why(error)) from None
    for node in model.graph.node:
        if node.op_type in _QUANTIZED or node.op_type.startswith("QLinear"):
            raise InputError("onnx-quantized", name=path.name, operator=node.op_type)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and not np.isfinite(onnx.numpy_helper.to_array(tensor)).all():
            raise InputError("nan-weights", layer=tensor.name)
    return model


def data_files(path: Path) -> set[str]:
    """The names of files beside `path` that its weights lie in."""
    import onnx

    model = onnx.load_model_from_string(path.read_bytes())
    outside = [t for t in _tensors(model.graph) if t.data_location == onnx.TensorProto.EXTERNAL]
    return {entry.value for tensor in outside for entry in tensor.external_data if entry.key == "location"}


def _why(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _tensors(graph: "GraphProto") -> "Iterator[TensorProto]":
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def _fetch(tensor: "TensorProto", path: Path) -> None:
    """Takes a tensor's bytes from the file that it names, in the model's own folder and nowhere else."""
    said = {entry.key: entry.value for entry in tensor.external_data}
    name, folder = said.get("location", ""), path.parent.resolve()
    beside = folder / name
    if not name or os.path.isabs(name) or beside.resolve().parent != folder or beside.is_symlink():
        raise InputError("onnx-outside", name=path.name, where=name)
    if not beside.is_file():
        raise NotFound("onnx-data-missing", name=path.name, data=name)
    try:
        start, length = int(said.get("offset", 0)), int(said.get("length", beside.stat().st_size))
    except ValueError:
        raise Damaged("onnx-damaged", name=path.name, why=part("onnx-no-place", tensor=tensor.name, file=name)) from None
    if start < 0 or length < 0 or start + length > beside.stat().st_size:
        raise Damaged("onnx-damaged", name=name, why=part("onnx-cut-short", tensor=tensor.name))
    with open(beside, "rb") as f:
        f.seek(start)
        tensor.raw_data = f.read(length)
    tensor.ClearField("external_data")
    tensor.ClearField("data_location")
