"""Names of artifacts: what may be one, and how a version of it is referred to."""

import re

from workbench.errors import InputError
from workbench.words import Part

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
_REFERENCE = re.compile(rf"({_NAME})(?:@({_NAME})|:([0-9]{{1,9}}))?")


def fits(name: str) -> bool:
    """Whether it can be a name at all."""
    return bool(re.fullmatch(_NAME, name))


def checked(name: str, what: Part) -> str:
    """A name or an alias that can be one everywhere: it is a folder's name, and it stands in references."""
    if not isinstance(name, str) or not fits(name):
        raise InputError("published-name", what=what, name=repr(name))
    return name


def read(reference: str) -> tuple[str, str | None, int | None] | None:
    """Name, alias and version of "name", "name@alias" or "name:version"; None for what is none of them."""
    found = _REFERENCE.fullmatch(reference)
    return (found[1], found[2], int(found[3]) if found[3] else None) if found else None
