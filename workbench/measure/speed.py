"""Latency and speed-up of a file, side by side with a reference, each process giving one figure.

The median of pair-wise ratios within a process; Student's interval over the logarithms of the processes' medians, since
calls of one process share its luck (where its memory lies) and are not independent of each other.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workbench import machine
from workbench.errors import StepFailed
from workbench.graphs.file import GraphFile
from workbench.jobs import measuring
from workbench.measure.intervals import log_student
from workbench.records import Measurement
from workbench.tasks.task import Split

PROCESSES = 5
SETTINGS = {"b1": (1, 1), "b64": (64, 2)}
"""By suffix of the measure: batch size, and threads (never more than there are cores)."""


def speed(
    file: GraphFile,
    reference: GraphFile,
    split: Split,
    *,
    processes: int = PROCESSES,
    seconds: float = 0.12,
    check: Callable[[], None] = lambda: None,
) -> dict[str, Measurement]:
    """Measures `latency_b1_ms`, `latency_b64_ms`, `speedup_b1`, `speedup_b64` on samples of a split.

    Each of `processes` fresh processes spends about `seconds` a setting. Only one process of this machine measures at a
    time, and training waits meanwhile. Raises `StepFailed` where a file does not run.
    """
    threads = {name: min(wanted, machine.cores()) for name, (_, wanted) in SETTINGS.items()}
    settings = [[min(batch, len(split)), threads[name], seconds] for name, (batch, _) in SETTINGS.items()]
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder, measuring(check):
        inputs = Path(folder) / "inputs.npz"
        arrays = split.head(max(batch for batch, _ in SETTINGS.values())).arrays
        np.savez(inputs, *arrays.values())
        order: dict[str, Any] = {"files": [str(reference.path), str(file.path)], "inputs": str(inputs), "names": list(arrays)}
        order |= {"settings": settings}
        runs = []
        for _ in range(processes):
            check()
            runs.append(_probe(order))
    found: dict[str, Measurement] = {}
    for index, name in enumerate(SETTINGS):
        said = {
            "batch": settings[index][0],
            "threads": threads[name],
            "provider": "CPUExecutionProvider",
            "processes": processes,
        }
        found |= _figures(name, [run[index] for run in runs], said, file.digest)
    return found


def _figures(name: str, runs: list[dict[str, Any]], said: dict[str, Any], digest: str) -> dict[str, Measurement]:
    pairs = [np.asarray(run["pairs"]) for run in runs]
    ratio = log_student([float(np.median(p[:, 0] / p[:, 1])) for p in pairs])
    latency = log_student([float(np.median(p[:, 1])) * 1e3 for p in pairs])
    kept: dict[str, Any] = {"n": len(runs), "method": "student-over-processes", "machine": machine.here().summary}
    kept |= {"file_digest": digest, "details": said | {"calls": int(sum(len(p) for p in pairs))}}
    return {
        f"latency_{name}_ms": Measurement(f"latency_{name}_ms", *latency, "ms", False, **kept),
        f"speedup_{name}": Measurement(f"speedup_{name}", *ratio, "x", True, **kept),
    }


def _probe(order: dict[str, Any]) -> list[dict[str, Any]]:
    script = Path(__file__).with_name("probe.py")
    done = subprocess.run([sys.executable, "-I", str(script)], input=json.dumps(order), capture_output=True, text=True)
    if done.returncode:
        raise StepFailed("probe-failed", why=(done.stderr.strip().splitlines() or ["it said nothing"])[-1][:300])
    return json.loads(done.stdout)
