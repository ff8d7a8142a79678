"""A worker: a process that imports torch once and carries out one job after the other.

Started by the foreman as `python -m workbench.jobs.worker`; jobs come in on standard input, one reply a job goes out on
what was standard output (which is turned to standard error first: a person's module may print).
"""

import faulthandler
import gc
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

from workbench.jobs.desk import Desk, carry_out
from workbench.jobs.frames import Stream, read_frame, write_frame

Order = tuple[dict[str, Any], dict[str, bytes]]


def main() -> None:
    faulthandler.enable()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    orders: queue.Queue[Order] = queue.Queue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    known, surroundings = _own_modules(), (dict(os.environ), os.getcwd())
    before, added = list(sys.path), list[str]()
    while True:
        head, blobs = orders.get()
        if _changed(known):
            write_frame(replies, {"state": "stale"})
            continue
        added += [p for p in sys.path if p not in before and p not in added]  # by libraries, when they were imported
        before = head["path"]
        _restore(*surroundings)
        sys.path[:] = [*before, *added]
        carry_out(head["entry"], head["payload"], Desk(Path(head["folder"]), blobs))
        known = _own_modules() | known
        write_frame(replies, {"state": "done" if _gpu_is_well() else "spent"})


def _listen(stream: Stream, orders: "queue.Queue[Order]") -> None:
    """Reads on while a job runs, so that the end of the foreman ends this process at once."""
    while True:
        try:
            orders.put(read_frame(stream))
        except EOFError:
            os._exit(0)


def _restore(environment: dict[str, str], folder: str) -> None:
    """What the job before may have changed for everybody is as it was."""
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    if os.path.isdir(folder):
        os.chdir(folder)


def _gpu_is_well() -> bool:
    """Gives back the GPU's memory that torch keeps for later; False where CUDA has failed, which it has for good then."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return True
    gc.collect()
    try:
        for device in range(torch.cuda.device_count()):
            if torch.cuda.memory_reserved(device):
                torch.cuda.synchronize(device)
        torch.cuda.empty_cache()
    except RuntimeError:
        return False
    return True


def _own_modules() -> dict[str, int]:
    """Files of the modules that are neither the library's nor installed, with their times: those that a person edits."""
    libraries = (sys.prefix, sys.base_prefix)
    files = [getattr(m, "__file__", None) for m in list(sys.modules.values())]
    own = [f for f in files if f and not f.startswith(libraries) and os.path.exists(f)]
    return {f: os.stat(f).st_mtime_ns for f in own}


def _changed(known: dict[str, int]) -> bool:
    return any(not os.path.exists(f) or os.stat(f).st_mtime_ns != time for f, time in known.items())


if __name__ == "__main__":
    main()
