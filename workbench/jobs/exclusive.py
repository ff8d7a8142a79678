"""The measuring lock of the machine: while one process takes a latency, training elsewhere waits.

A lock of the operating system on a file in the temporary folder: it ends with the process that holds it.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_held_here = False


def _lock_file() -> Path:
    return Path(tempfile.gettempdir()) / f"workbench-measuring-{os.getuid()}.lock"


@contextmanager
def measuring(check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds the lock. `check` is called while another process has it, and may raise."""
    global _held_here
    handle = os.open(_lock_file(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(handle, fcntl.LOCK_EX, check)
        _held_here = True
        yield
    finally:
        _held_here = False
        os.close(handle)


def wait_while_measuring(check: Callable[[], None]) -> None:
    """Returns when nobody measures but this process itself. `check` is called while somebody does, and may raise."""
    if _held_here:
        return
    handle = os.open(_lock_file(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(handle, fcntl.LOCK_SH, check)
    finally:
        os.close(handle)


def _acquire(handle: int, mode: int, check: Callable[[], None]) -> None:
    while True:
        try:
            return fcntl.flock(handle, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            check()
            time.sleep(0.01)
