"""What an ONNX file is, before anything is known of its data: what goes in and comes out, and the weights' shapes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.models.onnx_graph.reading import read

if TYPE_CHECKING:
    from onnx import ValueInfoProto


@dataclass(frozen=True)
class FileForm:
    """`inputs` and `outputs` are {"name", "shape", "dtype"} each, the shape without the batch, None for a side that is
    free; `shapes` are those of the float tensors by name."""

    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    shapes: dict[str, tuple[int, ...]]


def file_form(path: str | Path) -> FileForm:
    """Reads an ONNX file and runs nothing. Raises what `load` raises for a file that is damaged, quantized or not whole."""
    import onnx

    model = read(Path(path).expanduser())
    held = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    floats = {t.name for t in model.graph.initializer if t.data_type == onnx.TensorProto.FLOAT}
    inputs = tuple(_said(value) for value in model.graph.input if value.name not in held)
    outputs = tuple(_said(value) for value in model.graph.output)
    return FileForm(inputs, outputs, {name: shape for name, shape in held.items() if name in floats})


def _said(value: "ValueInfoProto") -> dict[str, Any]:
    import onnx

    kind = value.type.tensor_type
    shape = [side.dim_value if side.HasField("dim_value") else None for side in kind.shape.dim][1:]
    known = kind.elem_type != onnx.TensorProto.UNDEFINED
    return {
        "name": value.name,
        "shape": shape,
        "dtype": onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type).name if known else "unknown",
    }
