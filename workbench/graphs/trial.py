"""A file is tried in a process of its own: a runtime that crashes on it takes only that process along.

Run as a script it is that process: it opens the file named first with every optimisation, and answers the samples of the
.npz file named second, all together and the first one alone.
"""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.graphs.file import GraphFile
    from workbench.tasks.task import Array


def try_out(file: "GraphFile", feeds: "Mapping[str, Array]") -> None:
    """Raises `StepFailed` "runtime-crashes" where ONNX Runtime does not open `file` or answer `feeds`, or ends in it."""
    from workbench.errors import StepFailed

    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        inputs = Path(folder) / "inputs.npz"
        np.savez(inputs, np.array(list(feeds)), *feeds.values())
        asked = [sys.executable, "-I", __file__, str(file.path), str(inputs)]
        done = subprocess.run(asked, capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        why = signal.Signals(-done.returncode).name if done.returncode < 0 else said[-1][:300]
        raise StepFailed("runtime-crashes", path=file.path.name, why=why)


def _answer(path: str, inputs: str) -> None:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    with np.load(inputs) as held:
        feeds = {str(name): held[f"arr_{k}"] for k, name in enumerate(held["arr_0"], 1)}
    for count in (1, None):
        session.run(None, {name: array[:count] for name, array in feeds.items()})


if __name__ == "__main__":
    _answer(*sys.argv[1:])
