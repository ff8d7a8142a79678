"""Handing over a job: finds the foreman of this home, starts one where there is none, and gives it the job."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

import workbench
from workbench import machine
from workbench.errors import WorkerLost
from workbench.events import Event, Failed, Submitted
from workbench.files import Digest, digest_json, home, storage, write_atomic
from workbench.jobs.desk import Desk, carry_out
from workbench.jobs.frames import read_frame, write_frame
from workbench.jobs.job import Job
from workbench.words import part

LaneName = Literal["quick", "long"]


def submit(
    entry: str,
    payload: Mapping[str, Any],
    *,
    blobs: Mapping[str, bytes] | None = None,
    lane: LaneName = "long",
    limit: float | None = None,
    id: str | None = None,
    announce: Callable[[Job], None] = lambda job: None,
    disposable: bool = False,
) -> Job:
    """Has the entry point "package.module:function" carried out by a worker of the lane; returns at once.

    What one process asks of a lane is done one after the other; what several ask, side by side.

    `payload` is JSON and is kept in the job's folder; `blobs` cross to the worker over a private pipe and are never
    written. `limit` is in seconds (default: WORKBENCH_LIMIT_SECONDS, or six hours). With WORKBENCH_EXECUTOR=inline the
    job is carried out here and now, for debugging. `announce` is called when the job has a folder and before anybody works
    on it. After a `disposable` job its worker is replaced: it ran code that may have left something behind.
    """
    job = prepare(entry, payload, id)
    announce(job)
    if os.environ.get("WORKBENCH_EXECUTOR") == "inline":
        carry_out(entry, payload, Desk(job.folder, blobs or {}))
        return job
    head = {
        "ask": "submit",
        "id": job.id,
        "entry": entry,
        "payload": dict(payload),
        "lane": lane,
        "disposable": disposable,
        "party": os.getpid(),
        "limit": limit or float(os.environ.get("WORKBENCH_LIMIT_SECONDS", 6 * 3600)),
        "memory": int(os.environ.get("WORKBENCH_MEMORY_BYTES", 0)) or int(0.8 * machine.memory_bytes()),
        "surroundings": {"env": dict(os.environ), "cwd": os.getcwd(), "path": [p or os.getcwd() for p in sys.path]},
    }
    try:
        _ask(head, blobs or {})
    except WorkerLost as error:
        with suppress(OSError):  # who follows it hears of it
            job.log.append(Failed(error.to_json()))
        raise
    return job


def run_job(
    entry: str,
    payload: Mapping[str, Any],
    *,
    blobs: Mapping[str, bytes] | None = None,
    lane: LaneName = "long",
    limit: float | None = None,
    key: Digest | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Any:
    """Submits a job and waits for its result; raises the `WorkbenchError` that ended it.

    A job of the same `key` that is under way is waited for instead, and heard of from its beginning: whoever asks for the same
    at the same time shares one job. Interrupted, from the keyboard or by what `on_event` raises, it cancels the job, for all.
    """

    def begin() -> Job:
        return submit(entry, payload, blobs=blobs, lane=lane, limit=limit)

    job = begin() if key is None else _shared(key, begin)
    try:
        if on_event is not None:
            on_event(Submitted(job.id))
        return job.wait(on_event)
    except BaseException:
        job.cancel()
        raise


@contextmanager
def claimed(key: Digest) -> Iterator[Path]:
    """Only one process at a time is here with that key; what it writes to the file that is given the next one can read."""
    known = home() / "claims" / key
    lock = FileLock(f"{known}.lock")
    with storage(known.parent):
        known.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield known
    finally:
        lock.release()


def _shared(key: Digest, begin: Callable[[], Job]) -> Job:
    """The job of that key that is under way, else a new one."""
    with claimed(key) as known:
        job = Job.named(known.read_text()) if known.exists() else None
        if job is None or job.ended() is not None or job.is_called_off():
            job = begin()
            write_atomic(known, job.id.encode())
        return job


def new_id() -> str:
    """An id that sorts by time."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"


def prepare(entry: str, payload: Mapping[str, Any], id: str | None = None) -> Job:
    """The job's folder, with what was asked written down."""
    job = Job.named(id or new_id())
    with storage(job.folder):
        job.folder.mkdir(parents=True, exist_ok=True)
    write_atomic(job.folder / "job.json", json.dumps({"entry": entry, "payload": payload}).encode())
    return job


def retire() -> None:
    """Ends the foreman of this home, and its workers, at once. What they had in hand is interrupted."""
    try:
        _exchange(_address(), {"ask": "retire"}, {})
    except OSError:
        return  # there is none


def _ask(head: Mapping[str, Any], blobs: Mapping[str, bytes]) -> None:
    address = _address()
    try:
        return _exchange(address, head, blobs)
    except (OSError, EOFError):
        pass  # there is none, or it was just ending
    with FileLock(f"{address}.lock"):
        try:
            return _exchange(address, head, blobs)
        except (OSError, EOFError):
            _start(address)
        return _exchange(address, head, blobs)


def _exchange(address: Path, head: Mapping[str, Any], blobs: Mapping[str, bytes]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.connect(str(address))
        with s.makefile("rwb") as stream:
            write_frame(stream, head, blobs)
            answer, _ = read_frame(stream)
    if answer["state"] == "refused":
        raise WorkerLost("worker-no-start", why=answer["why"])


def _start(address: Path) -> None:
    log = home() / "jobs" / "foreman.log"
    with open(log, "ab") as out:
        foreman = subprocess.Popen(
            [sys.executable, "-m", "workbench.jobs", str(home()), str(address)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=home(),
            env=os.environ | {"PYTHONPATH": _import_path()},
            start_new_session=True,
        )
    for _ in range(600):
        if foreman.poll() is not None:
            told = log.read_text(errors="replace").splitlines()
            raise WorkerLost("worker-no-start", why=told[-1] if told else part("it-said-nothing"))
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                return s.connect(str(address))
        except OSError:
            time.sleep(0.05)
    raise WorkerLost("worker-no-start", why=part("no-answer", seconds=30))


def _import_path() -> str:
    """The foreman finds the library where this process found it, installed or not."""
    root = str(Path(workbench.__file__).parents[1])
    return os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])


def _address() -> Path:
    """The socket of the foreman that fits: by home, Python and the state of the installed code."""
    folder = Path(tempfile.gettempdir()) / f"workbench-{os.getuid()}"
    with storage(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        raise WorkerLost("worker-no-start", why=part("open-to-others", folder=str(folder)))
    return folder / f"{digest_json([str(home()), sys.executable, _code_stamp()])[:24]}.sock"


def _code_stamp() -> str:
    root = Path(workbench.__file__).parent
    state = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        stat = path.stat()
        state.update(f"{path} {stat.st_mtime_ns} {stat.st_size}".encode())
    return state.hexdigest()
