"""Static quantization: weights and activations in 8 bits, their scales fixed beforehand on training samples."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from workbench.errors import InputError
from workbench.graphs.naming import with_names
from workbench.graphs.runtime import open_session
from workbench.knobs import knob
from workbench.records import Report
from workbench.techniques.guard import Quantizer, guarded
from workbench.techniques.operators import RECURRENT, Operator, lines, operators, untouched
from workbench.techniques.portable import Narrowed, make_portable
from workbench.techniques.quantized import finished, is_arm, quiet, require
from workbench.techniques.technique import Context, FileTechnique, Plan
from workbench.words import nearest

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.graphs import GraphFile
    from workbench.tasks.task import Array

_BATCH = 64


class StaticQuantization(FileTechnique):
    """q = clamp(round(w / s) + z), with scales s and zero points z that are written into the file.

    Convolutions become QLinearConv; other operators stand between QuantizeLinear and DequantizeLinear (QDQ form).

    `auto` becomes what this machine's instructions are good at: uint8 activations and int8 weights on x86, where two
    signed operands run slower than float; int8 on Arm. x86 CPUs without VNNI add products in pairs in 16 bits, and
    saturate: `portable` stores the weights that could do so a little coarser (`workbench.techniques.portable`), so that
    every CPU answers alike and `certify` proves it. `guard="time"` times operators and files, and gives a file that is not
    slower than the one it comes from, at the worst that one itself (`workbench.techniques.guard`).

    An activation's range reaches from the lowest to the highest value seen ("minmax"), or leaves a hundred-thousandth of
    the values out at either end ("percentile"). Source: Jacob et al., Quantization and Training of Neural Networks for
    Efficient Integer-Arithmetic-Only Inference, 2018.
    """

    version = 5
    needs = frozenset({"calibration"})
    title = "Quantize"

    granularity: Literal["auto", "tensor", "channel"] = knob(
        "auto", search=("tensor", "channel"), say="one scale for a weight tensor, or one for each output channel"
    )
    activations: Literal["auto", "uint8", "int8"] = knob("auto", say="how activations are stored")
    weights: Literal["auto", "int8", "uint8"] = knob("auto", say="how weights are stored")
    bits: Literal[7, 8] = knob(8, unit="bits", say="of a weight")
    portable: bool = knob(True, say="coarser weights in the channels that would saturate on a CPU without VNNI")
    calibration_samples: int = knob(
        256, ge=1, le=100_000, search=(64, 1024), scale="log", unit="samples", say="training samples that fix the scales"
    )
    method: Literal["minmax", "percentile"] = knob(
        "minmax", search=("minmax", "percentile"), say="how an activation's range is taken from the samples"
    )
    leave_alone: tuple[str, ...] = knob((), say="layers, or parts with all their layers, that stay in float")
    guard: Literal["none", "time"] = knob("none", say="time leaves in float what is slower in integers on this machine")

    def model_post_init(self, _: Any) -> None:
        """Raises `InputError` for a pair of types that no kernel multiplies."""
        if (self.activations, self.weights) == ("int8", "uint8"):
            raise InputError("signed-by-unsigned")

    def resolve(self, x: "GraphFile", context: Context) -> Self:
        fit = {"activations": "int8" if is_arm(context.machine) else "uint8", "weights": "int8"}
        fit["granularity"] = "channel" if _has_depthwise(x.load()) else "tensor"
        return self.replace(**{name: value for name, value in fit.items() if getattr(self, name) == "auto"})

    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Raises `StepFailed` where nothing in the file can be quantized."""
        plan = Plan(lines(self._operators(x), self._why_not, "quantized"))
        require(plan.lines, x)
        return plan

    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        """Raises `StepFailed` where the file would not run in integers."""
        step, out = self.resolve(x, context), context.scratch / "static.onnx"
        if self.guard == "none":
            return step._file(x, context, (), out)
        named = step.replace(leave_alone=())  # of a marked graph the nodes are named instead
        quantizer = Quantizer(
            lambda file, left: named._graph(file, context, left), lambda left, path: step._file(x, context, left, path)
        )
        return guarded(x, plan, context, quantizer, out)

    def _file(self, x: "GraphFile", context: Context, left: Collection[str], out: Path) -> "tuple[GraphFile, Report]":
        """The file at `out`, with the nodes of these names left in float, and its report."""
        model, before = self._graph(x, context, left), self._operators(x)
        mended = make_portable(model) if self.portable else Narrowed()
        not_taken = untouched(before, model)
        told = lines(before, lambda o: self._why_not(o) or ("not-taken" if o.node in not_taken else None), "quantized")
        model = _in_few_nodes(model, next(_feeds(x, context, _BATCH)))
        file, report = finished(type(self).__name__, model, told, x, out)
        return file, replace(report, remarks=_remarks(mended))

    def _graph(self, x: "GraphFile", context: Context, left: Collection[str] = ()) -> "ModelProto":
        """The graph as the quantizer leaves it: every node is called as it was."""
        import onnx
        from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

        kinds = {"int8": QuantType.QInt8, "uint8": QuantType.QUInt8}
        methods = {"minmax": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile}
        out, alone = context.scratch / "quantized.onnx", [o.node for o in self._operators(x) if self._is_left_alone(o)]
        with quiet():
            quantize_static(
                with_names(x.load()),
                str(out),
                _reader(x, context, self.calibration_samples),
                quant_format=QuantFormat.QDQ,
                per_channel=self.granularity == "channel",
                reduce_range=self.bits == 7,
                activation_type=kinds[self.activations],
                weight_type=kinds[self.weights],
                nodes_to_exclude=[*alone, *left],
                calibrate_method=methods[self.method],
                calibration_providers=["CPUExecutionProvider"],
            )
        return onnx.load(str(out))

    def _operators(self, x: "GraphFile") -> list[Operator]:
        """Raises `InputError` where a layer that is to be left alone is not there."""
        found = operators(with_names(x.load()))
        for name in self.leave_alone:
            if not any(_is_part(o.layer, name) for o in found):
                raise InputError("no-layer", name=name, nearest=nearest(name, {o.layer for o in found}))
        return found

    def _is_left_alone(self, operator: Operator) -> bool:
        return any(_is_part(operator.layer, name) for name in self.leave_alone)

    def _why_not(self, operator: Operator) -> str | None:
        """The reason why an operator stays in float."""
        if operator.kind in (*RECURRENT, "ConvTranspose"):
            return "no-integer-kernel"
        return "left-in-float" if self._is_left_alone(operator) else None


def _is_part(layer: str, name: str) -> bool:
    """Whether a layer is the named one, in whichever of its uses ("fc:2" is the second), or a part of it."""
    return name in (layer, layer.partition(":")[0]) or layer.startswith(f"{name}.")


def _remarks(mended: Narrowed) -> tuple[tuple[str, dict[str, int]], ...]:
    return (("weights-coarser", {"channels": mended.channels, "total": mended.total}),) if mended.channels else ()


def _has_depthwise(model: "ModelProto") -> bool:
    """Whether channels are convolved one by one: their weights differ too much in size for one scale."""
    return any(a.name == "group" and a.i > 1 for n in model.graph.node if n.op_type == "Conv" for a in n.attribute)


def _in_few_nodes(model: "ModelProto", feeds: "dict[str, Array]") -> "ModelProto":
    """The graph with its convolutions in one node each, where that answers the same, bit by bit."""
    from workbench.graphs.qlinear import as_qlinear
    from workbench.graphs.tidy import tidy

    short = tidy(as_qlinear(model))
    before, after = (open_session(m.SerializeToString()).run(None, feeds) for m in (model, short))
    return short if all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True)) else model


def _feeds(x: "GraphFile", context: Context, samples: int) -> "Iterator[dict[str, Array]]":
    """The first training samples in their order, in batches."""
    names = [value.name for value in x.load().graph.input]
    for inputs, _ in context.train.head(samples).batches(_BATCH):
        context.check()
        yield {name: inputs[name] for name in names}


def _reader(x: "GraphFile", context: Context, samples: int) -> Any:
    """What `_feeds` gives, as the quantizer wants to be given it."""
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.feeds = _feeds(x, context, samples)

        def get_next(self) -> "dict[str, Array] | None":
            return next(self.feeds, None)

    return Reader()
