"""What the controls of the panel Publish ask for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, WorkbenchError
from workbench_widgets.doing import saving
from workbench_widgets.in_hand import in_hand
from workbench_widgets.refusals import kept
from workbench_widgets.views.publish import TYPED
from workbench_widgets.views.publish_done import told

if TYPE_CHECKING:
    from workbench_widgets.session import Session

_AT_NAME = ("published-name", "publish-needs-name", "name-taken", "name-busy", "version-taken")


def typed(session: "Session", name: str, licence: str, intended_use: str, packed: bool) -> None:
    """Keeps what was typed, and shows which version it would be."""
    if _keep(session, name, licence, intended_use, packed):
        session.memory.pop("publish-errors", None)
        session.refresh("publish")


def publish(session: "Session", name: str, licence: str, intended_use: str, packed: bool) -> None:
    """Publishes the file in hand. What is wrong is said at its field, and all that was typed stays."""
    _keep(session, name, licence, intended_use, packed)
    session.memory.pop("publish-errors", None)
    session.memory["publish-busy"] = True
    session.refresh("publish")
    said = {"licence": licence, "intended_use": intended_use, "packed": bool(packed)}
    session.later("publish", lambda: _publish(session, name, said))


def _publish(session: "Session", name: str, said: dict[str, Any]) -> None:
    try:
        study = session.study()
        if study is None:
            raise InputError("nothing-loaded")
        if not name:
            raise InputError("publish-needs-name")
        candidate = in_hand(session, study)
        session.memory["publish-done"] = told(candidate, candidate.publish(name, **said))
    except WorkbenchError as error:
        session.memory["publish-errors"] = {"name" if error.code in _AT_NAME else "": kept(error)}
    finally:
        session.memory.pop("publish-busy", None)
        session.refresh("publish")


def _keep(session: "Session", name: str, licence: str, intended_use: str, packed: bool) -> bool:
    """Whether it is something new: a refusal of the same stays."""
    said = {"name": name, "licence": licence, "intended_use": intended_use, "packed": bool(packed)}
    typed: dict[str, Any] = session.memory.setdefault(TYPED, {})
    known = typed.get(session.study_name)
    typed[session.study_name] = said
    return bool(said != known)


def on_to(session: "Session", study: str) -> None:
    """Before another study is worked on: each has a form of its own, and what was typed before any was there is the first
    one's."""
    typed: dict[str, Any] = session.memory.setdefault(TYPED, {})
    if not session.study_name and "" in typed:
        typed.setdefault(study, typed.pop(""))
    if session.study_name != study:
        session.memory.pop("publish-errors", None)


COMMANDS: dict[str, Callable[..., Any]] = {"publish-typed": typed, "publish": publish} | saving.COMMANDS
