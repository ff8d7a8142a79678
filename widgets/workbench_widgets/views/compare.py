"""What the panel Compare shows: the baseline and the candidates in hand side by side."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench import words
from workbench.plots import verdict
from workbench.plots.axis import COUNTS, axis, title
from workbench.plots.family import caption, family, spelled
from workbench_widgets.comparing import compared, told
from workbench_widgets.following import Following, following
from workbench_widgets.lettering import letters
from workbench_widgets.refusals import sentence
from workbench_widgets.views.differing import recipe_rows
from workbench_widgets.views.figures import label_of

if TYPE_CHECKING:
    from workbench.records import Measurement
    from workbench.study import Candidate
    from workbench_widgets.session import Session

MOST = 5
"""So many candidates stand beside the baseline."""

OFFERED = 50
"""So many others are offered to be put beside them; the Frontier has all."""

PARTS = ("layers", "recall", "confusion", "changed")

FIRST = ("size_bytes", "", "latency_b1_ms", "speedup_b1", "parameters", "macs")
"""The measures that are always shown, in this order; "" is the study's metric."""


def view(session: "Session") -> dict[str, Any]:
    followed = following(session)
    if followed is None:
        return {"columns": [], "busy": False, "error": None}
    if not followed.stamp:
        followed.look()
    study, baseline = followed.study, followed.study.baseline
    chosen, left_out = in_hand(followed, session.chosen)
    named = letters(session, [c.id for c in chosen])
    chosen.sort(key=lambda c: named[c.id])
    begun = {c.id: compared(session, baseline, c) for c in chosen}
    there = {id: found for id, found in begun.items() if found is not None}
    marks = study.marks
    return {
        "study": study.name,
        "metric": study.metric,
        "by_default": not _picked(followed, session.chosen),
        "columns": [_column(c, named.get(c.id, ""), label_of(marks, c), begun.get(c.id)) for c in (baseline, *chosen)],
        "rows": _rows(study.metric, [baseline, *chosen]),
        "recipe_rows": recipe_rows([baseline, *chosen]),
        "classes": list(study.task.classes) if any(found["recall"] for found in there.values()) else [],
        **{part: {id: found[part] for id, found in there.items()} for part in PARTS},
        "others": _others(followed, chosen),
        "left_out": left_out,
        "busy": len(there) < len(begun),
        "error": next((sentence(found["refused"]) for found in there.values() if found["refused"]), None),
    }


def _picked(followed: Following, chosen: Sequence[str]) -> "list[Candidate]":
    known = {c.id: c for c in followed.candidates if c.status == "measured"}
    return [known[id] for id in dict.fromkeys(chosen) if id in known]


def in_hand(followed: Following, chosen: Sequence[str]) -> "tuple[list[Candidate], int]":
    """The measured candidates that are compared, and how many more are in hand: with none chosen, the newest one."""
    picked = _picked(followed, chosen) or [c for c in followed.candidates if c.status == "measured"][-1:]
    return picked[:MOST], len(picked[MOST:])


def _others(followed: Following, chosen: "Sequence[Candidate]") -> list[list[Any]]:
    """The measured candidates that could be put beside these, the newest first: id, recipe and its steps."""
    taken = {c.id for c in chosen}
    rest = [c for c in reversed(followed.candidates) if c.status == "measured" and c.id not in taken]
    return [[c.id, caption(c.recipe), spelled(c.recipe)] for c in rest[:OFFERED]] if len(chosen) < MOST else []


def _column(candidate: "Candidate", letter: str, label: str, told: Mapping[str, Any] | None) -> dict[str, Any]:
    figures = {name: [m.value, m.low, m.high, _unit(m)] for name, m in candidate.measures.items() if m.value == m.value}
    column = {"id": candidate.id, "letter": letter, "label": label, "title": caption(candidate.recipe)}
    kind: dict[str, Any] = {
        "steps": spelled(candidate.recipe),
        "family": family(candidate.recipe).key if letter else "b",
        "measures": _plain(figures),
        "remarks": _remarks(candidate),
    }
    if told is None:
        return {**column, **kind, **dict.fromkeys(("verdict", "loss", "differences"))}
    return {**column, **kind, "verdict": _verdict(told) or None, "loss": told["loss"], "differences": told["differences"]}


def _remarks(candidate: "Candidate") -> list[str]:
    """What has to be said beside the measures that are always shown; that a file is slower, the verdict says."""
    shown = [candidate.measures.get(name or candidate.study.metric) for name in FIRST]
    told = (remark for m in shown if m is not None for remark in m.details.get("remarks", ()))
    return list(dict.fromkeys(words.say(code, **fields) for code, fields in told if code != "speed-slower"))


def _verdict(told: Mapping[str, Any]) -> str:
    return verdict.sentence(told["clauses"])


def _unit(measurement: "Measurement") -> str:
    """The unit as the page's figures know it: it scales each by itself."""
    unit = axis([measurement]).unit
    return COUNTS.get(measurement.name) or {"%": "share", "kB": "bytes", "MB": "bytes", "×": "x"}.get(unit, unit)


def _plain(figures: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Without infinities, which are no JSON: an open end of an interval is null."""
    return {name: [x if isinstance(x, str) or abs(x) < float("inf") else None for x in row] for name, row in figures.items()}


def _rows(metric: str, candidates: "Sequence[Candidate]") -> list[dict[str, Any]]:
    """The measures that any of them has: first those that are always shown."""
    names = list(dict.fromkeys(name for c in candidates for name in c.measures))
    first = [name or metric for name in FIRST if (name or metric) in names]
    rest = [name for name in names if name not in first]
    return [{"name": name, "title": title(name), "always": name in first} for name in (*first, *rest)]


def said(session: "Session") -> str:
    """ "c2: 83 % smaller · no measurable loss (at most 0.8 points), 12 of 270 answers changed".

    Files that are not compared yet are compared here: the text says the same whenever it is asked for.
    """
    followed = following(session)
    if followed is None:
        return "nothing to compare"
    if not followed.stamp:
        followed.look()
    baseline = followed.study.baseline
    lines = [_line(c, compared(session, baseline, c) or told(baseline, c)) for c in in_hand(followed, session.chosen)[0]]
    return "; ".join(lines) or "nothing to compare"


def _line(candidate: "Candidate", found: Mapping[str, Any]) -> str:
    if found["refused"]:
        return f"{candidate.id}: {sentence(found['refused'])}"
    moved = sum(found["changed"]["counts"].values())
    return f"{candidate.id}: {_verdict(found)}, {moved} of {found['changed']['n']} answers changed"


def code(session: "Session") -> str:
    followed = following(session)
    if followed is None:
        return ""
    chosen, _ = in_hand(followed, session.chosen)
    ids = ", ".join(repr(c.id) for c in chosen)
    lines = ["import workbench as wb", "", f"study = wb.Study.open({followed.study.name!r})", f"for id in [{ids}]:"]
    lines += ["    candidate = study.candidate(id)", "    print(id, wb.compare(study.baseline, candidate).sentence)"]
    lines += ["    changes = wb.changes(study.baseline, candidate)", "    print(changes.counts)"]
    return "\n".join([*lines, ""])
