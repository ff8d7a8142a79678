"""A published version on its way to a person's own disk: packed aside, then fetched piece by piece."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.files import home, storage
from workbench_widgets.refusals import kept

if TYPE_CHECKING:
    from workbench_widgets.session import Session

PIECE = 1 << 22
"""Bytes of a piece at most; an empty one is the end."""

MOST = 4
"""So many archives of a session are there at a time; the oldest goes."""

_ARCHIVES = "publish-archives"


@dataclass
class Archive:
    """`file` has no name on the disk, and is gone with its last owner; `sent` are the bytes that were handed over."""

    file: IO[bytes] | None = None
    refused: Exception | None = None
    sent: int = 0

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


def pack(session: "Session", save: str, name: str, version: int) -> bool:
    """Begins to pack a version; `save` is what its pieces are asked for by. Raises `NotFound` where there is none."""
    from workbench.publish import locate

    folder = locate(f"{name}:{version}")
    archives: dict[str, Archive] = session.memory.setdefault(_ARCHIVES, {})
    while len(archives) >= MOST:
        archives.pop(next(iter(archives))).close()
    archive = archives[save] = Archive()

    def fill() -> None:
        from workbench.publish import load_artifact

        file = None
        try:
            with storage(home()):
                file = tempfile.TemporaryFile(dir=home())  # noqa: SIM115 - it lives until its last piece has gone
                load_artifact(folder).to_zip(file)
        except Exception as error:  # said when the next piece is asked for
            archive.refused = kept(error)
            if file is not None:
                with suppress(OSError):
                    file.close()
        else:
            archive.file = file

    session.aside("publish", fill)
    return True


def piece(session: "Session", save: str, offset: int) -> dict[str, bool] | bytes:
    """The bytes from `offset` on, where the last piece ended; {"wait": True} while it is packed; empty at the end.

    Raises what has become of the packing, and `InputError` where the pieces do not follow each other.
    """
    archives: dict[str, Archive] = session.memory.setdefault(_ARCHIVES, {})
    archive = archives.get(save)
    if archive is None or offset != archive.sent:
        raise InputError("download-broken")
    if archive.refused is not None:
        archives.pop(save)
        raise archive.refused
    if archive.file is None:
        return {"wait": True}
    archive.file.seek(offset)
    found = archive.file.read(PIECE)
    archive.sent += len(found)
    if not found:
        archives.pop(save).close()
    return found


COMMANDS: dict[str, Callable[..., Any]] = {"publish-pack": pack, "publish-piece": piece}
