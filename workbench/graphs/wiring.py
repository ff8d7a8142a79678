"""Which layers read which: the widths that go together, followed through a file from layer to layer.

What a layer loses when another one is cut can be told from this before anything is cut. It is a reading of the file, not
the proof that pruning itself asks of the network (`workbench.techniques.pruning`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.graphs.costs import LayerCost

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

FIXED = 0
"""The number of all widths that never change: the file's inputs and outputs, and what cannot be told apart from them."""

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_MAKERS = ("Conv", "ConvTranspose", "Gemm", "MatMul", "Gather", *_GATES)


@dataclass(frozen=True)
class Wire:
    """A layer's ends. Widths of one number shrink together; 0 is one that never does.

    `reads` has the widths that come in: several after a concatenation, none of a layer that is as wide as what it is fed (a
    depthwise convolution, a normalisation). `makes` is the one that goes out. `outputs`, `inputs` and `kernel` are the form
    of the weights.
    """

    reads: tuple[int, ...]
    makes: int
    outputs: int = 0
    inputs: int = 0
    kernel: tuple[int, ...] = ()
    depthwise: bool = False


def chain(length: int) -> tuple[Wire, ...]:
    """Layers one after the other: what is taken where nothing is known of the graph."""
    return tuple(Wire((k,), 0 if k == length - 1 else k + 1) for k in range(length))


def wires(model: "ModelProto", layers: Sequence[LayerCost]) -> tuple[Wire, ...]:
    """The ends of each of these layers of the graph, in their order."""
    walk = _Walk({t.name: tuple(t.dims) for t in model.graph.initializer}, {layer.place for layer in layers})
    for value in model.graph.input:
        walk.carried[value.name] = (FIXED,)
    for place, node in enumerate(model.graph.node):
        walk.step(place, node)
    for value in model.graph.output:
        walk.join(walk.carried.get(value.name, ()), (FIXED,))
    return walk.numbered([layer.place for layer in layers])


class _Walk:
    """The widths that each tensor carries, while the graph is gone through in its order."""

    def __init__(self, weights: Mapping[str, tuple[int, ...]], layers: set[int]) -> None:
        self.carried: dict[str, tuple[int, ...]] = {}
        self._weights, self._layers = weights, layers
        self._wires: dict[int, Wire] = {}
        self._parent = [FIXED]

    def step(self, place: int, node: "NodeProto") -> None:
        fed = [self.carried[name] for name in node.input if name in self.carried]
        if node.op_type == "Shape" or not (fed or place in self._layers):
            return
        held = [self._weights[name] for name in node.input if len(self._weights.get(name, ())) > 1]
        if place in self._layers and node.op_type in _MAKERS and held:
            given = self._made(place, node, fed[0] if fed else (FIXED,), held[0])
        else:
            given = self._passed(node, fed)
            if place in self._layers:  # a normalisation, a bias: as wide as what it is fed
                self._wires[place] = Wire((), given[0]) if len(given) == 1 else Wire(given, FIXED)
        self.carried |= dict.fromkeys(node.output, given)

    def join(self, one: tuple[int, ...], other: tuple[int, ...]) -> None:
        """From here on the widths are the same, one by one; where they cannot be paired, none of them changes."""
        pairs = zip(one, other, strict=True) if len(one) == len(other) else ((w, FIXED) for w in (*one, *other))
        for a, b in pairs:
            low, high = sorted((self._root(a), self._root(b)))
            self._parent[high] = low

    def numbered(self, places: Sequence[int]) -> tuple[Wire, ...]:
        """The wires with their widths numbered 0, 1, 2, ... in the order in which they are met."""
        numbers = {FIXED: FIXED}
        found = []
        for wire in (self._wires[place] for place in places):
            reads, makes = (
                tuple(numbers.setdefault(self._root(w), len(numbers)) for w in ends) for ends in (wire.reads, (wire.makes,))
            )
            found.append(Wire(reads, makes[0], wire.outputs, wire.inputs, wire.kernel, wire.depthwise))
        return tuple(found)

    def _made(self, place: int, node: "NodeProto", fed: tuple[int, ...], dims: tuple[int, ...]) -> tuple[int, ...]:
        outputs, inputs, kernel = _form(node, dims)
        if node.op_type == "Conv" and 1 < _attribute(node, "group") == outputs and dims[1] == 1 and len(fed) == 1:
            self._wires[place] = Wire((), fed[0], outputs, inputs, kernel, depthwise=True)
            return fed
        self._parent.append(len(self._parent))
        made = len(self._parent) - 1
        self._wires[place] = Wire((FIXED,) if node.op_type == "Gather" else fed, made, outputs, inputs, kernel)
        return (made,)

    def _passed(self, node: "NodeProto", fed: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        """What a node without weights of its own hands on: what it is fed, of one width where it adds several."""
        if not fed:
            return (FIXED,)
        if node.op_type == "Concat":
            return tuple(width for one in fed for width in one)
        for other in fed[1:]:
            self.join(fed[0], other)
        if node.op_type == "LayerNormalization" or (node.op_type in ("MatMul", "Einsum") and len(fed) > 1):
            self.join(fed[0], (FIXED,))
        return fed[0]

    def _root(self, width: int) -> int:
        while self._parent[width] != width:
            width = self._parent[width]
        return width


def _form(node: "NodeProto", dims: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
    """Outputs, inputs and kernel of weights of this shape."""
    if node.op_type == "Conv":
        return dims[0], dims[1] * _attribute(node, "group"), dims[2:]
    if node.op_type == "ConvTranspose":
        return dims[1] * _attribute(node, "group"), dims[0], dims[2:]
    if node.op_type in _GATES:
        return dims[1] // _GATES[node.op_type], dims[2], ()
    if node.op_type == "Gemm" and _attribute(node, "transB", 0):
        return dims[0], dims[1], ()
    return dims[-1], dims[-2], ()


def _attribute(node: "NodeProto", name: str, default: int = 1) -> int:
    return next((a.i for a in node.attribute if a.name == name), default)
