"""Candidates against the baseline, answer by answer: made by the session's thread, and kept by the two files.

What is here reads the stored answers of both files, which may take a second; a panel shows the rest meanwhile.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.graphs.costs import costs
from workbench.graphs.file import GraphFile
from workbench_widgets.refusals import kept

if TYPE_CHECKING:
    from workbench.study import Candidate, Changes, Study
    from workbench_widgets.session import Session

KEPT = 32
"""So many comparisons are kept in a session; the one that was made first goes."""

SAMPLES = 24
"""So many samples whose answer changed are shown."""

CLASSES = 20
"""Of more classes than this, the confusion of those whose answers changed most is shown."""

NOTHING: dict[str, Any] = {
    "clauses": (),
    "loss": "unknown",
    "differences": {},
    "layers": [],
    "recall": [],
    "confusion": None,
    "changed": None,
}
"""What is said where two files could not be compared; `refused` says why."""


def compared(session: "Session", baseline: "Candidate", candidate: "Candidate") -> dict[str, Any] | None:
    """What there is to say of a candidate against the baseline; None while it is worked out, which this has begun."""
    kept: dict[str, dict[str, Any] | None] = session.memory.setdefault("compared", {})
    key = f"{baseline.study.name} {_file(baseline)} {_file(candidate)}"
    if key not in kept:
        kept[key] = None
        session.later("compare", lambda: _fill(session, kept, key, baseline, candidate), asked=False)
    return kept[key]


def _fill(session: "Session", kept: dict[str, Any], key: str, baseline: "Candidate", candidate: "Candidate") -> None:
    kept[key] = told(baseline, candidate)
    for old in list(kept)[:-KEPT]:
        kept.pop(old)
    session.refresh("compare")


def _file(candidate: "Candidate") -> str:
    return candidate.measures["size_bytes"].file_digest


def told(baseline: "Candidate", candidate: "Candidate") -> dict[str, Any]:
    """The clauses of the verdict, or why there is none (an exception); as JSON the differences of measures, bytes by layer,
    classes, confusion, samples."""
    try:
        return _told(baseline, candidate)
    except Exception as error:  # a comparison that ends without a word would be waited for as long as the page is open
        return NOTHING | {"refused": kept(error)}


def _told(baseline: "Candidate", candidate: "Candidate") -> dict[str, Any]:
    import workbench as wb
    from workbench.study.notes import judged

    found, changed = wb.compare(baseline, candidate), wb.changes(baseline, candidate)
    return {
        "refused": None,
        "clauses": found.clauses,
        "loss": judged(baseline, candidate).loss,
        "differences": {name: [_finite(x) for x in (m.value, m.low, m.high)] for name, m in found.measures.items()},
        "layers": bytes_by_layer(baseline, candidate),
        "recall": [None if m is None else [m.value, m.low, m.high, m.details["before"]] for m in changed.recall],
        "confusion": confusion(changed),
        "changed": {"n": changed.n, "counts": changed.counts, "samples": samples(candidate.study, changed)},
    }


def bytes_by_layer(baseline: "Candidate", candidate: "Candidate") -> list[list[Any]]:
    """A name and the bytes in each of the two files, in the baseline's order; last, called "", what is no layer's."""
    before, after = _bytes(baseline), dict[str, int]()
    for name, size in _bytes(candidate).items():
        own = _layer(name, before)
        after[own] = after.get(own, 0) + size
    names = [name for name in dict.fromkeys([*before, *after]) if name]
    return [[name, before.get(name, 0), after.get(name, 0)] for name in [*names, ""]]


def _layer(name: str, known: Mapping[str, int]) -> str:
    """The baseline's layer that an operator is of: one that took its place is called after it ("conv1_MatMul_quant")."""
    return name if name in known else max((k for k in known if k and name.startswith(f"{k}_")), key=len, default=name)


def _bytes(candidate: "Candidate") -> dict[str, int]:
    assert candidate.file is not None
    file, found = GraphFile(candidate.file), dict[str, int]()
    for layer in costs(file.load()).layers:
        if layer.bytes:
            found[layer.layer] = found.get(layer.layer, 0) + layer.bytes
    return found | {"": file.size_bytes - sum(found.values())}


def confusion(changed: "Changes") -> dict[str, Any] | None:
    """The places of the classes that are shown, and candidate minus baseline of each true class and answer."""
    if changed.confusion is None:
        return None
    moved = abs(changed.confusion)
    order = sorted(range(len(moved)), key=lambda k: (-int(moved[k].sum() + moved[:, k].sum()), k))
    places = sorted(order[:CLASSES])
    return {"classes": places, "rows": [[int(changed.confusion[i, j]) for j in places] for i in places]}


def samples(study: "Study", changed: "Changes") -> list[dict[str, Any]]:
    """Samples whose answer changed, as they are drawn; those of each kind in turn, so that none is missing."""
    from workbench_widgets.views.samples import of_examples

    picked = _in_turn({name: places.tolist() for name, places in changed.groups.items()})[:SAMPLES]
    places = [place for _, place in picked]
    before, after = (of_examples(study.task, study.examples(c, places)) for c in (changed.reference, changed.candidate))
    return [
        {**was, "before": was["answer"], "after": now["answer"], "change": group, "place": place}
        for (group, place), was, now in zip(picked, before, after, strict=True)
    ]


def _in_turn(groups: Mapping[str, Sequence[int]]) -> list[tuple[str, int]]:
    longest = max(map(len, groups.values()), default=0)
    return [(name, places[k]) for k in range(longest) for name, places in groups.items() if k < len(places)]


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None
