"""The letter of a compared file is its only name in chart, table and pictures: it stays while the file does."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench_widgets.session import Session

LETTERS = "ABCDE"


def letters(session: "Session", ids: Iterable[str]) -> dict[str, str]:
    """A letter for each of these files: the one it has, or the first that is free."""
    ids = list(ids)[: len(LETTERS)]
    before: dict[str, str] = session.memory.get("letters", {})
    kept = {id: before[id] for id in ids if id in before}
    free = (letter for letter in LETTERS if letter not in kept.values())
    session.memory["letters"] = {id: kept.get(id) or next(free) for id in ids}
    return dict(session.memory["letters"])
