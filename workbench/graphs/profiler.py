"""Run as a script in a fresh process that imports numpy and ONNX Runtime, and nothing of this library.

Takes one JSON object on standard input:
    files     paths of ONNX files, which are called in turn
    inputs    path of an .npz with the inputs, and `names` of them in the same order; at least `batch` samples
    batch, threads, seconds
and prints one JSON object:
    files     for every file, the kernels of a call in their order: [name, operator, seconds]
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LEAST = 8
MOST = 2000
"""Calls of a file: the runtime keeps every event of a profile in memory."""

_SUFFIX = "_kernel_time"


def main() -> None:
    import numpy as np

    order = json.load(sys.stdin)
    stored = np.load(order["inputs"], allow_pickle=False)
    arrays = [np.ascontiguousarray(stored[f"arr_{k}"][: order["batch"]]) for k in range(len(stored.files))]
    feeds = dict(zip(order["names"], arrays, strict=True))
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        sessions = [_open(path, order["threads"], f"{folder}/{k}") for k, path in enumerate(order["files"])]
        deadline, rounds = time.perf_counter() + order["seconds"], 0
        while rounds < LEAST or (rounds < MOST and time.perf_counter() < deadline):
            for session in sessions:
                session.run(None, feeds)
            rounds += 1
        print(json.dumps({"files": [_kernels(session.end_profiling()) for session in sessions]}))


def _open(path: str, threads: int, prefix: str) -> Any:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.enable_profiling, options.profile_file_prefix = True, prefix
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _kernels(profile: str) -> list[list[Any]]:
    """Of each kernel the mean of its calls without the slowest fifth: a median would be a whole number of microseconds."""
    times: dict[tuple[str, str], list[int]] = {}
    for event in json.loads(Path(profile).read_text()):
        if event["cat"] == "Node" and event["name"].endswith(_SUFFIX):
            name = event["name"].removesuffix(_SUFFIX), event["args"]["op_name"]
            times.setdefault(name, []).append(event["dur"])
    return [[*name, _mean(sorted(found)[: -(-len(found) * 4 // 5)])] for name, found in times.items()]


def _mean(microseconds: list[int]) -> float:
    return sum(microseconds) / len(microseconds) / 1e6


if __name__ == "__main__":
    main()
