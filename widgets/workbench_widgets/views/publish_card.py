"""The card in short, as it will be: what the file is, how it was made, how good it is, where that was measured."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.plots.axis import axis, title
from workbench.publish.card import what_it_is
from workbench.records import Measurement
from workbench.words import say
from workbench_widgets.views.figures import interval_of

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench_widgets.looking import Looked


def card_of(candidate: "Candidate", looked: "Looked | None", done: Mapping[str, Any] | None) -> list[list[str]]:
    """Rows of [key, text]; licence and intended use stand in the form."""
    task, base = candidate.study.task, candidate.study.baseline
    size = base.measures["size_bytes"]
    whole = {"model": candidate.study.model.name, "size": axis([size]).said(size.value)}
    made = say("page-made", recipe=candidate.name, **whole)
    signature = (looked.signature if looked is not None else None) or task.signature
    facts = {"kind": task.kind, "signature": signature.to_json(), "classes": list(task.classes)}
    rows = {
        "what": what_it_is(facts).replace("`", ""),
        "made": made if candidate.id != base.id else candidate.study.model.name,
        "quality": _quality(candidate, done),
        "verdict": looked.compared.sentence if looked is not None and looked.compared is not None else "",
        "machine": next((m.machine for m in candidate.measures.values() if m.machine), "") or "",
        "data": task.licence,
    }
    return [[key, text] for key, text in rows.items() if text]


def _quality(candidate: "Candidate", done: Mapping[str, Any] | None) -> str:
    metric = candidate.study.metric
    if metric not in candidate.measures:
        return ""
    said = {"metric": title(metric), "value": interval_of(candidate.measures[metric])}
    if done is not None and done["test"] is not None:
        return say("page-quality-tested", **said, test=interval_of(Measurement.from_json(done["test"])))
    return say("page-quality", **said)
