"""Attributes that say what is so without them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_ONES, _ZEROS = (lambda values: all(v == 1 for v in values)), (lambda values: not any(values))
_CONVOLUTION: dict[str, Callable[[Sequence[int]], bool]] = {
    "strides": _ONES,
    "dilations": _ONES,
    "pads": _ZEROS,
    "kernel_shape": lambda values: True,
}
"""Attributes without a default in the standard's schema, and when they may be left out: "if not present, ..." in its text.
A convolution's kernel has the shape of its weights."""

_CONVOLUTIONS = ("Conv", "QLinearConv", "ConvInteger")


def drop_defaults(model: "ModelProto") -> None:
    """Takes every attribute out of the nodes of a graph, in place, whose value is the standard's default."""
    versions = {o.domain: o.version for o in model.opset_import}
    for node in model.graph.node:
        defaults = _defaults(node, versions)
        kept = [a for a in node.attribute if not _is_default(node, a, defaults)]
        if len(kept) < len(node.attribute):
            copies = [type(a).FromString(a.SerializeToString()) for a in kept]
            del node.attribute[:]
            node.attribute.extend(copies)


def _defaults(node: "NodeProto", versions: dict[str, int]) -> dict[str, Any]:
    """Default values of a node's attributes by name; none for an operator that the standard does not have."""
    from onnx import defs, helper

    domain = "" if node.domain == "ai.onnx" else node.domain
    if domain not in versions or not defs.has(node.op_type, versions[domain], domain):
        return {}
    attributes = defs.get_schema(node.op_type, versions[domain], domain).attributes
    return {name: helper.get_attribute_value(a.default_value) for name, a in attributes.items() if a.default_value.type}


def _is_default(node: "NodeProto", attribute: Any, defaults: dict[str, Any]) -> bool:
    from onnx import helper

    if attribute.ref_attr_name:
        return False
    value = helper.get_attribute_value(attribute)
    if attribute.name in defaults:
        return bool(value == defaults[attribute.name])
    says_nothing = _CONVOLUTION.get(attribute.name) if node.op_type in _CONVOLUTIONS else None
    return says_nothing is not None and says_nothing(value)
