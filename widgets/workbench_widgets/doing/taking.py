"""A study becomes the one that the session works on."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench_widgets.doing.publish import on_to
from workbench_widgets.views.load import described

if TYPE_CHECKING:
    from workbench.study import Study
    from workbench_widgets.session import Session


def taken(
    session: "Session", study: "Study", example: str = "", chosen: Sequence[str] = (), still: Callable[[], bool] = lambda: False
) -> None:
    """From now on it is this study, with the `chosen` files in hand. Its samples and answers are made ready first, so that the
    view has them; it takes a while, and belongs into the session's thread. `still` says whether another one is being made ready
    meanwhile, and goes on."""
    session.memory["load-shown"] = (study.name, described(study.task, study))
    if not still():
        for passed in ("load-preview", "load-busy"):
            session.memory.pop(passed, None)
        session.memory["load-wanted"] = example
    on_to(session, study.name)
    if session.study_name != study.name:
        session.chosen = list(chosen)
    session.example, session.study_name = example, study.name
    session.refresh()
