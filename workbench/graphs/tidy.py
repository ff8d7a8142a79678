"""Slimming: everything that ONNX Runtime does not need goes, and the answers stay the same.

A layer's name is said once, by the operator that has its weights; everything else has a short name or none.
"""

from typing import TYPE_CHECKING

from workbench.graphs.attributes import drop_defaults
from workbench.graphs.naming import in_digits, name_layers, shorten_initializers

if TYPE_CHECKING:
    from onnx import ModelProto

PRODUCER = "workbench"


def tidy(model: "ModelProto", share: bool = True) -> "ModelProto":
    """A slimmed copy: no metadata, doc strings, value infos, dead or doubled nodes; equal initializers are stored once.

    `share=False` leaves initializers apart and their names as they are, for a graph whose weights are still to be replaced.
    """
    import onnx_ir
    from onnx_ir.passes import common

    graph = onnx_ir.from_proto(model)
    steps = [
        common.TopologicalSortPass(),
        common.IdentityEliminationPass(),
        common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0),
        *([common.DeduplicateInitializersPass(size_limit=1 << 31)] if share else []),
        common.CommonSubexpressionEliminationPass(),
        common.RemoveUnusedNodesPass(),
        common.RemoveUnusedFunctionsPass(),
        common.RemoveUnusedOpsetsPass(),
        common.ClearMetadataAndDocStringPass(),
    ]
    for step in steps:
        graph = step(graph).model
    _shorten(graph)
    slim = onnx_ir.to_proto(graph)
    name_layers(slim)
    drop_defaults(slim)
    if share:
        shorten_initializers(slim)
    slim.producer_name, slim.producer_version, slim.domain, slim.doc_string = PRODUCER, "", "", ""
    slim.graph.name = "main"
    del slim.graph.value_info[:], slim.metadata_props[:]
    return slim


def _shorten(model: "object") -> None:
    """Names of values in between become 0, 1, ..., in base 36, never one that is taken."""
    graph = model.graph  # type: ignore[attr-defined]
    taken = {v.name for v in [*graph.inputs, *graph.outputs]} | set(graph.initializers)
    fresh = (name for k in range(1 << 62) if (name := in_digits(k)) not in taken)
    for node in graph:
        for value in node.outputs:
            if value.name and value.name not in taken:
                value.name = next(fresh)
