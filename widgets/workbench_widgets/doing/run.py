"""What the controls of the panel Run ask for, and the Recipe panel's button."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench_widgets.following import ASKED, following

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench_widgets.session import Session


def run(session: "Session", recipes: Sequence[Sequence[dict[str, Any]]] | None = None) -> None:
    """Has the recipe of the cards run, or several recipes one after the other (a list of steps each).

    Returns at once. While an example is being prepared, they wait for it.
    """
    asked = [session.steps_on(steps) for steps in ([session.steps] if recipes is None else recipes)]
    session.memory[ASKED] = [*session.memory.get(ASKED, ()), *asked]
    session.show("run")
    waits = session.study() is None or "load-busy" in session.memory
    wait = session.later if waits else session.aside
    wait("run", lambda: _submit(session, asked))


def _submit(session: "Session", recipes: "Sequence[Recipe]") -> None:
    import workbench as wb

    try:
        if session.study() is None:
            raise InputError("nothing-loaded")
        study = wb.Study.open(session.study_name, device=session.device)
        for recipe in recipes:
            study.submit(recipe, lane="long")
    finally:
        waiting = session.memory.get(ASKED, [])
        session.memory[ASKED] = [recipe for recipe in waiting if all(recipe is not done for done in recipes)]
        _look(session)


def cancel(session: "Session", candidate: str) -> None:
    """Asks a candidate's run to stop; one that is over by now is left as it is."""
    followed = following(session)
    if followed is not None:
        followed.look()
        found = followed.run_of(candidate)
        if found is not None:
            found.cancel()
    _look(session)


def again(session: "Session", candidate: str) -> None:
    """Runs a candidate that failed, or was cancelled or interrupted, again in its place: finished steps are kept."""
    study = session.study()
    if study is None:
        raise InputError("nothing-loaded")
    recipe = study.candidate(candidate).recipe
    session.aside("run", lambda: _submit(session, [recipe]))


def device(session: "Session", name: str) -> None:
    """Where the next runs train: "auto", "cpu", "cuda:0"."""
    session.device = name
    session.show("run")


def _look(session: "Session") -> None:
    followed = following(session)
    if followed is not None:
        followed.look()
    session.show("run")
    session.watch.wake(at_once=True)


COMMANDS: dict[str, Callable[..., Any]] = {"run": run, "cancel": cancel, "again": again, "device": device}
