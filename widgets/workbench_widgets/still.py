"""What a saved notebook shows of a panel where no kernel is: its values as a table, and the frontier as a picture too."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from workbench.plots.axis import axis
from workbench.plots.family import caption
from workbench.plots.sketch import as_table
from workbench_widgets.cards import checked
from workbench_widgets.views import said

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench_widgets.session import Session

MEASURED = ("load", "frontier", "compare", "publish")
"""Panels whose figures were measured, and differ from machine to machine: a comparison of notebooks leaves these tables out."""


def still(session: "Session", panel: str) -> str:
    """The panel as HTML without scripts; "" where it has nothing to show."""
    shown = _STILLS[panel](session)
    kind = "workbench-still measured" if panel in MEASURED else "workbench-still"
    return f'<div class="{kind}">{shown}</div>' if shown else ""


def table(note: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; the first cell of a row is its name."""
    titles = "".join(f'<th scope="col">{escape(name)}' for name in head)
    body = "".join(
        f'<tr><th scope="row">{escape(str(name))}' + "".join(f"<td>{escape(str(cell))}" for cell in cells)
        for name, *cells in rows
    )
    return f"<table><caption>{escape(note)}</caption><thead><tr>{titles}<tbody>{body}</table>"


def _load(session: "Session") -> str:
    study = session.study()
    return "" if study is None else _figures([study.baseline], ("size_bytes", "parameters", "macs", study.metric), study.name)


def _model(session: "Session") -> str:
    study = session.study()
    if study is None:
        return ""
    rows = []
    for layer in study.layers():
        counts = (f"{count:,}" for count in (layer.parameters, layer.macs, layer.bytes))
        rows.append((layer.name, layer.operator, f"{layer.inputs} to {layer.outputs}", *counts))
    return table(said(session, "model"), ("Layer", "Operator", "Channels", "Parameters", "MACs", "Bytes"), rows)


def _recipe(session: "Session") -> str:
    recipe, _ = checked(session.steps)
    steps = () if recipe is None else recipe.steps
    rows = [
        (k, type(step).__name__, ", ".join(f"{n}={v}" for n, v in step.to_json().items() if v not in ([], {})))
        for k, step in enumerate(steps, 1)
    ]
    return table(said(session, "recipe"), ("Step", "Technique", "Fields"), rows)


def _frontier(session: "Session") -> str:
    study = session.study()
    return "" if study is None else study.frontier().to_html()


def _run(session: "Session") -> str:
    rows = [(job["candidate"] or "–", job["recipe"], job["state"], job["reason"] or "") for job in session.run.get("jobs", ())]
    return table(said(session, "run"), ("File", "Recipe", "State", "Reason"), rows) if rows else ""


def _compare(session: "Session") -> str:
    study = session.study()
    columns = session.compare.get("columns", ())
    if study is None or len(columns) < 2:
        return ""
    measures = ("size_bytes", study.metric, "latency_b1_ms", "parameters", "macs")
    return _figures([study.candidate(column["id"]) for column in columns], measures, said(session, "compare"))


def _publish(session: "Session") -> str:
    card = session.publish.get("card", ())
    return table(said(session, "publish"), ("Card", ""), card) if card else ""


def _figures(candidates: "Sequence[Candidate]", measures: Sequence[str], note: str) -> str:
    names = [name for name in dict.fromkeys(measures) if any(name in c.measures for c in candidates)]
    axes = [axis([c.measures[name] for c in candidates if name in c.measures]) for name in names]
    rows = [(c.id, caption(c.recipe) or c.name, [c.measures.get(name) for name in names]) for c in candidates]
    return as_table(rows, axes, note)


_STILLS: dict[str, Callable[["Session"], str]] = {
    "load": _load,
    "model": _model,
    "recipe": _recipe,
    "frontier": _frontier,
    "run": _run,
    "compare": _compare,
    "publish": _publish,
}
