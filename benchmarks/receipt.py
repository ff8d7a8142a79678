"""What every script calls in the end: the table with its foot, and the receipt beside it, with every figure of the table.

`workbench reproduce benchmarks/pack.receipt.json` runs the script again and compares figure by figure. Then it writes into
another folder, so that the committed table stays as it is.
"""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench import machine
from workbench.measure.intervals import wilson
from workbench.receipts import PACE, TO, Figure, Receipt, beside, write
from workbench.tasks import Task


def keep(table: str, lines: Sequence[str], figures: Sequence[Figure], seed: int, *tasks: Task) -> None:
    """Writes the table ("pack.md") of the script that runs, and its receipt, beside the script."""
    script = Path(sys.argv[0]).resolve()
    words = [f"{script.parent.name}/{script.name}", *sys.argv[1:]]
    command = shlex.join(["python", *words])
    folder = Path(os.environ.get(TO) or script.parent)
    text = "\n".join([*lines, *_foot(command, table, seed, tasks)])
    (folder / table).write_text(text, encoding="utf-8")
    data = {task.name: task.digest for task in tasks}
    write(Receipt.now(table, command, {"script": words}, seed, data, figures), folder)


def _foot(command: str, table: str, seed: int, tasks: Sequence[Task]) -> list[str]:
    """Lines that name command, seed, data, versions and machine."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions().items())
    data = "; ".join(f"{task.name} {task.digest[:16]}" for task in tasks) or "made by the script"
    return [
        "",
        f"`{command}`, seed {seed}. Data: {data}. Machine: {machine.here().summary}.",
        f"{versions}.",
        f"Every figure with its interval is in {beside(Path(table or 'table')).name}.",
        "",
    ]


def exact(name: str, value: float, unit: str = "", local: bool = False) -> Figure:
    """A count or bytes. `local` where it follows from trained weights to their last bit: what they pack into, say."""
    return Figure(name, value, value, value, unit, local)


def timed(name: str, tries: Sequence[float], unit: str = "s") -> Figure:
    """The median of times, its interval the middle 95 % of single tries, wider by the machine's `PACE`.

    That of a median is narrower: but a machine moves from hour to hour by more than the tries of one run tell.
    """
    low, median, high = np.percentile(tries, (2.5, 50, 97.5))
    return Figure(name, float(median), float(low) / (1 + PACE), float(high) * (1 + PACE), unit, local=True)


def ratio(name: str, tries: Sequence[float], unit: str = "x") -> Figure:
    """The median of ratios of two things that were timed in turn: its interval is the bootstrap's."""
    drawn = np.random.default_rng(0).choice(np.asarray(tries, dtype=np.float64), (2_000, len(tries)))
    low, high = np.percentile(np.median(drawn, axis=1), (2.5, 97.5))
    return Figure(name, float(np.median(tries)), float(low), float(high), unit, local=True)


def share(name: str, hits: int, n: int, local: bool = False) -> Figure:
    """A proportion that was counted, with Wilson's interval."""
    return Figure(name, hits / n, *wilson(hits, n), "share", local)
