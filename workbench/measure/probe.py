"""Run as a script in a fresh process that imports numpy and ONNX Runtime, and nothing of this library.

Takes one JSON object on standard input:
    files     [reference, candidate]: paths of ONNX files (they may be the same)
    inputs    path of an .npz with the inputs in the order of
    names     their names: at least as many samples as the largest batch
    settings  [[batch, threads, seconds], ...]
and prints one JSON list, for every setting {"pairs": [[reference s, candidate s], ...], "load": [s, s]}.
One call of each file alternates with one of the other, and who comes first alternates too, so that whatever else the
machine does falls on both.
"""

import json
import sys
import time
from typing import Any


def main() -> None:
    import numpy as np
    import onnxruntime as ort

    order = json.load(sys.stdin)
    stored = np.load(order["inputs"], allow_pickle=False)
    arrays = {name: stored[f"arr_{k}"] for k, name in enumerate(order["names"])}
    results = []
    for batch, threads, seconds in order["settings"]:
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.force_spinning_stop", "1")
        sessions, load = [], []
        for path in order["files"]:
            start = time.perf_counter()
            sessions.append(ort.InferenceSession(path, options, providers=["CPUExecutionProvider"]))
            load.append(time.perf_counter() - start)
        feeds = {name: np.ascontiguousarray(array[:batch]) for name, array in arrays.items()}
        results.append({"pairs": _alternate(sessions, feeds, seconds), "load": load})
    print(json.dumps(results))


def _alternate(sessions: list[Any], feeds: dict[str, Any], seconds: float) -> list[list[float]]:
    """Pairs of times, after a warm-up of a tenth of the time; at least five pairs, however slow a call is."""
    deadline = time.perf_counter() + seconds / 10
    while True:
        for session in sessions:
            session.run(None, feeds)
        if time.perf_counter() > deadline:
            break
    pairs: list[list[float]] = []
    deadline = time.perf_counter() + seconds
    while len(pairs) < 5 or time.perf_counter() < deadline:
        pair = [0.0, 0.0]
        for k in (0, 1) if len(pairs) % 2 else (1, 0):
            start = time.perf_counter()
            sessions[k].run(None, feeds)
            pair[k] = time.perf_counter() - start
        pairs.append(pair)
    return pairs


if __name__ == "__main__":
    main()
