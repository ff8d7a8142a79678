"""What the panel Model shows."""

from typing import TYPE_CHECKING, Any

from workbench.plots.axis import axis, number, title

if TYPE_CHECKING:
    from workbench.study import Study
    from workbench.study.estimate import Structure
    from workbench.study.layers import Layer
    from workbench_widgets.session import Session


def view(session: "Session") -> dict[str, Any]:
    """The table's rows, and `structure`: what the page adds up while a slider moves, sent once for every study."""
    study = session.study()
    if study is None:
        return {"study": None, "layers": [], "structure": None, "other_bytes": 0, "size_bytes": 0, "metric_say": ""}
    layers, of = study.layers(), study.structure
    size = int(study.baseline.measures["size_bytes"].value)
    timed = sum(layer.seconds or 0.0 for layer in layers)
    return {
        "study": study.name,
        "layers": [_row(layer, timed) for layer in layers],
        "structure": _structure(of),
        "other_bytes": size - sum(layer.bytes for layer in layers),
        "size_bytes": size,
        "metric_say": _metric(study),
    }


def said(session: "Session") -> str:
    """Such as "10 layers, 78 kB, the largest is layers.2.conv2 with 47.3 %"."""
    study = session.study()
    if study is None:
        return ""
    layers, size = study.layers(), study.baseline.measures["size_bytes"]
    most = max(layers, key=lambda layer: layer.bytes)
    return (
        f"{len(layers)} layers, {axis([size]).said(size.value)}, "
        f"the largest is {most.name} with {number(100 * most.bytes / size.value)} %"
    )


def code(session: "Session") -> str:
    if session.study() is None:
        return ""
    return f"""import workbench as wb

study = wb.Study.open({session.study_name!r})
for layer in study.layers():
    print(f"{{layer.name:24}} {{layer.operator:6}} {{layer.parameters:>10,}} {{layer.macs:>12,}}")
"""


def _row(layer: "Layer", timed: float) -> dict[str, Any]:
    return {
        "layer": layer.name,
        "operator": layer.operator,
        "kernel": list(layer.kernel),
        "depthwise": layer.depthwise,
        "shape": [layer.inputs, layer.outputs],
        "parameters": layer.parameters,
        "macs": layer.macs,
        "bytes": layer.bytes,
        "time_share": layer.seconds / timed if layer.seconds is not None and timed else None,
        "fixed": layer.fixed,
    }


def _structure(of: "Structure") -> dict[str, Any]:
    layers = [
        {
            "layer": cost.layer,
            "operator": cost.operator,
            "macs": cost.macs,
            "parameters": cost.parameters,
            "reads": list(wire.reads),
            "makes": wire.makes,
        }
        for cost, wire in zip(of.layers, of.wires, strict=True)
    ]
    return {"layers": layers, "other_bytes": of.other_bytes}


def _metric(study: "Study") -> str:
    measured = study.baseline.measures[study.metric]
    return f"{title(study.metric)} {axis([measured]).said(measured.value)}"
