"""The chart of a session's study, made anew only when a candidate or a note beside one has changed: choosing a file does not
read the study again."""

from typing import TYPE_CHECKING, Any

from workbench.words import spoken

if TYPE_CHECKING:
    from workbench.study import Study
    from workbench_widgets.session import Session

_JUDGED = "frontier-judged"
"""In a session's memory: how often verdicts were worked out."""

_CHART = "frontier-chart"


def charted(session: "Session", study: "Study") -> dict[str, Any]:
    """What the chart shows of the study. Verdicts that are not kept yet are worked out by the session's thread, and then the
    panel is shown anew."""
    key = study.name, study.stamp, study.stamp_of_marks, session.memory.get(_JUDGED, 0), spoken()
    kept = session.memory.get(_CHART)
    if kept is not None and kept[0] == key:
        return dict(kept[1])
    chart = study.chart()
    drawn = chart.to_widget()
    session.memory[_CHART] = key, drawn
    if any(point["status"] == "measured" and "verdict" not in point for point in chart.points):
        session.later("frontier", lambda: _judge(session, study), asked=False)
    return dict(drawn)


def _judge(session: "Session", study: "Study") -> None:
    if study.judge():
        session.memory[_JUDGED] = session.memory.get(_JUDGED, 0) + 1
        session.refresh("frontier")
