"""What the controls of the panel Load ask for: an example, or a study that is there. Files of one's own are in `doing.own`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, NotFound
from workbench.words import nearest
from workbench_widgets.brought import RESUMING
from workbench_widgets.doing import own
from workbench_widgets.doing.busy import Listener, busy, call_off, want
from workbench_widgets.doing.giving import put_next
from workbench_widgets.doing.taking import taken
from workbench_widgets.examples import EXAMPLES, opened, study_of
from workbench_widgets.views.load import described

if TYPE_CHECKING:
    from workbench.study import Study
    from workbench_widgets.session import Session


_STUDY = "study"


def load(session: "Session", example: str) -> None:
    """The study of an example, made where it is not there. Of several that were asked for, the last one."""
    if example not in EXAMPLES:
        raise NotFound("no-example", name=example, nearest=nearest(str(example), EXAMPLES))
    session.memory.pop(RESUMING, None)
    make_ready(session, example)


def make_ready(session: "Session", example: str) -> None:
    """The same, while a page that was loaded again is taken up."""
    want(session, example)
    busy(session, "data")
    session.show("recipe")  # a run can be asked for already: it waits for the study
    put_next(session, lambda: _example(session, example))


def load_study(session: "Session", study: str) -> None:
    """Goes on with a study that is there. Raises `NotFound` where there is none of that name."""
    import workbench as wb

    found = wb.Study.open(study)
    session.memory.pop(RESUMING, None)
    want(session, mark := f"{_STUDY}:{study}")
    busy(session, "data")
    put_next(session, lambda: _study(session, found, mark))


def cancel(session: "Session") -> None:
    """Calls off what is being made ready; what was worked on before stays in hand. A finished epoch is kept."""
    session.memory.pop(RESUMING, None)
    call_off(session)
    if session.memory.get("load-preview", ("",))[0] == "example":
        session.memory.pop("load-preview")
    session.refresh("load", "recipe")


def _example(session: "Session", example: str) -> None:
    import workbench as wb

    def wanted() -> bool:
        return bool(session.memory.get("load-wanted") == example)

    if not wanted():
        return
    try:
        if study_of(example) not in wb.studies():
            task = wb.tasks.load(example)
            session.memory["load-preview"] = ("example", described(task))
            session.refresh("load")
            busy(session, "worker")
            opened(example, task, Listener(session, wanted))
        taken(session, wb.Study.open(study_of(example)), example)
    except BaseException as error:
        if wanted():  # it failed, or somebody else who waited for the same has called it off: it can be chosen again
            cancel(session)
            raise
        if not isinstance(error, Cancelled):
            raise
    finally:
        if wanted():
            session.memory.pop("load-busy", None)


def _study(session: "Session", study: "Study", mark: str) -> None:
    if session.memory.get("load-wanted") != mark:
        return  # it was called off, or something else was chosen meanwhile
    try:
        taken(session, study, next((name for name in EXAMPLES if study_of(name) == study.name), ""))
    finally:
        if session.memory.get("load-wanted") == mark:
            call_off(session)
        session.refresh("load")


COMMANDS: dict[str, Callable[..., Any]] = {"load": load, "load-study": load_study, "load-cancel": cancel, **own.COMMANDS}
