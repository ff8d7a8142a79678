"""Files that are whole or not there: atomic writes, digests, the home folder."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.errors import Damaged, NotFound, StorageError

Digest = str
"""64 hexadecimal digits of SHA-256."""


def home() -> Path:
    """The folder that holds results: `WORKBENCH_HOME`, or a folder of the person's own. Made when it is not there."""
    named = os.environ.get("WORKBENCH_HOME")
    if named:
        path = Path(named).expanduser().absolute()
    else:
        import platformdirs

        path = Path(platformdirs.user_data_dir("workbench", appauthor=False))
    with storage(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".bin")


def is_pickle(path: Path) -> bool:
    """Whether a file is a pickle, or an archive that holds one, by its name or its first bytes. It is not opened as one."""
    if path.suffix.lower() in _PICKLES:
        return True
    with open(path, "rb") as f:
        head = f.read(64)
    starts = len(head) > 1 and head[0] == 0x80 and 2 <= head[1] <= 5
    return starts or (head.startswith(b"PK") and b"data.pkl" in head)


def digest_bytes(data: bytes) -> Digest:
    return hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> Digest:
    """The digest of a file's bytes; a file that is not there is `NotFound`."""
    try:
        with open(path, "rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()
    except FileNotFoundError:
        raise NotFound("file-missing", path=str(path)) from None


def canonical(value: Any) -> str:
    """JSON in one spelling: sorted keys, no spaces. Equal values give equal text, in every process."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_json(value: Any) -> Digest:
    """The digest of a JSON value, whatever the order of its keys."""
    return digest_bytes(canonical(value).encode())


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound("file-missing", path=str(path)) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Damaged("not-json", path=str(path), why=str(error)) from None


@contextlib.contextmanager
def storage(path: Path) -> Iterator[None]:
    """Turns what the operating system says about a write to `path` into a `StorageError` for people."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError("disk-full", path=str(path)) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST):
            raise StorageError("not-writable", path=str(path), why=os.strerror(error.errno or 0)) from error
        raise


def flush(path: Path) -> None:
    """Forces a file or a folder's list of names onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes) -> None:
    """Writes a file that others see whole or not at all, also when the machine stops in the midst of it."""
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def folder_atomic(target: Path, within: Path | None = None) -> Iterator[Path]:
    """Yields an empty folder to fill; on leaving it is `target`, whole; on an error nothing is left of it.

    It is filled beside `target`, or in the folder `within` of the same disk. A `target` that somebody else finished in the
    meantime is kept, and ours is dropped.
    """
    with storage(target):
        place = within or target.parent
        for folder in (target.parent, place):
            folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=place, prefix=".writing-"))
    try:
        try:
            yield temporary
        except OSError as error:  # a full disk is ours to tell; what else the filling met is its own affair
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageError("disk-full", path=str(target)) from error
            raise
        with storage(target):
            _settle(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _settle(temporary: Path, target: Path) -> None:
    """Puts a filled folder in its place, for good."""
    for path in sorted(temporary.rglob("*")):
        flush(path)
    os.chmod(temporary, 0o755)
    flush(temporary)
    try:
        os.rename(temporary, target)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise
    flush(target.parent)
