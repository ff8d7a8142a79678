"""Convolutions between QuantizeLinear and DequantizeLinear become QLinearConv: the same numbers in far fewer nodes.

ONNX Runtime fuses the triplets into that very operator when it loads a file; saying so in the file takes the names of
three dequantizers, of their scales and of their zero points out of it. QLinearConv is of the ONNX standard (opset 10), so
the file stays one that the reference evaluator and other runtimes read. What has no operator in the standard (additions,
means) keeps its triplets, and so do signed activations: on x86 the runtime makes them unsigned as it fuses, and has no fast
kernel for those that come to it signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.graphs.constants import Constants

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

    from workbench.tasks.task import Array

_WEIGHTS = (np.int8, np.uint8)


@dataclass(frozen=True)
class _Triplet:
    """A convolution, its dequantizers by place (input, weights, bias), and what stands between it and its quantizer."""

    conv: "NodeProto"
    dequantizers: "tuple[NodeProto, ...]"
    between: "tuple[NodeProto, ...]"
    quantizer: "NodeProto"


def as_qlinear(model: "ModelProto") -> "ModelProto":
    """A copy in which every convolution that computes in integers is one QLinearConv; the rest is as it was.

    A Relu goes too where the zero point is 0: clipping to an unsigned type is that Relu. The caller slims the
    copy (`tidy`): dequantizers that nobody reads any more are still in it.
    """
    from onnx import ModelProto

    made = ModelProto()
    made.CopyFrom(model)
    known, readers = Constants(made), _readers(made)
    triplets = [t for node in made.graph.node if (t := _triplet(node, known, readers)) is not None]
    instead = {t.conv.output[0]: _qlinear(t) for t in triplets}
    gone = {node.output[0] for t in triplets for node in (*t.between, t.quantizer)}
    nodes = [instead.get(node.output[0], node) for node in model.graph.node if node.output[0] not in gone]
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    return made


def _readers(model: "ModelProto") -> "dict[str, list[NodeProto]]":
    """Who reads a value, by its name; an output of the graph is read by somebody who is no node."""
    found: dict[str, list[NodeProto]] = {}
    for node in model.graph.node:
        for name in node.input:
            found.setdefault(name, []).append(node)
    for value in model.graph.output:
        found[value.name] = []
    return found


def _triplet(node: "NodeProto", known: Constants, readers: "Mapping[str, list[NodeProto]]") -> _Triplet | None:
    if node.op_type != "Conv":
        return None
    makers = [known.makers.get(name) for name in node.input]
    given = tuple(m for m in makers if m is not None and m.op_type == "DequantizeLinear")
    if len(given) != len(node.input) or not _fit(given, known):
        return None
    between: list[NodeProto] = []
    after = _only_reader(node, readers)
    if after is not None and after.op_type == "Relu":
        between, after = [after], _only_reader(after, readers)
    if after is None or after.op_type != "QuantizeLinear" or not _clips(after, known, bool(between)):
        return None
    return _Triplet(node, given, tuple(between), after)


def _only_reader(node: "NodeProto", readers: "Mapping[str, list[NodeProto]]") -> "NodeProto | None":
    found = readers.get(node.output[0], [])
    return found[0] if len(found) == 1 else None


def _fit(given: "tuple[NodeProto, ...]", known: Constants) -> bool:
    """Whether dequantized input, weights and bias are what QLinearConv takes."""
    if any(len(node.input) < 3 for node in given):
        return False
    x_scale, x_zero = (known.value(name) for name in given[0].input[1:3])
    w, w_scale, w_zero = (known.value(name) for name in given[1].input[:3])
    if x_scale is None or x_zero is None or w is None or w_scale is None or w_zero is None:
        return False
    if x_scale.size != 1 or x_zero.dtype != np.uint8 or w.dtype not in _WEIGHTS or w_zero.dtype != w.dtype:
        return False
    if w.ndim != 4 and w_scale.size > 1:  # the reference evaluator knows scales a channel of images alone
        return False
    if w_scale.size not in (1, len(w)) or (w_scale.size > 1 and _axis(given[1]) != 0):
        return False
    return len(given) == 2 or _bias_fits(given[2], x_scale * w_scale, known)


def _bias_fits(node: "NodeProto", scale: "Array", known: Constants) -> bool:
    """Whether the bias is int32 in steps of input times weights, about zero."""
    bias, own, zero = (known.value(name) for name in node.input[:3])
    if bias is None or own is None or zero is None or bias.dtype != np.int32 or zero.any():
        return False
    return bool(np.allclose(own.reshape(-1), scale.reshape(-1), rtol=1e-5, atol=0))


def _clips(quantizer: "NodeProto", known: Constants, relu: bool) -> bool:
    """Whether the output has one scale, and clipping to its type is the Relu that stood before it."""
    if len(quantizer.input) < 3:
        return False
    scale, zero = (known.value(name) for name in quantizer.input[1:3])
    if scale is None or zero is None or scale.size != 1 or zero.dtype != np.uint8:
        return False
    return not relu or not zero.any()


def _axis(node: "NodeProto") -> int:
    return next((a.i for a in node.attribute if a.name == "axis"), 1)


def _qlinear(t: _Triplet) -> "NodeProto":
    from onnx import NodeProto

    (x, w, *bias), out = t.dequantizers, t.quantizer
    node = NodeProto(op_type="QLinearConv", name=t.conv.name, output=out.output[:1])
    node.input.extend([*x.input[:3], *w.input[:3], *out.input[1:3], *(b.input[0] for b in bias)])
    node.attribute.extend(t.conv.attribute)
    return node
