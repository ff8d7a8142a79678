"""Files timed in fresh processes that have only ONNX Runtime: whole calls side by side, and the kernels of each file."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import StepFailed
from workbench.jobs import measuring
from workbench.words import part

if TYPE_CHECKING:
    from workbench.tasks.task import Array


@dataclass(frozen=True)
class Setting:
    """Samples a call, and threads of the runtime."""

    batch: int
    threads: int


@dataclass(frozen=True)
class Kernel:
    """One node as the runtime runs it: its name and operator, and seconds a call.

    The clock of the runtime's profiler counts whole microseconds, and one or two of them are the profiler's own.
    """

    name: str
    operator: str
    seconds: float


def probed(order: Mapping[str, Any]) -> dict[str, Any]:
    """What a process says that carries out `order`, in the words of `probe`. Whoever calls holds the measuring lock."""
    return _said("probe.py", order)


def speeds(
    files: Sequence[Path],
    feeds: "Mapping[str, Array]",
    settings: Sequence[Setting],
    processes: int,
    seconds: float,
    check: Callable[[], None],
) -> "Array":
    """How many times as fast as the first file each file is: processes x settings x files, medians over paired calls.

    `seconds` are those of one file in one setting of one process; which file comes first goes round with the processes.
    Holds the measuring lock. Raises `StepFailed` where a file does not run.
    """
    found = []
    with _written(files, feeds) as order, measuring(check):
        for k in range(processes):
            check()
            first = k % len(files)
            turn = {"order": [*range(first, len(files)), *range(first)], "seconds": seconds * len(files)}
            told = probed(order | {"blocks": [asdict(setting) | turn for setting in settings]})
            times = [np.array(block["times"]) for block in told["blocks"]]
            found.append([np.median(t[:, :1] / t, axis=0) for t in times])
    return np.array(found)


def kernels(
    files: Sequence[Path], feeds: "Mapping[str, Array]", setting: Setting, seconds: float, check: Callable[[], None]
) -> list[list[Kernel]]:
    """What each file runs, in the order in which it does, timed in one process that calls the files in turn.

    Holds the measuring lock. Raises `StepFailed` where a file does not run.
    """
    with _written(files, feeds) as order, measuring(check):
        told = _said("profiler.py", order | asdict(setting) | {"seconds": seconds})
    return [[Kernel(*kernel) for kernel in file] for file in told["files"]]


@contextmanager
def _written(files: Sequence[Path], feeds: "Mapping[str, Array]") -> Iterator[dict[str, Any]]:
    """The beginning of an order: the files, and the inputs in a file of their own."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        inputs = Path(folder) / "inputs.npz"
        np.savez(inputs, *feeds.values())
        yield {"files": [str(file) for file in files], "inputs": str(inputs), "names": list(feeds)}


def _said(script: str, order: Mapping[str, Any]) -> dict[str, Any]:
    asked = [sys.executable, "-I", str(Path(__file__).with_name(script))]
    done = subprocess.run(asked, input=json.dumps(order), capture_output=True, text=True)
    if done.returncode:
        raise StepFailed("probe-failed", why=(done.stderr.strip().splitlines() or [""])[-1][:300] or part("it-said-nothing"))
    return json.loads(done.stdout)
