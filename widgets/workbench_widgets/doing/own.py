"""What is made of a person's own model and data: another task or network, with training or without; a study of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import Conflict, NotFound
from workbench_widgets.brought import ask, changed, own_of, placed, take_away
from workbench_widgets.doing.busy import Listener, busy
from workbench_widgets.doing.giving import choose_task, load_path, upload
from workbench_widgets.doing.taking import taken
from workbench_widgets.own import EPOCHS, Own

if TYPE_CHECKING:
    from workbench_widgets.session import Session


def choose(
    session: "Session",
    task: str | None = None,
    network: str | None = None,
    train: bool | None = None,
    away: bool = False,
) -> None:
    """Another task ("" is the person's own data), another network, with training or without; or all of it away."""
    if away:
        take_away(session)
        return session.refresh("load")
    chosen: dict[str, Any] = {} if network is None else {"network": network}
    chosen |= {} if train is None else {"train": bool(train)}
    changed(session, lambda own: replace(own, errors=own.lasting(), **chosen), another=network is not None)
    ask(session)
    session.refresh("load")
    if task is not None:
        session.later("load", lambda: choose_task(session, task))
    return None


def open_own(session: "Session", study: str) -> None:
    """Has the person's model fitted, where that is wished, and measured: it is the baseline of a study of that name."""
    own = own_of(session)
    session.memory["load-wanted"] = mark = f"own:{study}"
    busy(session, "data")

    def act() -> None:
        with placed(session):
            _open(session, own, study.strip(), lambda: session.memory.get("load-wanted") == mark)

    session.later("load", act)


def _open(session: "Session", own: Own, study: str, wanted: Callable[[], bool]) -> None:
    import workbench as wb

    try:
        try:
            wb.Study.open(study)
        except NotFound:
            pass  # as it should be: the name is free
        else:
            raise Conflict("own-study-there", name=study)
        hear, model = Listener(session, wanted), own.model()
        assert own.task is not None
        if own.train and own.task.kind != "outputs":
            model = wb.fit(model, own.task, epochs=EPOCHS, seed=0, on_event=hear)
        made = wb.Study.open(study, task=own.task, model=model, on_event=hear)
        session.memory.pop("load-own", None)
        taken(session, made)
    finally:
        session.memory.pop("load-busy", None)


COMMANDS: dict[str, Callable[..., Any]] = {"upload": upload, "load-path": load_path, "own": choose, "own-open": open_own}
