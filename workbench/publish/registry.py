"""The registry: names, their versions and aliases, and where they lie."""

from pathlib import Path

from workbench.errors import Conflict, NotFound
from workbench.files import home
from workbench.publish.reference import read
from workbench.records import Records, VersionRow
from workbench.words import nearest, part

_TRIES = 20


def shelf(name: str) -> Path:
    """The folder of a name's versions."""
    return home() / "published" / name


def bench(name: str) -> Path:
    """The folder in which a name's next version is written: whoever watches `published` sees whole ones alone."""
    return home() / "writing" / name


def names() -> list[str]:
    """Every published name."""
    return Records().names()


def versions(name: str) -> list[VersionRow]:
    """The versions of a name, oldest first; `NotFound` offers the nearest name."""
    records = Records()
    found = records.versions(name)
    if not found:
        known = records.names()
        raise NotFound("no-published", name=name, nearest=nearest(name, known) if known else "none yet")
    return found


def aliases(name: str) -> dict[str, int]:
    """The aliases of a name, each with its version."""
    return Records().aliases(name)


def locate(reference: str) -> Path:
    """The folder of "name" (its latest version), "name:version" or "name@alias"; `NotFound` where there is none."""
    asked = read(reference)
    if asked is None:
        raise NotFound("no-artifact", path=reference)
    name, alias, version = asked
    rows = {row.version: row for row in versions(name)}
    if alias is not None:
        known = aliases(name)
        if alias not in known:
            raise NotFound("no-alias", name=name, alias=alias, known=", ".join(sorted(known)) or part("none"))
        version = known[alias]
    wanted = max(rows) if version is None else version
    if wanted not in rows:
        raise NotFound("no-version", name=name, version=wanted, known=", ".join(map(str, rows)))
    return Path(rows[wanted].path)


def move_alias(records: Records, name: str, alias: str, version: int) -> None:
    """Makes the alias stand for the version, by compare-and-swap; `Conflict` when others keep moving it."""
    for _ in range(_TRIES):
        now = records.alias(name, alias)
        if now == version or records.move_alias(name, alias, version, now):
            return
    raise Conflict("alias-contended", name=name, alias=alias)
