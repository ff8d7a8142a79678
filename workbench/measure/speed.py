"""Latency and speed-up of a file, side by side with a reference, each process giving one figure.

A process opens both files twice, once either one first, and has them called in turn; its figure is the median of
pair-wise ratios. The interval is Student's over the processes, since calls of one process share its luck (where its
memory lies) and are not independent of each other. `docs/decisions` says what was tried.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench import machine
from workbench.errors import InputError
from workbench.graphs.file import GraphFile
from workbench.measure.intervals import log_student
from workbench.measure.processes import Block, Runs, taken
from workbench.records import Measurement, noted
from workbench.tasks.task import Array, Split

PROCESSES = 6
"""Unless WORKBENCH_TIMING_PROCESSES says another number: fewer are quicker, and give wider intervals."""

LEAST, MOST = 2, 100

SECONDS = 0.12
"""Of calls a process and setting, half of them in either order of opening."""

RESOLUTION = 0.001
"""No figure is claimed more closely than this: what all processes of one measurement share is not in their scatter."""

SETTINGS = {"b1": (1, 1), "b64": (64, 2)}
"""By suffix of the measure: batch size, and threads (never more than there are cores)."""


def speed(
    file: GraphFile,
    reference: GraphFile,
    split: Split,
    *,
    processes: int | None = None,
    seconds: float = SECONDS,
    check: Callable[[], None] = lambda: None,
) -> dict[str, Measurement]:
    """Measures `latency_b1_ms`, `latency_b64_ms`, `speedup_b1`, `speedup_b64` on samples of a split.

    Each of `processes` fresh processes (`timing_processes()` of them without a number) spends about `seconds` a setting,
    and one more has the file alone: its load and first call, percentiles of its calls and peak memory are the latency's
    `details`. Only one process of this machine measures at a time, and training waits meanwhile. Raises `StepFailed`
    where a file does not run.
    """
    blocks = [Block(batch, min(threads, machine.cores()), seconds) for batch, threads in SETTINGS.values()]
    rows = np.arange(max(batch for batch, _ in SETTINGS.values())) % len(split)  # of few samples some come several times
    arrays = {name: array[rows] for name, array in split.arrays.items()}
    count = timing_processes() if processes is None else processes
    runs = taken([reference.path, file.path], arrays, blocks, count, check, alone=True)
    other = file.digest != reference.digest
    found: dict[str, Measurement] = {}
    for index, name in enumerate(SETTINGS):
        ratio = _ratio(f"speedup_{name}", runs, index, file.digest, "the baseline" if other else None)
        latency = _latency(f"latency_{name}_ms", runs, index, file.digest)
        found |= {latency.name: latency, ratio.name: ratio}
    return found


def timing_processes() -> int:
    """In how many fresh processes a file is timed. Raises `InputError` for a setting that is no number from 2 to 100."""
    said = os.environ.get("WORKBENCH_TIMING_PROCESSES", str(PROCESSES))
    if not (said.isascii() and said.isdigit() and len(said) <= 3) or not LEAST <= int(said) <= MOST:
        raise InputError("timing-processes", value=said, least=LEAST, most=MOST)
    return int(said)


def speedup(
    file: GraphFile | Path | str,
    reference: GraphFile | Path | str,
    inputs: Array | Mapping[str, Array],
    batch: int = 1,
    threads: int = 1,
) -> Measurement:
    """How many times as fast as `reference` a file is, with its 95 % interval: above 1 it is faster.

    `inputs` are samples (N x ..., or a dict of such arrays by input name), of which the first `batch` are one call's; N
    is at least `batch`. Where the whole interval is below 1, `remarks` say that it is slower. Takes about three seconds
    where a call takes milliseconds. Raises `InputError` for settings that cannot be, `NotFound` for a file that is not
    there, `StepFailed` where one does not run on these inputs.
    """
    one, other = (f if isinstance(f, GraphFile) else GraphFile(Path(f)) for f in (file, reference))
    arrays = dict(inputs) if isinstance(inputs, Mapping) else {"": np.asarray(inputs)}
    samples = min((len(array) for array in arrays.values()), default=0)
    if not 1 <= batch <= samples:
        raise InputError("speed-batch", batch=batch, samples=samples)
    if not 1 <= threads <= machine.cores():
        raise InputError("speed-threads", threads=threads, cores=machine.cores())
    digest = one.digest
    first = {name: np.asarray(array)[:batch] for name, array in arrays.items()}
    named = other.path.name if other.digest != digest else None
    runs = taken([other.path.absolute(), one.path.absolute()], first, [Block(batch, threads, SECONDS)], timing_processes())
    return _ratio("speedup", runs, 0, digest, named)


def _ratio(name: str, runs: Runs, index: int, digest: str, slower_than: str | None = None) -> Measurement:
    """`slower_than` names the reference in the remark that is made where the whole interval is below 1."""
    value, low, high = _over_processes([_figure(orders) for orders in runs.pairs(index)])
    kept, block = _kept(runs, index, digest), runs.blocks[index]
    if slower_than and high < 1:
        said = {"reference": slower_than, "ratio": f"{value:.3g}", "batch": block.batch, "threads": block.threads}
        kept["details"] |= noted([*kept["details"].get("remarks", ()), ("speed-slower", said)])
    return Measurement(name, value, low, high, "x", True, **kept)


def _over_processes(figures: Sequence[float]) -> tuple[float, float, float]:
    value, low, high = log_student(figures)
    low = value * math.exp(-math.hypot(math.log(value / low), RESOLUTION)) if low else low
    return value, low, value * math.exp(math.hypot(math.log(high / value), RESOLUTION))


def _figure(orders: Sequence[Array]) -> float:
    """A process's ratio: the geometric mean of two median ratios, one of the rounds where the one file is called first,
    one of the others; so what coming first costs (about 0.5 % of a short call) goes out exactly."""
    one, other = orders
    halves = (np.concatenate([one[::2], other[1::2]]), np.concatenate([one[1::2], other[::2]]))
    return math.exp(np.mean([np.log(np.median(half[:, 0] / half[:, 1])) for half in halves]))


def _latency(name: str, runs: Runs, index: int, digest: str) -> Measurement:
    medians = [float(np.median(np.concatenate(orders)[:, 1])) * 1e3 for orders in runs.pairs(index)]
    kept = _kept(runs, index, digest)
    kept["details"] |= _alone(runs, index)
    return Measurement(name, *_over_processes(medians), "ms", False, **kept)


def _kept(runs: Runs, index: int, digest: str) -> dict[str, Any]:
    block, here = runs.blocks[index], machine.here()
    details: dict[str, Any] = {"batch": block.batch, "threads": block.threads, "provider": "CPUExecutionProvider"}
    details |= {"instructions": list(here.instructions), "processes": len(runs.sides)}
    details |= {"calls": sum(len(times) for orders in runs.pairs(index) for times in orders)}
    details |= {"drift": runs.drift(index), "steady": runs.steady(index), "measured_again": runs.again}
    if not runs.steady(index):
        details |= noted([("speed-unsteady", {"drift": f"{runs.drift(index):.0%}"})])
    return {
        "n": len(runs.sides),
        "method": "student-over-processes",
        "machine": here.summary,
        "file_digest": digest,
        "details": details,
    }


def _alone(runs: Runs, index: int) -> dict[str, Any]:
    """What the file takes in a process of its own. A percentile is given where enough calls lie beyond it to be one."""
    assert runs.alone is not None
    block = runs.alone["blocks"][index]
    times = np.array(block["times"])[:, 0] * 1e3
    said: dict[str, Any] = {
        "load_ms": block["load"][0] * 1e3,
        "first_call_ms": block["first"][0] * 1e3,
        "calls_alone": len(times),
    }
    said |= {f"p{p}_ms": float(np.percentile(times, p)) for p, least in _PERCENTILES if len(times) >= least}
    return said | {"peak_memory_bytes": runs.alone["peak"], "runtime_memory_bytes": runs.alone["before"]}


_PERCENTILES: Sequence[tuple[int, int]] = (50, 1), (90, 10), (99, 100)
