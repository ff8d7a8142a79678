"""What the controls of the panel Compare ask for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench_widgets.following import following
from workbench_widgets.views.compare import in_hand

if TYPE_CHECKING:
    from workbench_widgets.session import Session


def compare_without(session: "Session", candidate: str) -> None:
    """Takes a candidate out of the comparison."""
    session.chosen = [id for id in session.chosen if id != candidate]
    session.refresh("frontier", "compare", "publish")


def compare_with(session: "Session", candidate: str) -> None:
    """Puts a candidate beside those that are compared, which it then stands behind."""
    followed = following(session)
    shown = [] if followed is None else [c.id for c in in_hand(followed, session.chosen)[0]]
    session.chosen = [*dict.fromkeys([*(session.chosen or shown), candidate])]
    session.refresh("frontier", "compare", "publish")


COMMANDS: dict[str, Callable[..., Any]] = {"compare-without": compare_without, "compare-with": compare_with}
