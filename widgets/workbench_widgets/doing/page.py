"""What the page as a whole asks for: coming back to where one was."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench_widgets.doing.taking import taken

if TYPE_CHECKING:
    from workbench_widgets.session import Session


def resume(
    session: "Session", study: str = "", steps: Sequence[dict[str, Any]] = (), chosen: Sequence[str] = (), example: str = ""
) -> None:
    """Takes up what a tab had in hand before it was loaded again, as far as it is still there."""
    import workbench as wb

    if session.study_name:
        return
    if steps:
        session.steps = list(steps)
    if study in wb.studies():
        found = wb.Study.open(study)
        known = {c.id for c in found.candidates}
        session.later("load", lambda: taken(session, found, example, [id for id in chosen if id in known]))
    session.refresh()


COMMANDS: dict[str, Callable[..., Any]] = {"resume": resume}
