"""What a study looks like on the page: the frontier's picture as bytes, its candidates as a table."""

import html
import io
from typing import TYPE_CHECKING

from workbench.plots.axis import axis, title

if TYPE_CHECKING:
    from workbench.study import Candidate, Frontier, Study


def png(frontier: "Frontier") -> bytes:
    """The frontier's picture."""
    buffer = io.BytesIO()
    frontier.figure().savefig(buffer, format="png", dpi=160)
    return buffer.getvalue()


def table(study: "Study") -> str:
    """Every candidate, the failed ones with their reason: nothing is left out silently."""
    names = (study.metric, "size_bytes", "speedup_b1")
    figures = (title(name) for name in names)
    head = "<th>File</th><th>Recipe</th>" + "".join(f'<th class="wb-figure">{html.escape(f)}</th>' for f in figures)
    return f'<table class="wb-table"><tr>{head}</tr>{"".join(_row(c, names) for c in study.candidates)}</table>'


def _row(candidate: "Candidate", names: tuple[str, ...]) -> str:
    cells = f"<td>{html.escape(candidate.id)}</td><td>{html.escape(candidate.name)}</td>"
    if candidate.status != "measured":
        said = f"{candidate.status}: {candidate.reason}" if candidate.reason else candidate.status
        return f'<tr>{cells}<td colspan="{len(names)}">{html.escape(said)}</td></tr>'
    figures = (axis([candidate.measures[name]]).said(candidate.measures[name].value) for name in names)
    return "<tr>" + cells + "".join(f'<td class="wb-figure">{html.escape(figure)}</td>' for figure in figures) + "</tr>"
