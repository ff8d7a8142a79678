"""What the controls of the panel Recipe ask for."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench_widgets.cards import steps_of, with_switched_off
from workbench_widgets.refusals import kept
from workbench_widgets.views.recipe import TURNS, YAML

if TYPE_CHECKING:
    from workbench_widgets.session import Session

VIEWS = 16
"""So many views of one session have their newest change remembered."""


def steps(session: "Session", steps: Sequence[Mapping[str, Any]], view: str = "", turn: int = 0) -> None:
    """The cards as they stand now. `view` names the view that they were changed in and `turn` counts its changes, so that it
    knows its own change when it comes back, and does not take an older one for news.

    Raises `InputError` for what are no steps.
    """
    session.steps = [card(step) for step in steps]
    session.memory.pop(YAML, None)
    if view:
        others = {name: n for name, n in session.memory.get(TURNS, {}).items() if name != view}
        session.memory[TURNS] = dict([*others.items(), (view, turn)][-VIEWS:])
    session.refresh("recipe")


def yaml(session: "Session", text: str) -> None:
    """The recipe as it is typed. What is wrong with it is said there, and the cards keep the last recipe that was right."""
    from workbench.recipes import Recipe

    try:
        recipe = Recipe.from_yaml(text)
    except InputError as error:
        session.memory[YAML] = {"text": text, "error": kept(error)}
    else:
        session.memory.pop(YAML, None)
        session.steps = [dict(step) for step in with_switched_off(steps_of(recipe), session.steps)]
    session.refresh("recipe")


def card(given: Mapping[str, Any]) -> dict[str, Any]:
    """A step as a card holds it. Raises `InputError` for what is none."""
    if not isinstance(given, Mapping) or not isinstance(given.get("technique"), str):
        raise InputError("recipe-json", value=repr(given)[:80])
    fields = given.get("fields")
    if not isinstance(fields, Mapping):
        raise InputError("recipe-json", value=repr(given)[:80])
    return {"technique": given["technique"], "on": bool(given.get("on", True)), "fields": dict(fields)}


COMMANDS: dict[str, Callable[..., Any]] = {"steps": steps, "yaml": yaml}
