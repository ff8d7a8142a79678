"""The foreman of a home: a small process (no torch) that takes jobs over a private socket and hands them to its lanes.

It outlives the notebook or script that started it, keeps a warm worker a lane (more while several processes
ask), notices when a worker dies, and ends itself when nothing was asked of it for a while. There is one a home, Python and
state of the installed code: after an update a new one is started, and the old one ends when it is idle.
"""

import contextlib
import fcntl
import os
import resource
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from workbench.jobs.frames import read_frame, write_frame
from workbench.jobs.job import Job
from workbench.jobs.lane import Lane, around
from workbench.jobs.orders import Order

LANES = ("quick", "long")


class Foreman:
    """Two lanes, so that nobody's preview waits for somebody's training."""

    def __init__(self, home: Path, idle: float) -> None:
        self._home = home
        self._idle = idle
        logs = home / "jobs"
        self._lanes = {name: Lane(name, logs) for name in LANES}

    def serve(self, listener: socket.socket) -> None:
        """Answers until idle for too long, or until the home is gone."""
        listener.settimeout(1.0)
        while not self._is_idle() and self._home.exists():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:  # no file can be opened just now; the jobs in hand go on
                time.sleep(0.1)
                continue
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _is_idle(self) -> bool:
        since = [lane.idle_since for lane in self._lanes.values()]
        return all(s is not None and time.monotonic() - s > self._idle for s in since)

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream, contextlib.suppress(EOFError, OSError):
            head, blobs = read_frame(stream)
            if head["ask"] == "submit":
                try:
                    self._submit(head, blobs)
                except OSError as error:  # the job's folder is gone, or no more files can be opened
                    write_frame(stream, {"state": "refused", "why": str(error)})
                else:
                    write_frame(stream, {"state": "taken"})
            elif head["ask"] == "retire":
                write_frame(stream, {"state": "retiring"})
                os._exit(0)

    def _submit(self, head: dict[str, Any], blobs: dict[str, bytes]) -> None:
        job = Job(head["id"], self._home / "jobs" / head["id"])
        alive = open(job.folder / "alive", "w")  # noqa: SIM115  (held until the job's end)
        fcntl.flock(alive, fcntl.LOCK_EX)
        given = {k: head[k] for k in ("entry", "payload", "surroundings", "limit", "memory", "disposable", "party")}
        self._lanes[head["lane"]].put(Order(job=job, blobs=blobs, alive=alive, around=around(head["surroundings"]), **given))


def main(home: str, address: str) -> None:
    """`python -m workbench.jobs HOME SOCKET`."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # macOS grants less than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # every job that waits holds a file
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(address)
        mine = os.stat(address).st_ino
        listener.listen(64)
        Foreman(Path(home), float(os.environ.get("WORKBENCH_IDLE_SECONDS", "300"))).serve(listener)
    with contextlib.suppress(OSError):
        if os.stat(address).st_ino == mine:  # else another foreman has come
            Path(address).unlink()
    sys.stdout.flush()
    os._exit(0)  # the lanes' threads wait for ever, their workers end with this process
