"""Which values the activations of integer operators take on data: what a certificate for calibrated ranges rests on."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workbench.graphs.file import GraphFile
from workbench.graphs.products import Product, products
from workbench.graphs.runtime import open_session

if TYPE_CHECKING:
    from workbench.tasks.task import Array

_BATCH = 64


def observed(file: GraphFile, inputs: "dict[str, Array]") -> dict[str, tuple[float, float]]:
    """The lowest and the highest real value of every integer operator's activations, for inputs of N samples (N at least 1).

    Activations without a fixed scale (dynamically quantized ones) are left out.
    """
    from onnx import ValueInfoProto

    model = file.load()
    read = {p.names[0]: p for p in products(model) if p.names and p.scale is not None}
    fed = {name: inputs[name] for name in read if name in inputs}
    asked = [name for name in read if name not in fed]
    shown = {o.name for o in model.graph.output}
    model.graph.output.extend(ValueInfoProto(name=name) for name in asked if name not in shown)
    found = {name: _ends(values, read[name]) for name, values in fed.items()}
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        session = open_session(GraphFile.save(model, Path(folder) / "observed.onnx").path)
        for start in range(0, len(next(iter(inputs.values()))), _BATCH):
            given = session.run(asked, {k: v[start : start + _BATCH] for k, v in inputs.items()}) if asked else []
            for name, values in zip(asked, given, strict=True):
                ends = _ends(values, read[name])
                low, high = found.get(name, ends)
                found[name] = min(low, ends[0]), max(high, ends[1])
    return found


def _ends(values: "Array", product: Product) -> tuple[float, float]:
    """The ends of an activation in real units, from real or stored values."""
    ends = np.array([values.min(), values.max()], dtype=np.float64)
    if np.issubdtype(values.dtype, np.integer) and product.scale is not None:
        ends = (ends - (product.zero or 0)) * product.scale
    return float(ends[0]), float(ends[1])
