"""Half precision: weights and arithmetic in float16, inputs and outputs as they were."""

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import StepFailed
from workbench.graphs.naming import with_names
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

_HEADROOM = 4
"""How much larger than on the samples that were seen a value may become: on other samples, and in a sum on its way."""

_TRIED = 64
"""So many training samples show how large activations become, and whether the file runs."""


class HalfPrecision(FileTechnique):
    """Halves the bytes of every weight. On a GPU it is fast; a CPU computes in float32 all the same, at about the old speed.

    An operator that meets numbers beyond the range of float16, in its weights or on training samples, stays in float32:
    a CPU that computes in float32 would not even notice that the file overflows elsewhere. The file is tried in a process
    of its own before it is handed on.
    """

    version = 3
    title = "Half precision"

    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Raises `StepFailed` where no operator can be halved."""
        context.check()
        model = with_names(x.load())
        large = _beyond(x, model, context)
        kept = [node.name for node in model.graph.node if large & {*node.input, *node.output}]
        told = lines(operators(model), lambda o: "beyond-half" if o.node in kept else None, "halved")
        if not any(line.touched for line in told):
            raise StepFailed("nothing-halved", path=x.path.name)
        return Plan(told, {"float": kept + _moved_before_products(model)})

    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

        from workbench.graphs import GraphFile
        from workbench.graphs.tidy import tidy
        from workbench.graphs.trial import try_out

        with quiet():
            half = convert_float_to_float16(
                with_names(x.load()),
                max_finite_val=_LARGEST,
                keep_io_types=True,
                op_block_list=DEFAULT_OP_BLOCK_LIST,
                node_block_list=plan.data["float"],
            )
        _join(half, set(plan.data["float"]), set(DEFAULT_OP_BLOCK_LIST))
        file = GraphFile.save(tidy(half), context.scratch / "half.onnx")
        inputs, _ = next(context.train.head(_TRIED).batches(_TRIED))
        try_out(file, {value.name: inputs[value.name] for value in x.load().graph.input})
        figures = {"bytes_before": float(x.size_bytes), "bytes_after": float(file.size_bytes)}
        return file, Report(type(self).__name__, plan.lines, figures)


def _moved_before_products(model: "ModelProto") -> list[str]:
    """The names of transpositions that feed a matrix product.

    ONNX Runtime 1.32 (CPU) ends in a segmentation fault where its MatmulTransposeFusion meets one in float16 that moves
    the batch, as in every attention of torch. What they feed is halved all the same.
    """
    read = {name for node in model.graph.node if node.op_type == "MatMul" for name in node.input}
    return [node.name for node in model.graph.node if node.op_type == "Transpose" and read & set(node.output)]


def _join(model: "ModelProto", kept: set[str], kinds: set[str]) -> None:
    """Takes the way through float16 out from between two operators that stay in float32: it would overflow there."""
    from onnx import TensorProto

    makers = {name: node for node in model.graph.node for name in node.output}
    floats = {value.name for value in model.graph.input if value.type.tensor_type.elem_type == TensorProto.FLOAT}
    floats |= {name for name, node in makers.items() if node.name in kept or node.op_type in kinds}
    for node in model.graph.node:
        before = makers.get(node.input[0]) if node.op_type == "Cast" and node.attribute[0].i == TensorProto.FLOAT else None
        if before is not None and before.op_type == "Cast" and before.input[0] in floats:
            node.op_type, node.input[0] = "Identity", before.input[0]
            node.ClearField("attribute")


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
    large = {name for name, values in seen.items() if _large(values, _HEADROOM)}
    return large | {tensor.name for tensor in model.graph.initializer if _large(numpy_helper.to_array(tensor), 1)}


def _large(values: Array, headroom: float) -> bool:
    return bool(np.issubdtype(values.dtype, np.floating) and values.size and np.abs(values).max() > _LARGEST / headroom)
