"""What a person has brought, as the session keeps it, and the answers of his model.

Controls change it, and so does the session's thread when it has read a file. Each changes what is there by then, and never
puts back what it read before: so a choice that is made while a file is read stays. Answers belong to the choice that they
were asked for: with another one they go, and what still comes for the earlier one is seen by nobody.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, WorkbenchError
from workbench_widgets.asked import Asked
from workbench_widgets.own import Own, place_of
from workbench_widgets.refusals import kept

if TYPE_CHECKING:
    from workbench.models import ClassOrder, Model
    from workbench.tasks import Task
    from workbench_widgets.session import Session

NAMED = "load-named"
"""In a session's memory: the name that was given to a study of it."""

RESUMING = "load-resuming"
"""In a session's memory, while what a page had in hand is taken up again: until then the page keeps its place as it was."""

WAITING = "load-waiting"
"""In a session's memory: what was given or chosen and has not been looked at yet, with the name of a file."""

CHECK = "load-check"
"""In a session's memory: the check of the ONNX file that is being made a model."""

_WRONG = 2
"""From so many wrong answers to the samples on it is looked whether the classes stand in another order."""

_CHANGING = threading.Lock()


@dataclass
class Answers:
    """The samples with what the model answers, once it is known (None before), or why it does not, by control; and the order of
    the classes that its answers speak for, if it is another one."""

    samples: list[dict[str, Any]] | None = None
    order: "ClassOrder | None" = None
    asked: Asked = field(default_factory=Asked)
    errors: Mapping[str, Exception] = field(default_factory=dict)

    @property
    def awaited(self) -> bool:
        return self.samples is None and not self.errors


def own_of(session: "Session") -> Own:
    """What there is so far."""
    found: Own = session.memory.get("load-own") or Own()
    return found


def answers_of(session: "Session") -> Answers | None:
    """The answers to what is chosen now; None where nothing was asked."""
    found: Answers | None = session.memory.get("load-answers")
    return found


def changed(session: "Session", how: Callable[[Own], Own], *, another: bool = False) -> Own:
    """Keeps what `how` makes of what there is by now. With `another` data, network or weights the answers go."""
    with _CHANGING:
        own = how(own_of(session))
        session.memory["load-own"] = own
        if another:
            _drop_answers(session)
    return own


def take_away(session: "Session", meanwhile: bool = True) -> None:
    """All of it goes; what is being read or on its way `meanwhile` too."""
    with _CHANGING:
        if meanwhile:
            session.memory["load-turn"] = turn(session) + 1
            for sent in session.memory.pop("load-uploads", {}).values():
                sent.drop()
        _drop_answers(session)
        drop_check(session)
        for name in ("load-own", "load-preview", "load-model", NAMED):
            session.memory.pop(name, None)


def _drop_answers(session: "Session") -> None:
    """Nobody waits for them any more: the quick worker is not kept from what is asked next."""
    found: Answers | None = session.memory.pop("load-answers", None)
    if found is not None:
        found.asked.drop()


def drop_check(session: "Session") -> None:
    """Nobody waits any more for the ONNX file that is held against its module."""
    found: Asked | None = session.memory.pop(CHECK, None)
    if found is not None:
        found.drop()


def turn(session: "Session") -> int:
    """A number that is another one once everything was taken away."""
    return int(session.memory.get("load-turn", 0))


def ask(session: "Session") -> None:
    """Has the model answer the samples, where it has weights to do so, aside: the panel does not wait."""
    with _CHANGING:
        own = own_of(session)
        if not own.answerable or "load-answers" in session.memory:
            return
        found = session.memory["load-answers"] = Answers()
    session.aside("load", lambda: _answer(session, own, found))


def _answer(session: "Session", own: Own, found: Answers) -> None:
    import workbench as wb
    from workbench_widgets.views.samples import of_examples

    assert own.task is not None

    try:
        model = own.model()
        examples = wb.study.model_examples(model, own.task, on_event=found.asked.heard)
        found.samples = of_examples(own.task, examples)
        if not own.builtin and sum(e.answer != e.truth for e in examples) >= _WRONG:
            session.refresh("load")
            found.order = _order(model, own.task, found)
    except Cancelled:
        return
    except WorkbenchError as error:
        found.errors = {place_of(error): kept(error)}
    except Exception as error:  # a wait that ends without a word would be waited for as long as the page is open
        found.errors = {"open": kept(error)}
    session.refresh("load")


def _order(model: "Model", task: "Task", found: Answers) -> "ClassOrder | None":
    import workbench as wb

    try:
        return wb.models.class_order(model, task, on_event=found.asked.heard)
    except Cancelled:
        raise
    except Exception:  # nobody asked for it, and what the model cannot do is said where it is asked or measured
        return None


def refused(session: "Session", place: str, error: WorkbenchError) -> None:
    """Says it at that control."""
    changed(session, lambda own: replace(own, errors={**own.lasting(), place: kept(error)}))
    session.refresh("load")


@contextmanager
def placed(session: "Session", place: str = "") -> Iterator[None]:
    """A refusal stands at the control; without a place, at the one that it concerns by its code."""
    try:
        yield
    except WorkbenchError as error:
        refused(session, place or place_of(error), error)
