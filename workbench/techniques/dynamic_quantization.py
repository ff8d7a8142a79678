"""Dynamic quantization: weights in 8 bits, activations scaled anew at every call. Needs no data."""

from typing import TYPE_CHECKING, Literal, Self

from workbench.graphs.naming import with_names
from workbench.knobs import knob
from workbench.records import Report
from workbench.techniques.operators import RECURRENT, Operator, lines, operators, untouched
from workbench.techniques.quantized import bits_for, finished, quiet, require
from workbench.techniques.technique import Context, FileTechnique, Plan

if TYPE_CHECKING:
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

    def resolve(self, x: "GraphFile", context: Context) -> Self:
        return self.replace(bits=bits_for(context.machine)) if self.bits == "auto" else self

    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Raises `StepFailed` where nothing in the file can be quantized."""
        plan = Plan(lines(operators(with_names(x.load())), self._why_not, "quantized-dynamically"))
        require(plan.lines, x)
        return plan

    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        step = self.resolve(x, context)
        out = context.scratch / "dynamic.onnx"
        context.check()
        with quiet():
            quantize_dynamic(
                with_names(x.load()),
                str(out),
                op_types_to_quantize=["MatMul", "Gemm", "LSTM", "Gather", *(["Conv"] if self.convolutions else [])],
                per_channel=self.granularity == "channel",
                reduce_range=step.bits == 7,
                weight_type=QuantType.QInt8,
                extra_options={"MatMulConstBOnly": True},
            )
        model, before = onnx.load(str(out)), operators(with_names(x.load()))
        left = untouched(before, model)
        told = lines(before, lambda o: self._why_not(o) or ("not-taken" if o.node in left else None), "quantized-dynamically")
        return finished(type(self).__name__, model, told, x, out)

    def _why_not(self, operator: Operator) -> str | None:
        """The reason why an operator stays in float."""
        if operator.kind == "Conv":
            return None if self.convolutions else "convolution-in-float"
        if operator.kind == "ConvTranspose" or (operator.kind in RECURRENT and operator.kind != "LSTM"):
            return "no-integer-kernel"
        return None if operator.weights else "no-constant-weight"
