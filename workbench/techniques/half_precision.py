"""Half precision: weights and arithmetic in float16, inputs and outputs as they were."""

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import StepFailed
from workbench.records import Report
from workbench.tasks.task import Array
from workbench.techniques.operators import lines, operators
from workbench.techniques.quantized import quiet
from workbench.techniques.technique import Context, FileTechnique, Plan

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.graphs import GraphFile

_LARGEST = 65504.0
"""The largest float16. Source: IEEE 754-2008, binary16."""

_TRIED = 16
"""So many training samples show how large activations become."""


class HalfPrecision(FileTechnique):
    """Halves the bytes of every weight. On a GPU it is fast; a CPU computes in float32 all the same, at about the old speed.

    An operator that meets numbers beyond the range of float16, in its weights or on training samples, stays in float32:
    a CPU that computes in float32 would not even notice that the file overflows elsewhere.
    """

    title = "Half precision"

    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Raises `StepFailed` where no operator can be halved."""
        context.check()
        model = x.load()
        large = _beyond(x, model, context)
        kept = [node.name for node in model.graph.node if large & {*node.input, *node.output}]
        told = lines(operators(model), lambda o: "beyond-half" if o.node in kept else None, "halved")
        if not any(line.touched for line in told):
            raise StepFailed("nothing-halved", path=x.path.name)
        return Plan(told, {"float": kept})

    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

        from workbench.graphs import GraphFile
        from workbench.graphs.tidy import tidy

        with quiet():
            half = convert_float_to_float16(
                x.load(), keep_io_types=True, op_block_list=DEFAULT_OP_BLOCK_LIST, node_block_list=plan.data["float"]
            )
        file = GraphFile.save(tidy(half), context.scratch / "half.onnx")
        figures = {"bytes_before": float(x.size_bytes), "bytes_after": float(file.size_bytes)}
        return file, Report(type(self).__name__, plan.lines, figures)


def _beyond(x: "GraphFile", model: "ModelProto", context: Context) -> set[str]:
    """The names of weights, and of activations on training samples, that float16 cannot hold."""
    from onnx import TensorProto, numpy_helper, shape_inference

    from workbench.graphs import GraphFile

    told = shape_inference.infer_shapes(model)
    floats = [v for v in told.graph.value_info if v.type.tensor_type.elem_type == TensorProto.FLOAT]
    model = x.load()
    model.graph.output.extend(floats)
    inputs, _ = next(context.train.head(_TRIED).batches(_TRIED))
    feeds = {value.name: inputs[value.name] for value in model.graph.input}
    seen = GraphFile.save(model, context.scratch / "ranges.onnx").run(feeds)
    seen |= {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return {name for name, values in seen.items() if _large(values)}


def _large(values: Array) -> bool:
    return bool(np.issubdtype(values.dtype, np.floating) and values.size and np.abs(values).max() > _LARGEST)
