"""A lane of the foreman: a queue of jobs and the warm worker that carries them out, or several where several processes ask.

A worker is replaced when it dies, when the caller's surroundings (environment, folder, search path) are others than
those it was started in, and when a file that it imported has changed.
"""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from workbench import events
from workbench.errors import Cancelled, WorkbenchError, WorkerLost
from workbench.files import Digest, digest_json
from workbench.jobs.desk import CANCEL
from workbench.jobs.frames import read_frame, write_frame
from workbench.jobs.orders import Order, Orders
from workbench.words import Part, part

GRACE = 0.5
"""Seconds from a wish to cancel until the worker is killed: an export cannot be interrupted otherwise."""

WORKERS = 4
"""Workers of a lane at most, each with torch in it (0.3 GB)."""

WARM, COLD, OTHER = 0.1, 1.0, 0.5
"""Seconds that an order has waited before a reserve takes it whose worker is warm for it; before another worker is started (it
takes 2 to 3 s) while a warm one is busy; and, more than that, before one is ended that is warm for something else."""

KEPT = 60.0
"""Seconds after which an idle reserve ends its worker."""

_PASSING = {"_", "SHLVL", "PWD", "OLDPWD", "TERM", "COLUMNS", "LINES", "PYTEST_CURRENT_TEST", "PYTEST_VERSION"}
_PASSING |= {"JPY_PARENT_PID", "JPY_SESSION_NAME", "VOILA_REQUEST_URL", "VOILA_BASE_URL", "QUERY_STRING", "REQUEST_URI"}
_PASSING |= {"WORKBENCH_MEMORY_BYTES", "WORKBENCH_LIMIT_SECONDS"}
"""Variables that change from call to call and make no difference to a worker."""

_CALM = {"OMP_WAIT_POLICY": "PASSIVE", "CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
"""Threads sleep while they wait for each other. Spinning ones made two trainings on two cores ten times as slow as one
after the other (docs/decisions), and gained nothing measurable for one alone. GPUs have the numbers that the driver's tool
gives them, and cuBLAS, which reads this once, sums in one order."""


def around(surroundings: Mapping[str, Any]) -> Digest:
    """What makes one worker another one than that for other surroundings."""
    lasting = {k: v for k, v in surroundings["env"].items() if k not in _PASSING}
    return digest_json([lasting, surroundings["cwd"], surroundings["path"]])


class Lane:
    """The orders of one kind, and the runners that carry them out: one, and others where a party waits for another's."""

    def __init__(self, name: str, logs: Path) -> None:
        self._orders = Orders()
        self.put = self._orders.put
        runners: list[Runner] = []
        for k in range(WORKERS):
            log = logs / f"worker-{os.getpid()}-{name}{k or ''}.log"
            runners.append(Runner(self._orders, log, runners, reserve=k > 0))
        for runner in runners:
            runner.start()

    @property
    def idle_since(self) -> float | None:
        return self._orders.idle_since


class Runner(threading.Thread):
    """Takes orders and has them carried out by its worker. One in `reserve` does so where they have waited, and ends its worker
    when nothing was to be done for a while. `lane` are all runners of the lane."""

    def __init__(self, orders: Orders, log: Path, lane: "list[Runner]", *, reserve: bool) -> None:
        super().__init__(daemon=True)
        self._orders = orders
        self._log = log
        self._lane = lane
        self._reserve = reserve
        self._worker: subprocess.Popen[bytes] | None = None
        self._started_in = ""
        self._party = 0

    def run(self) -> None:
        while True:
            order = self._next()
            try:
                self._carry_out(order)
            except Exception as error:  # whatever it was, the job has an end and the lane goes on
                self._stop()
                with contextlib.suppress(OSError):  # on a full disk the job ends as one that nobody works on
                    order.job.log.append(events.Failed(WorkerLost("worker-no-start", why=str(error)).to_json()))
            finally:
                order.alive.close()
                self._orders.done(order)

    def _next(self) -> Order:
        while True:
            order = self._orders.take(self._patience, KEPT if self._reserve and self._worker is not None else None)
            if order is not None:
                self._party = order.party
                return order
            self._stop()

    def _patience(self, order: Order) -> float:
        """The worker that fits first, before all the one that a party had last; then a new one, then one that has to be ended
        for it. While one that fits is only busy, it is waited for."""
        if self._fits(order):
            return WARM if self._reserve and self._party != order.party else 0.0
        wait = COLD if any(runner._fits(order) for runner in self._lane) else 0.0
        return wait + (WARM if self._reserve else 0.0) if self._worker is None else wait + OTHER

    def _fits(self, order: Order) -> bool:
        return self._worker is not None and self._started_in == order.around

    def _carry_out(self, order: Order) -> None:
        if (order.job.folder / CANCEL).exists():
            return order.job.log.append(events.Failed(Cancelled("cancelled").to_json()))
        for _ in range(2):
            worker = self._warm(order)
            head = {"entry": order.entry, "payload": order.payload, "folder": str(order.job.folder)}
            start = self._log.stat().st_size
            try:
                assert worker.stdin is not None
                write_frame(worker.stdin, {**head, "path": order.surroundings["path"]}, order.blobs)
            except BrokenPipeError:
                self._stop()
                continue
            state = self._watch(order, worker, start)
            if state == "done" and not order.disposable:
                return None
            self._stop()
            if state != "stale":
                return None
        raise RuntimeError("the worker does not stay up")

    def _warm(self, order: Order) -> "subprocess.Popen[bytes]":
        given = order.surroundings
        if self._worker is not None and (self._worker.poll() is not None or order.around != self._started_in):
            self._stop()
        if self._worker is None:
            self._log.parent.mkdir(parents=True, exist_ok=True)  # a person may have cleared the folder of jobs
            with open(self._log, "wb") as log:
                self._worker = subprocess.Popen(
                    [sys.executable, "-m", "workbench.jobs.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=given["cwd"] if os.path.isdir(given["cwd"]) else None,
                    env=_CALM | given["env"],
                    start_new_session=True,
                )
            self._started_in = order.around
        return self._worker

    def _watch(self, order: Order, worker: "subprocess.Popen[bytes]", start: int) -> str:
        """Waits for the reply; meanwhile holds the job to its limits. Returns the worker's word, or "lost"."""
        replies: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_hear, args=(worker, replies), daemon=True).start()
        began, asked = time.monotonic(), None
        while True:
            try:
                state = replies.get(timeout=0.05)
            except queue.Empty:
                pass
            else:
                if state == "lost":
                    self._lost(order, worker, start)
                return state
            now = time.monotonic()
            if (order.job.folder / CANCEL).exists():
                asked = asked or now
            error = self._too_much(order, worker, now - began)
            if asked and now - asked > GRACE:
                error = Cancelled("cancelled")
            if error is not None:
                self._stop()
                order.job.log.append(events.Failed(error.to_json()))
                return "stopped"

    def _too_much(self, order: Order, worker: "subprocess.Popen[bytes]", seconds: float) -> WorkbenchError | None:
        if seconds > order.limit:
            return WorkerLost("worker-limit", step=order.job.step(), limit=round(order.limit, 1))
        try:
            used = psutil.Process(worker.pid).memory_info().rss
        except psutil.Error:
            return None
        if used > order.memory:
            sizes = {"used": f"{used / 1e9:.1f} GB", "limit": f"{order.memory / 1e9:.1f} GB"}
            return WorkerLost("worker-memory", step=order.job.step(), **sizes)
        return None

    def _lost(self, order: Order, worker: "subprocess.Popen[bytes]", start: int) -> None:
        """The worker ended by itself: the job failed, and the end of its standard error is the hint."""
        code = worker.wait()
        self._stop()
        told = self._log.read_bytes()[start:].decode(errors="replace").strip().splitlines()
        error = WorkerLost("worker-crashed", step=order.job.step(), signal=_named(code), hint=_hint(told))
        order.job.log.append(events.Failed(error.to_json(), "\n".join(told[-40:])))

    def _stop(self) -> None:
        if self._worker is not None:
            with contextlib.suppress(ProcessLookupError):  # it may be gone already
                os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait()
            self._worker = None


def _hear(worker: "subprocess.Popen[bytes]", replies: "queue.Queue[str]") -> None:
    assert worker.stdout is not None
    try:
        replies.put(read_frame(worker.stdout)[0]["state"])
    except (EOFError, OSError, ValueError):
        replies.put("lost")


def _named(code: int) -> Part:
    if code < 0:
        return part("ended-by-signal", signal=signal.Signals(-code).name)
    return part("ended-with-code", code=code)


def _hint(told: list[str]) -> Part:
    """The most telling line of what the process said last: the native library's words, else the first frame."""
    fatal = [line for line in told if line and not line.startswith((" ", "Current thread", "Thread", "Extension modules"))]
    return part("its-last-words", said=fatal[-1].strip()[:200]) if fatal else part("no-last-words")
