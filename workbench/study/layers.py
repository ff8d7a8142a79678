"""The baseline layer by layer: what each one holds, computes, and took on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.files import Digest
from workbench.graphs.costs import LayerCost
from workbench.graphs.operator_times import OperatorTime
from workbench.graphs.wiring import FIXED, Wire
from workbench.study import times
from workbench.study.estimate import Structure


@dataclass(frozen=True)
class Layer:
    """One layer with weights. `macs` are of one sample, `inputs`, `outputs` and `kernel` the form of its weights.

    `seconds` are a call's at batch 1 on one thread; None where the file was not timed on this machine. The channels of a layer
    whose `fixed` is true cannot go: they are the network's answer, or are tied to something that has to keep its width.
    """

    name: str
    operator: str
    outputs: int
    inputs: int
    kernel: tuple[int, ...]
    depthwise: bool
    parameters: int
    macs: int
    bytes: int
    seconds: float | None
    fixed: bool


def layers(of: Structure, file: Digest) -> tuple[Layer, ...]:
    """The layers of the file with this digest that have a matrix of weights, in the order of its graph."""
    taken = _seconds(of.layers, times.of_file(file))
    found = zip(of.layers, of.wires, taken, strict=True)
    return tuple(_layer(cost, wire, seconds) for cost, wire, seconds in found if wire.outputs)


def _layer(cost: LayerCost, wire: Wire, seconds: float | None) -> Layer:
    form = (wire.outputs, wire.inputs, wire.kernel, wire.depthwise)
    return Layer(cost.layer, cost.operator, *form, cost.parameters, cost.macs, cost.bytes, seconds, wire.makes == FIXED)


def _seconds(of: Sequence[LayerCost], timed: Sequence[OperatorTime]) -> list[float | None]:
    """What each layer took: the rows are those of the layers that multiply, in the same order."""
    multiply = [layer.macs for layer in of if layer.macs]
    if multiply != [row.macs for row in timed]:
        return [None] * len(of)
    rows = iter(timed)
    return [next(rows).seconds if layer.macs else None for layer in of]
