"""The measuring lock of the machine: while one process takes a latency, work elsewhere waits.

Two locks of the operating system on files in the temporary folder, which end with the process that holds them. Who measures has
the one, and jobs stop for it at their next check; jobs at work share the other, and who measures waits for it: an export, or
an import of torch, has no check in it and would be in the figures.
"""

import fcntl
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 5.0
"""Seconds that are waited for jobs to come to a check; then it is measured beside them."""

_held_here = False
_share: int | None = None
"""This process's share in the lock of those that are at work, given back while it waits or measures."""
_jobs = 0
_counting = threading.Lock()


@contextmanager
def working() -> Iterator[None]:
    """A job is at work here, from its next check on. Several threads may be, where jobs are carried out inline."""
    global _share, _jobs
    with _counting:
        if not _jobs:
            _share = _opened("working")
        _jobs += 1
    try:
        yield
    finally:
        with _counting:
            _jobs -= 1
            if not _jobs and _share is not None:
                os.close(_share)
                _share = None


@contextmanager
def measuring(check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds the lock. `check` is called while another process has it, and may raise."""
    global _held_here
    handle, others, mine = _opened("measuring"), _opened("working"), False
    _pause()
    try:
        _acquire(handle, fcntl.LOCK_EX, check)
        mine = _held_here = True
        _acquire(others, fcntl.LOCK_EX, check, PATIENCE)
        yield
    finally:
        if mine:
            _held_here = False
        os.close(others)
        os.close(handle)
        with suppress(BlockingIOError):  # somebody measures next; at the next check it is taken again
            _resume()


def wait_while_measuring(check: Callable[[], None]) -> None:
    """Returns when nobody measures but this process itself. `check` is called while somebody does, and may raise."""
    if _held_here:
        return
    handle = _opened("measuring")
    try:
        if not _acquire(handle, fcntl.LOCK_SH, check, 0.0):
            _pause()
            _acquire(handle, fcntl.LOCK_SH, check)
        _resume()  # nobody has it alone: who does holds the other lock too
    finally:
        os.close(handle)


def _opened(name: str) -> int:
    return os.open(Path(tempfile.gettempdir()) / f"workbench-{name}-{os.getuid()}.lock", os.O_RDWR | os.O_CREAT, 0o600)


def _pause() -> None:
    with _counting:
        if _share is not None:
            fcntl.flock(_share, fcntl.LOCK_UN)


def _resume() -> None:
    with _counting:
        if _share is not None:
            fcntl.flock(_share, fcntl.LOCK_SH | fcntl.LOCK_NB)


def _acquire(handle: int, mode: int, check: Callable[[], None], patience: float | None = None) -> bool:
    """Whether it was had, within `patience` seconds (None: however long it takes)."""
    end = None if patience is None else time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, mode | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if end is not None and time.monotonic() >= end:
                return False
            check()
            time.sleep(0.01)
