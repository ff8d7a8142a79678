"""A content-addressed folder of finished steps: whole, never changed, verified when read.

    <root>/ab/cdef.../     files of one step, and `digests.json`, which says what their bytes must be

The key of a step says how it was made (model, data, seed, technique, prefix), not what came out; `digests.json` says
what came out. A folder whose bytes do not match is set aside, and the step is done anew.
"""

import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from workbench.files import Digest, digest_file, folder_atomic, home, storage

_DIGESTS = "digests.json"

_KEY = re.compile("[0-9a-f]{16,128}")
"""What a digest looks like: a key from a file of somebody else's must not lead out of the store."""


class Objects:
    """The store under `root` (by default the home's `objects`)."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home() / "objects"
        self._seen: dict[Path, frozenset[tuple[str, int, int]]] = {}

    def folder(self, key: Digest) -> Path:
        """Where the step of that key is, or would be. Raises `ValueError` for what is no digest."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no digest")
        return self.root / key[:2] / key[2:]

    def get(self, key: Digest) -> Path | None:
        """The folder of a finished step, its bytes verified; None when it is not there, damaged, or no digest is asked for."""
        if not _KEY.fullmatch(key):
            return None
        folder = self.folder(key)
        if not folder.is_dir():
            return None
        stamp = _stamp(folder)
        if self._seen.get(folder) == stamp or _whole(folder):
            self._seen[folder] = stamp
            os.utime(folder / _DIGESTS)
            return folder
        with storage(folder):
            os.rename(folder, folder.with_name(f".damaged-{uuid.uuid4().hex}"))
        return None

    def put(self, key: Digest, fill: Callable[[Path], None]) -> Path:
        """Has `fill` write the files of a step into an empty folder, and keeps it under `key`.

        Nothing is kept when `fill` raises. A step that is there already is returned as it is.
        """
        found = self.get(key)
        if found is not None:
            return found
        with folder_atomic(self.folder(key)) as temporary:
            fill(temporary)
            written = {str(p.relative_to(temporary)): digest_file(p) for p in sorted(temporary.rglob("*")) if p.is_file()}
            (temporary / _DIGESTS).write_text(json.dumps(written, indent=1), encoding="utf-8")
        return self.folder(key)

    def take(self, key: Digest, other: "Objects") -> Path | None:
        """The folder of a step, copied from another store where it is not here yet; None where neither has it whole."""
        found = self.get(key) or other.get(key)
        if found is None:
            return None

        def fill(folder: Path) -> None:
            shutil.copytree(found, folder, ignore=shutil.ignore_patterns(_DIGESTS), dirs_exist_ok=True)

        return self.put(key, fill)

    def size(self) -> int:
        """Bytes of everything in the store."""
        return sum(p.stat().st_size for p in self.root.rglob("*") if p.is_file()) if self.root.exists() else 0

    def sweep(self, limit: int, keep: set[Digest]) -> int:
        """Removes steps that nothing refers to, oldest use first, until the store is within `limit` bytes.

        Returns how many bytes went. Damaged folders and remains of interrupted writes older than a day go first; a step
        that was used within the last hour stays, since a recipe may be building on it.
        """
        folders = [f for shelf in self.root.glob("??") for f in shelf.iterdir() if f.is_dir()]
        loose = [f for f in folders if f.name.startswith(".")]
        old = time.time() - 3600
        steps = [f for f in folders if not f.name.startswith(".") and f.parent.name + f.name not in keep]
        steps = [f for f in steps if (f / _DIGESTS).exists() and (f / _DIGESTS).stat().st_mtime < old]
        steps.sort(key=lambda f: (f / _DIGESTS).stat().st_mtime)
        size, gone = self.size(), 0
        for folder in [*(f for f in loose if _older_than_a_day(f)), *steps]:
            if size - gone <= limit and not folder.name.startswith("."):
                break
            gone += sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
            shutil.rmtree(folder, ignore_errors=True)
        return gone


def _stamp(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Name, time and size of every file: bytes are hashed anew only where one of them changed."""
    entries = ((e.name, e.stat()) for e in os.scandir(folder) if e.name != _DIGESTS)
    return frozenset((name, s.st_mtime_ns, s.st_size) for name, s in entries)


def _whole(folder: Path) -> bool:
    try:
        written = json.loads((folder / _DIGESTS).read_text(encoding="utf-8"))
        return all(digest_file(folder / name) == digest for name, digest in written.items())
    except Exception:  # whatever is wrong with the folder, it is damaged
        return False


def _older_than_a_day(folder: Path) -> bool:
    return time.time() - folder.stat().st_mtime > 86_400
