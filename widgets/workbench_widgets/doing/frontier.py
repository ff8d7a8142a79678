"""What the controls of the panel Frontier ask for."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench_widgets.cards import steps_of
from workbench_widgets.views.frontier import LOOK

if TYPE_CHECKING:
    from workbench.study import Study
    from workbench_widgets.session import Session

MOST = 5
"""Files in a comparison."""


def choose(session: "Session", ids: Sequence[str]) -> None:
    """The files in hand, the first one before all others. Raises `NotFound` for one that is not among those shown."""
    study = _study(session)
    known = {point["id"] for point in session.files.get("points", ())}
    for id in ids:
        if id not in known:
            study.candidate(id)
    session.chosen = [*dict.fromkeys(ids)][:MOST]
    session.refresh("frontier", "compare", "publish")


def star(session: "Session", id: str, starred: bool) -> None:
    """Stars a file, or takes the star away."""
    _study(session).mark(id, starred=starred)
    session.refresh("frontier")


def hide(session: "Session", id: str, hidden: bool) -> None:
    """Takes a file out of the chart, or shows it again; the study keeps it all the same."""
    _study(session).mark(id, hidden=hidden)
    session.refresh("frontier")


def label(session: "Session", id: str, label: str) -> None:
    """Gives a file a name of one's own; an empty one takes it away."""
    _study(session).mark(id, label=label)
    session.refresh("frontier", "run", "compare", "publish")


def edit(session: "Session", id: str) -> None:
    """Puts the recipe of a file into the cards."""
    session.steps = steps_of(_study(session).candidate(id).recipe)
    session.refresh("recipe", "model")


def look(session: "Session", look: Mapping[str, Any]) -> None:
    """What is looked at: the measures of the axes and the limits, for other views of this session and for the code."""
    limits = look.get("limits")
    if not isinstance(limits, Mapping):
        limits = {"x": None}
    kept = {axis: limits[axis] for axis in ("x", "y") if axis in limits and isinstance(limits[axis], int | float | None)}
    session.memory[LOOK] = {**{name: str(look.get(name, "")) for name in ("study", "x", "y")}, "limits": kept}
    session.refresh("frontier")


def _study(session: "Session") -> "Study":
    study = session.study()
    if study is None:
        raise InputError("nothing-loaded")
    return study


COMMANDS: dict[str, Callable[..., Any]] = {
    "choose": choose,
    "star": star,
    "hide": hide,
    "label": label,
    "edit": edit,
    "look": look,
}
