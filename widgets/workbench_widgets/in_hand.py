"""Which file would be published: the chosen one, else the best that a study has."""

from typing import TYPE_CHECKING

from workbench.errors import NotFound
from workbench.plots.verdict import MARGIN

if TYPE_CHECKING:
    from workbench.study import Candidate, Study
    from workbench_widgets.session import Session


def in_hand(session: "Session", study: "Study") -> "Candidate":
    """The first of the chosen files, where it is measured; else the smallest within the margin (one point, or one per cent of
    an error); else the one that is nearest to the baseline; the baseline while there is no other."""
    known = {c.id: c for c in [study.baseline, *study.candidates]}
    for id in session.chosen[:1]:
        if id in known and known[id].file is not None:
            return known[id]
    base = study.baseline.measures[study.metric]
    drop = MARGIN if base.higher_is_better else MARGIN * base.value
    try:
        return study.frontier().best(max_drop=drop)
    except NotFound:
        pass  # nothing is within it
    try:
        return study.frontier(study.metric, "size_bytes").best()
    except NotFound:
        return study.baseline
