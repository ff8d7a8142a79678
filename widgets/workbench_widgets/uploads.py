"""Files on their way from a browser: in pieces, whole at the end or not taken."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
import time
import weakref
from pathlib import Path
from typing import IO

from workbench.errors import Damaged, InputError
from workbench.files import Digest, home, storage

LIMIT = 200_000_000
"""Bytes of the largest file that is taken; a larger one is named by its path on the server."""

LONGEST = 200
"""Bytes of a file's name that are kept: most disks take 255."""

KEPT = 3600.0
"""Seconds for which the files of a session that has ended are kept."""


class Upload:
    """A file that grows piece by piece in `folder`; one of its name that is there stays until it is whole."""

    def __init__(self, folder: Path, name: str, size: int, number: int = 0) -> None:
        """`number` tells which of several was chosen first."""
        self.number = number
        if size > LIMIT:
            raise InputError("upload-large", name=name, limit=LIMIT // 10**6)
        self.name = name
        self.path = folder / _file_name(name)
        self.size = size
        self.received = 0
        self._state = hashlib.sha256()
        self._growing = folder / f".{secrets.token_hex(8)}"
        with storage(self._growing):
            self._growing.write_bytes(b"")

    def add(self, offset: int, piece: bytes) -> int:
        """Takes the next piece; returns how many bytes there are by now. `Damaged` for one that does not belong here."""
        if offset != self.received or offset + len(piece) > self.size:
            raise Damaged("upload-broken", name=self.name)
        with storage(self._growing), open(self._growing, "ab") as f:
            f.write(piece)
        self._state.update(piece)
        self.received += len(piece)
        return self.received

    def finish(self, digest: Digest) -> Path:
        """The whole file. `Damaged` where its bytes are not those that were sent."""
        if self.received != self.size or self._state.hexdigest() != digest:
            raise Damaged("upload-broken", name=self.name)
        with storage(self.path):
            self._growing.replace(self.path)
        return self.path

    def drop(self) -> None:
        """Takes away what has come so far."""
        self._growing.unlink(missing_ok=True)


def _file_name(name: str) -> str:
    """A name for a file out of what a browser says it is called: no folder, nothing hidden, nothing that a disk refuses."""
    plain = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable()).lstrip(".") or "file"
    stem, dot, ending = plain.rpartition(".")
    room = LONGEST - len((dot + ending).encode())
    if not stem or room <= 0:
        return plain.encode()[:LONGEST].decode(errors="ignore")
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


class Folder:
    """A folder of the home for what one session is given. It stays for `KEPT` after its session: a page that is loaded again
    has another kernel, and takes the files over. Whoever opens the next folder takes away what is older.

    Which sessions live is seen by the lock on each folder, which ends with the process that holds it, also when that is killed.
    """

    def __init__(self, spared: Path | None = None) -> None:
        """The folder with the file `spared` is left as it is, however old."""
        root = home() / "uploads"
        with storage(root):
            root.mkdir(exist_ok=True)
            with open(root / ".opening", "w") as opening:
                fcntl.flock(opening, fcntl.LOCK_EX)  # nobody takes a new folder for a dead one's before it is held
                self.path = Path(tempfile.mkdtemp(dir=root, prefix=""))
                held = _held(self.path)
                left = (self.path, None if spared is None else spared.resolve().parent)
                for folder in (path for path in root.iterdir() if path.is_dir() and path not in left):
                    _clear(folder)
        weakref.finalize(self, _let_go, self.path, held)

    def take_over(self, file: Path) -> Path:
        """A file of another session's folder in this one, with the weights that lie beside it; its path here."""
        source = file.resolve()
        with storage(self.path):
            for path in (source, *(source.with_name(source.name + ending) for ending in (".data", "_data"))):
                if path.is_file() and path.parent != self.path.resolve():
                    _link(path, self.path / path.name)
        return self.path / source.name


def is_upload(path: Path) -> bool:
    """Whether a file lies in the folder of some session."""
    return path.resolve().parent.parent == (home() / "uploads").resolve()


def _held(folder: Path) -> IO[str] | None:
    """The lock of a folder, which is ours until it is closed; None where another process lives that has it."""
    held = open(folder / ".alive", "w")  # noqa: SIM115  (held until the session's end)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held


def _link(source: Path, target: Path) -> None:
    """The same file at another place, without its bytes being copied where the disk can do that."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _clear(folder: Path) -> None:
    try:
        if time.time() - folder.stat().st_mtime < KEPT:
            return
        held = _held(folder)
    except OSError:  # somebody else's on a shared disk, or it goes just now
        return
    if held is not None:
        shutil.rmtree(folder, ignore_errors=True)
        held.close()


def _let_go(folder: Path, held: IO[str] | None) -> None:
    with contextlib.suppress(OSError):  # it is gone already
        os.utime(folder)
    if held is not None:
        held.close()
