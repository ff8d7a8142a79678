"""Run as a script in a fresh process that imports numpy and ONNX Runtime, and nothing of this library.

Takes one JSON object on standard input:
    files     paths of ONNX files (some may be the same); one is measured alone, more side by side
    inputs    path of an .npz with the inputs; at least as many samples as the largest batch
    names     their names in the same order; empty for a single array, which is the file's first input
    blocks    [{"batch", "threads", "seconds", "order"}, ...]: in `order` the files are opened and first called
and prints one JSON object:
    blocks    for every block {"load": [s a file], "first": [s a file], "times": [[s a file], ...]}
    before    bytes of memory that the process has taken before it opened a file, and
    peak      the most that it took
Files are called in turn, one call each, and every second round the other way round, so that whatever else the machine does
falls on all.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

LEAST = 4
"""Rounds of a block, however slow a call is: two with either file first."""


def main() -> None:
    import numpy as np
    import onnxruntime as ort

    order = json.load(sys.stdin)
    stored = np.load(order["inputs"], allow_pickle=False)
    arrays = [stored[f"arr_{k}"] for k in range(len(stored.files))]
    before = _most_memory()

    def block(asked: dict[str, Any]) -> dict[str, Any]:
        given = [np.ascontiguousarray(array[: asked["batch"]]) for array in arrays]
        calls: list[Any] = [None] * len(order["files"])
        load = [0.0] * len(calls)
        for k in asked["order"]:
            start = time.perf_counter()
            session = _open(ort, order["files"][k], asked["threads"])
            load[k] = time.perf_counter() - start
            calls[k] = (session, dict(zip(order["names"] or [session.get_inputs()[0].name], given, strict=True)))
        return {"load": load, **_timed(calls, asked["order"], asked["seconds"])}

    blocks = [block(asked) for asked in order["blocks"]]
    print(json.dumps({"blocks": blocks, "before": before, "peak": _most_memory()}))


def _open(ort: Any, path: str, threads: int) -> Any:
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _timed(calls: list[tuple[Any, Any]], order: list[int], seconds: float) -> dict[str, Any]:
    """The first call of every file, then rounds of one call each, after a warm-up of a tenth of the time."""
    rounds: list[list[float]] = []
    first = _round(calls, order)
    deadline = time.perf_counter() + seconds / 10
    while time.perf_counter() < deadline:
        _round(calls, order)
    deadline = time.perf_counter() + seconds
    while len(rounds) < LEAST or time.perf_counter() < deadline:
        rounds.append(_round(calls, order if len(rounds) % 2 == 0 else order[::-1]))
    return {"first": first, "times": rounds}


def _round(calls: list[tuple[Any, Any]], order: list[int]) -> list[float]:
    took = [0.0] * len(calls)
    for k in order:
        session, feeds = calls[k]
        start = time.perf_counter()
        session.run(None, feeds)
        took[k] = time.perf_counter() - start
    return took


def _most_memory() -> int:
    """The most bytes that were resident. Not by `getrusage` where /proc is: there it counts the parent's memory too."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
