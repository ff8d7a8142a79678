"""Half precision: weights and arithmetic in float16, inputs and outputs as they were."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import StepFailed
from workbench.records import Report
from workbench.tasks.task import Array
from workbench.techniques.operators import Operator, lines, operators
from workbench.techniques.quantized import quiet
from workbench.techniques.technique import Context, FileTechnique, Plan

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.graphs import GraphFile

_LARGEST = 65504.0
"""The largest float16. Source: IEEE 754-2008, binary16."""

_TRIED = 64


class HalfPrecision(FileTechnique):
    """Halves the bytes of every weight. On a GPU it is fast; a CPU computes in float32 all the same, at about the old speed.

    An operator with a weight beyond the range of float16 stays in float32. The file is tried on training samples.
    """

    title = "Half precision"

    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Raises `StepFailed` where no operator can be halved."""
        model = x.load()
        plan = Plan(lines(operators(model), _why_not(model), "halved"))
        if not any(line.touched for line in plan.lines):
            raise StepFailed("nothing-halved", path=x.path.name)
        return plan

    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        """Raises `StepFailed` where the halved file gives numbers that are not finite."""
        from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

        from workbench.graphs import GraphFile
        from workbench.graphs.tidy import tidy

        model = x.load()
        why_not = _why_not(model)
        large = [o.node for o in operators(model) if why_not(o)]
        with quiet():
            half = convert_float_to_float16(
                model, keep_io_types=True, op_block_list=DEFAULT_OP_BLOCK_LIST, node_block_list=large
            )
        file = GraphFile.save(tidy(half), context.scratch / "half.onnx")
        context.check()
        _require_finite(file, context)
        figures = {"bytes_before": float(x.size_bytes), "bytes_after": float(file.size_bytes)}
        return file, Report(type(self).__name__, plan.lines, figures)


def _why_not(model: "ModelProto") -> Callable[[Operator], str | None]:
    """Tells of an operator why it stays in float32."""
    from onnx import numpy_helper

    large = {tensor.name for tensor in model.graph.initializer if _beyond(numpy_helper.to_array(tensor))}
    users = {node.name for node in model.graph.node if large & set(node.input)}
    return lambda operator: "beyond-half" if operator.node in users else None


def _beyond(values: Array) -> bool:
    return bool(np.issubdtype(values.dtype, np.floating) and values.size and np.abs(values).max() > _LARGEST)


def _require_finite(file: "GraphFile", context: Context) -> None:
    inputs, _ = next(context.train.head(_TRIED).batches(_TRIED))
    names = {value.name for value in file.load().graph.input}
    answers = file.run({name: array for name, array in inputs.items() if name in names})
    for name, answer in answers.items():
        if not np.isfinite(answer).all():
            raise StepFailed("half-overflows", output=name)
