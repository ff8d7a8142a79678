"""Techniques that are not the library's own: how they reach a worker, and what their code adds to a step's key."""

import sys
from collections.abc import Iterable
from typing import Any

from workbench.recipes import Recipe
from workbench.techniques import Technique


def foreign(kind: type[Technique]) -> bool:
    """Whether a technique's class is defined outside this library."""
    return kind.__module__.partition(".")[0] != __name__.partition(".")[0]


def pack(recipe: Recipe) -> dict[str, bytes]:
    """The classes of a recipe that a worker has to be given, as one blob: by value where they live in a script or a
    notebook, by reference where their module can be imported there."""
    kinds = list(dict.fromkeys(type(step) for step in recipe.steps if foreign(type(step))))
    if not kinds:
        return {}
    import cloudpickle

    return {"techniques": cloudpickle.dumps(kinds)}


def unpack(blob: bytes | None) -> Iterable[type[Technique]]:
    """Makes the classes of `pack` known in this process."""
    if blob is None:
        return []
    import cloudpickle

    kinds: list[type[Technique]] = cloudpickle.loads(blob)
    for kind in kinds:
        kind.register()
    return kinds


def code_of(kind: type[Technique]) -> dict[str, Any]:
    """For a step's key: the digest of a plug-in's code, so that a changed plug-in is run again."""
    if not foreign(kind):
        return {}
    from workbench.models.fingerprint import code_digest

    return {"code": code_digest(kind), "module": kind.__module__, "python": list(sys.version_info[:2])}
