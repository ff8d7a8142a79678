"""What the panel Frontier shows: every file's point, and beside them what is chosen and looked at."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.plots.verdict import MARGIN
from workbench_widgets.charting import charted
from workbench_widgets.lettering import letters

if TYPE_CHECKING:
    from workbench.study import Candidate, Frontier, Study
    from workbench_widgets.session import Session

LOOK = "frontier-look"
"""In a session's memory: what was last looked at, {"study", "x", "y", "limits": {"x": value or null, "y": ...}}. A limit that
nobody set is left out: on the study's metric that is a loss within the margin; none where the baseline's error is 0."""


def view(session: "Session") -> dict[str, Any]:
    study = session.study()
    if study is None:
        return {}
    look = session.memory.get(LOOK)
    shown: dict[str, Any] = {"study": study.name, "metric": study.metric, "chosen": list(session.chosen)}
    shown["letters"] = letters(session, (id for id in session.chosen if id != "baseline")) if session.chosen else {}
    return {**shown, "look": look} if look and look["study"] == study.name else shown


def files(session: "Session") -> dict[str, Any]:
    """Every file's point, as the chart takes them: sent only when one of them has changed, not at each choice."""
    study = session.study()
    return {} if study is None else charted(session, study)


def said(session: "Session") -> str:
    """ "3 files of 38 kB to 80 kB, smallest within 1 point: c2, 96.1 %, 41 kB"."""
    study = session.study()
    if study is None:
        return "nothing measured"
    frontier = study.frontier()
    files = len(frontier.points)
    if not files:
        return f"no file yet, baseline {_figures(study.baseline, frontier)}"
    sizes = [point.candidate.measures["size_bytes"].value for point in frontier.points]
    least, most = (frontier.axis("size_bytes").said(size) for size in (min(sizes), max(sizes)))
    counted = f"1 file of {least}" if files == 1 else f"{files} files of {least} to {most}"
    drop = _drop(study)
    if drop == 0:
        best = study.frontier(study.metric, "size_bytes").best()
        return f"{counted}, nearest: {best.id}, {_figures(best, frontier)}"
    lost = frontier.axis(study.metric).gap(drop)
    try:
        best = frontier.best(max_drop=drop)
    except NotFound:
        return f"{counted}, none within {lost}"
    return f"{counted}, smallest within {lost}: {best.id}, {_figures(best, frontier)}"


def code(session: "Session") -> str:
    """The frontier of the measures that are looked at, and the best file within the limits."""
    shown = session.files
    if not shown.get("study"):
        return ""
    look = session.frontier.get("look") or {}
    x, y = look.get("x", "size_bytes"), look.get("y", shown["metric"])
    better = {m["name"]: m["higher_is_better"] for m in shown["measures"]}
    study = session.study()
    room = study is not None and _drop(study) > 0
    limits = _limits(shown, x, y, look.get("limits", {"x": None}), room)
    conditions = [f'c.measures["{name}"].value {">=" if better[name] else "<="} {bound}' for name, bound in limits]
    place = 0 if any(name == y for name, _ in limits) else -1  # without a limit on y the page names the best in that
    within = f" if {' and '.join(conditions)}" if conditions else ""
    return f"""import workbench as wb

study = wb.Study.open({shown["study"]!r})
frontier = study.frontier("{x}", "{y}")
for candidate in frontier.candidates:
    print(candidate)
best = [c for c in frontier.candidates{within}]
print("best:", best[{place}] if best else "no file is within the limits")
"""


def _limits(shown: Mapping[str, Any], x: str, y: str, limits: Mapping[str, Any], room: bool) -> list[tuple[str, str]]:
    """Measures with their bounds as Python; `room` says whether the margin leaves any on the study's metric."""
    found = [(x, repr(limits["x"]))] if limits.get("x") is not None else []
    if "y" in limits:
        return found if limits["y"] is None else [*found, (y, repr(limits["y"]))]
    if y != shown["metric"] or not room:
        return found
    rises = next(m["higher_is_better"] for m in shown["measures"] if m["name"] == y)
    base = f'study.baseline.measures["{y}"].value'
    return [*found, (y, f"{base} - {shown['margin']}" if rises else f"{base} * {1 + shown['margin']}")]


def _drop(study: "Study") -> float:
    """The loss that counts as none, in the metric's unit; 0 where the baseline's error is 0, and then no limit is set."""
    base = study.baseline.measures[study.metric]
    return MARGIN if base.higher_is_better else MARGIN * base.value


def _figures(candidate: "Candidate", frontier: "Frontier[Candidate]") -> str:
    """Quality and size: "96.1 %, 41 kB"."""
    return ", ".join(frontier.axis(m).said(candidate.measures[m].value) for m in reversed(frontier.measures))
