"""Dynamic quantization: weights in 8 bits, activations scaled anew at every call. Needs no data."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from workbench.graphs.naming import with_names
from workbench.knobs import knob
from workbench.records import Report
from workbench.techniques.guard import Quantizer, guarded
from workbench.techniques.operators import RECURRENT, Operator, lines, operators, untouched
from workbench.techniques.quantized import bits_for, finished, quiet, require
from workbench.techniques.technique import Context, FileTechnique, Need, Plan

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.graphs import GraphFile


class DynamicQuantization(FileTechnique):
    """Stores the weights of linear and recurrent layers and of embeddings as int8, and multiplies in integers.

    The scale of an activation is taken from the whole batch, so that an answer depends on who else is in it.
    Convolutions stay in float unless they are asked for: ONNX Runtime has no fused kernel for them, and they get slower.
    """

    version = 2
    title = "Quantize dynamically"

    granularity: Literal["tensor", "channel"] = knob(
        "tensor", search=("tensor", "channel"), say="one scale for a weight matrix, or one for each of its columns"
    )
    bits: Literal["auto", 7, 8] = knob("auto", unit="bits", say="of a weight; auto is what this machine's instructions bear")
    convolutions: bool = knob(False, search=(False, True), say="convolutions too: smaller files that run slower")
    guard: Literal["none", "time"] = knob("none", say="time leaves in float what is slower in integers on this machine")

    @property
    def needed(self) -> frozenset[Need]:
        """Samples, where files are timed on them."""
        return frozenset({"calibration"}) if self.guard == "time" else self.needs

    def resolve(self, x: "GraphFile", context: Context) -> Self:
        return self.replace(bits=bits_for(context.machine)) if self.bits == "auto" else self

    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Raises `StepFailed` where nothing in the file can be quantized."""
        plan = Plan(lines(operators(with_names(x.load())), self._why_not, "quantized-dynamically"))
        require(plan.lines, x)
        return plan

    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        """Raises `StepFailed` where the file would not run in integers."""
        context.check()
        step, out = self.resolve(x, context), context.scratch / "dynamic.onnx"
        if self.guard == "none":
            return step._file(x, context, (), out)
        quantizer = Quantizer(
            lambda file, left: step._graph(file, context, left), lambda left, path: step._file(x, context, left, path)
        )
        return guarded(x, plan, context, quantizer, out)

    def _file(self, x: "GraphFile", context: Context, left: Collection[str], out: Path) -> "tuple[GraphFile, Report]":
        """The file at `out`, with the nodes of these names left in float, and its report."""
        model, before = self._graph(x, context, left), operators(with_names(x.load()))
        not_taken = untouched(before, model)
        told = lines(
            before, lambda o: self._why_not(o) or ("not-taken" if o.node in not_taken else None), "quantized-dynamically"
        )
        return finished(type(self).__name__, model, told, x, out)

    def _graph(self, x: "GraphFile", context: Context, left: Collection[str] = ()) -> "ModelProto":
        """The graph as the quantizer leaves it: what it makes of a node is called after that."""
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        out = context.scratch / "quantized.onnx"
        with quiet():
            quantize_dynamic(
                with_names(x.load()),
                str(out),
                op_types_to_quantize=["MatMul", "Gemm", "LSTM", "Gather", *(["Conv"] if self.convolutions else [])],
                per_channel=self.granularity == "channel",
                reduce_range=self.bits == 7,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=list(left),
                extra_options={"MatMulConstBOnly": True},
            )
        return onnx.load(str(out))

    def _why_not(self, operator: Operator) -> str | None:
        """The reason why an operator stays in float."""
        if operator.kind == "Conv":
            return None if self.convolutions else "convolution-in-float"
        if operator.kind == "ConvTranspose" or (operator.kind in RECURRENT and operator.kind != "LSTM"):
            return "no-integer-kernel"
        return None if operator.weights else "no-constant-weight"
