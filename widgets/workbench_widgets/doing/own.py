"""What is made of a person's own model and data: another task or network, with training or without; a study of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, Conflict, NotFound
from workbench_widgets.brought import NAMED, RESUMING, ask, changed, own_of, placed, take_away
from workbench_widgets.doing.busy import Listener, busy, call_off, want
from workbench_widgets.doing.giving import choose_task, drop_upload, load_path, take_again, upload
from workbench_widgets.doing.taking import taken
from workbench_widgets.own import EPOCHS, Own

if TYPE_CHECKING:
    from workbench_widgets.session import Session


OPENING = "own"
"""In what a page keeps of its place: "own:<study>" while a study is made of what a person has brought."""


def choose(
    session: "Session",
    task: str | None = None,
    network: str | None = None,
    train: bool | None = None,
    away: bool = False,
    classes: Sequence[str] | None = None,
) -> None:
    """Another task ("" is the person's own data, with its `classes` in that order), another network, with training or without;
    or all of it away."""
    if away:
        session.memory.pop(RESUMING, None)
        if str(session.memory.get("load-wanted", "")).startswith(f"{OPENING}:"):
            call_off(session)
        take_away(session)
        return session.refresh("load")
    chosen: dict[str, Any] = {"network": network} if network in own_of(session).networks else {}
    chosen |= {} if train is None else {"train": bool(train)}
    changed(session, lambda own: replace(own, errors=own.lasting(), **chosen), another=network is not None)
    ask(session)
    session.refresh("load")
    if task is not None:
        choose_task(session, task, classes)
    return None


def again(session: "Session", own: Mapping[str, Any], opening: str) -> None:
    """Takes up what a page had of a person's own when it was loaded again, and goes on with what was being made of it."""
    given = own.get("given")
    if not isinstance(given, list) or not given:
        session.later("load", lambda: resumed(session))
        return
    classes = own.get("classes") or None
    task = "" if classes and not own.get("task") else own.get("task") or None
    network, train = own.get("network") or None, bool(own.get("train"))
    mark, _, study = opening.partition(":")
    if mark == OPENING:  # at once: a page that is loaded again meanwhile finds it under way
        session.memory |= {"load-wanted": opening, NAMED: study}
        busy(session, "data")

    def is_wanted() -> bool:
        return mark == OPENING and bool(session.memory.get("load-wanted") == opening)

    def then(act: Callable[[], None]) -> None:
        if not classes or list(own_of(session).classes) == classes:
            return act()
        if is_wanted():
            call_off(session)  # the data have other labels by now, which is said there
            session.refresh("load")
        return None

    def go_on() -> None:
        there = False
        try:
            there = take_again(session, [str(name) for name in given])
        finally:
            if not there and is_wanted():
                call_off(session)  # a study of other data, or of other weights, is not what was asked for
                session.refresh("load")
            if there:
                choose(session, task, train=train, classes=classes)
                session.later("load", lambda: then(lambda: choose(session, network=network)))
                session.later("load", lambda: then(lambda: open_own(session, study, again=True) if is_wanted() else None))
            session.later("load", lambda: resumed(session))

    session.later("load", go_on)


def resumed(session: "Session") -> None:
    """What a page had in hand is taken up."""
    if session.memory.pop(RESUMING, None):
        session.show("load")


def open_own(session: "Session", study: str, again: bool = False) -> None:
    """Has the person's model fitted, where that is wished, and measured: it is the baseline of a study of that name.

    With `again` a study of the same data that came to be meanwhile is the one that was waited for.
    """
    own = own_of(session)
    mark = f"{OPENING}:{study}"
    want(session, mark)
    busy(session, "data")

    def act() -> None:
        with placed(session):
            _open(session, own, study.strip(), again, lambda: session.memory.get("load-wanted") == mark)

    session.later("load", act)


def _open(session: "Session", own: Own, study: str, again: bool, wanted: Callable[[], bool]) -> None:
    import workbench as wb

    try:
        if not wanted():
            return  # it was called off before it was begun
        try:
            found = wb.Study.open(study)
        except NotFound:
            pass  # as it should be: the name is free
        else:
            asked = wb.models.as_called(own.task, own.loaded) if own.task and own.loaded else own.task
            if not again or asked is None or found.task.digest != asked.digest:
                raise Conflict("own-study-there", name=study)
            take_away(session, meanwhile=False)
            taken(session, found)
            return
        hear, model = Listener(session, wanted), own.model()
        assert own.task is not None
        session.memory[NAMED] = study
        if own.train and own.task.kind != "outputs":
            model = wb.fit(model, own.task, epochs=EPOCHS, seed=0, on_event=hear)
        made = wb.Study.open(study, task=own.task, model=model, on_event=hear)
        if wanted():
            take_away(session, meanwhile=False)
            taken(session, made)
    except Cancelled:
        if not wanted() and session.memory.get("load-wanted"):
            return  # something else was asked for meanwhile
        raise
    finally:
        if wanted():
            session.memory.pop("load-busy", None)
            session.memory["load-wanted"] = ""


COMMANDS: dict[str, Callable[..., Any]] = {
    "upload": upload,
    "upload-drop": drop_upload,
    "load-path": load_path,
    "own": choose,
    "own-open": open_own,
}
