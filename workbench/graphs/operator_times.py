"""What each layer of a file takes on this machine: the rows of the table that latencies are estimated from."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbench.graphs.costs import LayerCost, costs
from workbench.graphs.file import GraphFile
from workbench.graphs.marking import heads, marked, place
from workbench.graphs.timing import Kernel, Setting, kernels

if TYPE_CHECKING:
    from workbench.tasks.task import Array

Storage = Literal["float32", "float16", "int8", "int8-dynamic"]

_SECONDS = 0.1

_KINDS = {"QLinearConv": "Conv", "ConvInteger": "Conv", "Gemm": "MatMul", "MatMulInteger": "MatMul"}
_KINDS |= {"QLinearMatMul": "MatMul", "DynamicQuantizeLSTM": "LSTM"}
_DYNAMIC = ("ConvInteger", "MatMulInteger", "DynamicQuantizeLSTM")


@dataclass(frozen=True)
class OperatorTime:
    """A layer with what follows it up to the next one: kind of operator, how its weights are stored, multiply-accumulates
    of one sample, and seconds a call at batch 1 with one thread."""

    kind: str
    storage: Storage
    macs: int
    seconds: float


def kind_of(operator: str) -> str:
    """The kind of an operator, whatever its weights are stored in: "Conv" of "QLinearConv"."""
    return _KINDS.get(operator, operator)


def operator_times(
    file: GraphFile, feeds: "Mapping[str, Array]", check: Callable[[], None] = lambda: None
) -> list[OperatorTime]:
    """Times every layer that multiplies with weights, in a fresh process, on the first sample of `feeds`.

    Takes about half a second; holds the measuring lock. Raises `StepFailed` where the file does not run.
    """
    model = file.load()
    layers = [layer for layer in costs(model).layers if layer.parameters and layer.macs]
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        made = GraphFile.save(marked(model), Path(folder) / "marked.onnx")
        (found,) = kernels([made.path], {k: v[:1] for k, v in feeds.items()}, Setting(1, 1), _SECONDS, check)
    times = by_head(found, heads(model, {layer.place for layer in layers}))
    timed = [layer for layer in layers if times.get(layer.place)]
    return [OperatorTime(kind_of(la.operator), _storage(la), la.macs, times[la.place]) for la in timed]


def by_head(found: Sequence[Kernel], of: Sequence[int | None]) -> dict[int, float]:
    """Seconds of each head: of all kernels of a marked graph that come from its node, or from one that follows it."""
    times: dict[int, float] = {}
    for kernel in found:
        at = place(kernel.name)
        head = None if at is None else of[at]
        if head is not None:
            times[head] = times.get(head, 0.0) + kernel.seconds
    return times


def _storage(layer: LayerCost) -> Storage:
    if layer.operator in _DYNAMIC:
        return "int8-dynamic"
    width = layer.bytes / layer.parameters
    return "int8" if width < 1.8 else "float16" if width < 3 else "float32"
