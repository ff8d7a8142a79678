"""The foreman of a home: a small process (no torch) that takes jobs over a private socket and hands them to its lanes.

It outlives the notebook or script that started it, keeps a warm worker a lane (more while several processes
ask), notices when a worker dies, and ends itself when nothing was asked of it for a while. There is one a home, Python and
state of the installed code: after an update a new one is started, and the old one ends when it is idle.
"""

import contextlib
import fcntl
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from workbench.jobs.frames import Stream, read_frame, write_frame
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
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _is_idle(self) -> bool:
        since = [lane.idle_since for lane in self._lanes.values()]
        return all(s is not None and time.monotonic() - s > self._idle for s in since)

    def _answer(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream, contextlib.suppress(EOFError, OSError):
            head, blobs = read_frame(stream)
            if head["ask"] == "submit":
                self._submit(head, blobs, stream)
            elif head["ask"] == "retire":
                write_frame(stream, {"state": "retiring"})
                os._exit(0)

    def _submit(self, head: dict[str, Any], blobs: dict[str, bytes], stream: Stream) -> None:
        job = Job(head["id"], self._home / "jobs" / head["id"])
        alive = open(job.folder / "alive", "w")  # noqa: SIM115  (held until the job's end)
        fcntl.flock(alive, fcntl.LOCK_EX)
        given = {k: head[k] for k in ("entry", "payload", "surroundings", "limit", "memory", "disposable", "party")}
        self._lanes[head["lane"]].put(Order(job=job, blobs=blobs, alive=alive, around=around(head["surroundings"]), **given))
        write_frame(stream, {"state": "taken"})


def main(home: str, address: str) -> None:
    """`python -m workbench.jobs HOME SOCKET`."""
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(address)
        listener.listen(64)
        Foreman(Path(home), float(os.environ.get("WORKBENCH_IDLE_SECONDS", "300"))).serve(listener)
    Path(address).unlink(missing_ok=True)
    sys.stdout.flush()
    os._exit(0)  # the lanes' threads wait for ever, their workers end with this process
