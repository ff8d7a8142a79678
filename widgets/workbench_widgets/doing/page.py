"""What the page as a whole asks for: coming back to where one was."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench_widgets.brought import RESUMING
from workbench_widgets.doing.busy import Listener
from workbench_widgets.doing.load import make_ready
from workbench_widgets.doing.own import again as own_again
from workbench_widgets.doing.publish import typed as publish_typed
from workbench_widgets.doing.recipe import card
from workbench_widgets.doing.recipe import yaml as typed_yaml
from workbench_widgets.doing.taking import taken
from workbench_widgets.examples import EXAMPLES, study_of

if TYPE_CHECKING:
    from workbench_widgets.session import Session


def resume(
    session: "Session",
    study: str = "",
    steps: Sequence[dict[str, Any]] = (),
    chosen: Sequence[str] = (),
    example: str = "",
    opening: str = "",
    typed: Mapping[str, Any] | None = None,
    own: Mapping[str, Any] | None = None,
    yaml: str = "",
    job: str = "",
) -> None:
    """Takes up what a tab had in hand before it was loaded again, as far as it is still there. An example that was being made
    ready (`opening`) is waited for again: its fit goes on, or is read back; so is a study of one's `own` files."""
    import workbench as wb

    if session.study_name:
        return
    Listener(session, lambda: False).follow(job)
    if steps:
        with suppress(InputError):  # what another version left in the browser: the first cards stay
            session.steps = [card(step) for step in steps]
    if yaml and isinstance(yaml, str):
        typed_yaml(session, yaml)
    if typed:
        publish_typed(session, **typed)
    if study in wb.studies():
        session.later("load", lambda: _again(session, study, example, chosen, opening))
    elif opening in EXAMPLES:
        make_ready(session, opening)
    session.memory[RESUMING] = True
    try:
        own_again(session, own or {}, opening)
    except Exception:  # what was kept is no place, and must not be kept any longer
        session.memory.pop(RESUMING, None)
        raise
    finally:
        session.refresh()


def _again(session: "Session", study: str, example: str, chosen: Sequence[str], opening: str) -> None:
    import workbench as wb

    found = wb.Study.open(study)
    known = {c.id for c in found.candidates}
    made = example if example in EXAMPLES and study_of(example) == study else ""

    def still() -> bool:
        return bool(opening) and opening not in EXAMPLES and session.memory.get("load-wanted") == opening

    taken(session, found, made, [id for id in chosen if id in known], still)
    if opening in EXAMPLES and opening != made:
        make_ready(session, opening)


COMMANDS: dict[str, Callable[..., Any]] = {"resume": resume}
