"""Do the intervals hold what they say? Writes intervals.md beside this file; takes about a quarter of an hour.

`python benchmarks/intervals.py 5` times 5 pairs instead of 100, and simulates a twentieth of the bootstrap's samples.
Coverage of Wilson's interval is exact (sums of binomial probabilities), of the others it is simulated. A file is timed
against itself, and against a network of half the channels, with the machine left alone and with one core taken.
"""

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from receipt import exact, keep, share, timed
from scipy import stats

import workbench as wb
from workbench.measure import metrics
from workbench.measure.intervals import wilson
from workbench.measure.paired import tango
from workbench.receipts import Figure

BUSY = "while True: sum(k * k for k in range(10_000))"


def wilson_coverage(n: int, points: int = 4000) -> float:
    """The share of samples whose interval holds p, averaged over p in (0, 1): exact at each of so many p."""
    p = (np.arange(points) + 0.5) / points
    ends = np.array([wilson(hits, n) for hits in range(n + 1)])
    most = np.searchsorted(ends[:, 0], p, side="right") - 1  # of the hits whose interval holds p
    least = np.searchsorted(ends[:, 1], p, side="left")
    return float((stats.binom.cdf(most, n, p) - stats.binom.cdf(least - 1, n, p)).mean())


def tango_coverage(n: int, gain: float, loss: float, tries: int = 20_000) -> Figure:
    """How often the paired interval holds gain - loss, the shares of pairs that only one of two files gets right."""
    drawn = np.random.default_rng(n).multinomial(n, (gain, loss, 1 - gain - loss), tries)
    rows, counts = np.unique(drawn[:, :2], axis=0, return_counts=True)
    ends = np.array([tango(int(g), int(k), n) for g, k in rows])
    inside = (ends[:, 0] <= gain - loss) & (gain - loss <= ends[:, 1])
    return share(f"Tango, n {n:,}, {gain:.1%} and {loss:.1%}", int(counts[inside].sum()), tries)


def bootstrap_coverage(name: str, n: int, tails: str, tries: int) -> Figure:
    """How often the bootstrap's interval holds a metric's true value, which a sample of 200,000 stands for."""
    truth = _figure(name, 200_000, 0, tails).value
    found = [_figure(name, n, seed, tails) for seed in range(1, tries + 1)]
    return share(f"bootstrap of {name}, {tails} tails, n {n:,}", sum(m.low <= truth <= m.high for m in found), tries)


def _figure(name: str, n: int, seed: int, tails: str) -> wb.Measurement:
    """A metric of outputs that are drawn: four uneven classes, or errors with normal or heavy tails."""
    generator = np.random.default_rng(seed)
    if name in ("rmse", "mae"):
        targets = generator.normal(size=n)
        errors = generator.standard_t(6, n) if tails == "heavy" else generator.normal(size=n)
        kind, outputs = "regression", (targets + errors)[:, None]
    else:
        targets = generator.choice(4, n, p=(0.4, 0.3, 0.2, 0.1))
        kind, outputs = "classification", generator.normal(size=(n, 4)) + 1.5 * np.eye(4)[targets]
    metric = next(m for m in metrics(kind) if m.name == name)
    return metric.score(outputs, targets)


@contextlib.contextmanager
def one_core_taken() -> Iterator[None]:
    other = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        other.kill()
        other.wait()


def networks(folder: Path) -> tuple[Path, Path, np.ndarray]:
    """The files of a ResNet with 14 layers and of one with half its channels, and images of 28 x 28 for them."""
    x = np.random.default_rng(0).normal(size=(64, 1, 28, 28)).astype(np.float32)
    task = wb.tasks.from_arrays("noise", **dict.fromkeys(("train", "validation", "test"), (x, np.arange(64) % 10)))
    files = []
    for width in (16, 8):
        model = wb.models.create("resnet14", task, seed=0, width=width)
        wb.export.export(model.build(), task, folder / f"width{width}.onnx")
        files.append(folder / f"width{width}.onnx")
    return files[0], files[1], x


def same_file(file: Path, inputs: np.ndarray, tries: int) -> tuple[list[wb.Measurement], list[float]]:
    """The file, or a copy of it, measured against itself, and the seconds that each try took."""
    copy = file.with_name("copy.onnx")
    copy.write_bytes(file.read_bytes())
    found, seconds = [], []
    for k in range(tries):
        began = time.monotonic()
        found.append(wb.measure.speedup((file, copy)[k % 2], file, inputs))
        seconds.append(time.monotonic() - began)
    return found, seconds


def timing_rows(tries: int) -> Iterator[tuple[str, list[Figure]]]:
    with tempfile.TemporaryDirectory() as folder:
        file, small, inputs = networks(Path(folder))
        for name, busy in (("nobody", contextlib.nullcontext()), ("a loop", one_core_taken())):
            load = os.getloadavg()[0]
            with busy:
                found, seconds = same_file(file, inputs, tries)
                half = wb.measure.speedup(small, file, inputs)
            widths = [m.high - m.low for m in found]
            inside = share(f"core taken by {name}: 1 inside", sum(m.low <= 1 <= m.high for m in found), tries, local=True)
            width = timed(f"core taken by {name}: width", widths, "x")
            times, took = Figure.of(half, f"core taken by {name}: half"), timed(f"core taken by {name}: a try", seconds)
            cells = [
                name,
                f"{load:.1f}",
                f"**{inside.value * tries:.0f} of {tries}**",
                f"{width.value:.4f}",
                f"{max(widths):.4f}",
            ]
            cells += [f"×{half.value:.3f} [{half.low:.3f}, {half.high:.3f}]", f"{took.value:.1f} s"]
            yield f"| {' | '.join(cells)} |", [inside, width, times, took]


def exact_rows() -> Iterator[tuple[str, list[Figure]]]:
    for n in (200, 360, 500, 1000, 2000, 5000, 10_000):
        found = exact(f"Wilson, n {n:,}", wilson_coverage(n))
        yield f"| {n:,} | {found.value:.4f} |", [found]


def paired_rows() -> Iterator[tuple[str, list[Figure]]]:
    shares = ((0.005, 0.005), (0.01, 0.03), (0.05, 0.05), (0.02, 0.1))
    for n, (gain, loss) in itertools.product((200, 360, 1000, 5000), shares):
        found = tango_coverage(n, gain, loss)
        yield f"| {n:,} | {gain:.1%} | {loss:.1%} | {found.value:.4f} |", [found]


def bootstrap_rows(tries: int) -> Iterator[tuple[str, list[Figure]]]:
    names = ("precision_macro", "recall_macro", "f1_macro", "roc_auc_macro", "rmse", "mae")
    asked = [*((name, "normal") for name in names), ("rmse", "heavy")]
    for (name, tails), n in itertools.product(asked, (200, 1000)):
        found = bootstrap_coverage(name, n, tails, tries)
        yield f"| {name}{', heavy tails' * (tails == 'heavy')} | {n:,} | {found.value:.3f} |", [found]


def main(tries: int = 100) -> None:
    simulated = 3 * tries
    parts = {
        "Wilson's interval, averaged over p from 0 to 1, exact\n\n| n | coverage |\n|---|---|": exact_rows(),
        "Tango's paired interval, 20,000 simulated samples each\n\n"
        "| n | only the second right | only the first right | coverage |\n|---|---|---|---|": paired_rows(),
        f"The bootstrap, {simulated} simulated samples each (four uneven classes; heavy tails: Student's t, 6 degrees)\n\n"
        "| metric | n | coverage |\n|---|---|---|": bootstrap_rows(simulated),
        "A file timed against itself, and half its channels against it (ResNet-14, batch 1, one thread)\n\n"
        "| core taken by | load before | 1 inside | median width | widest | half the channels | a try |\n"
        "|---|---|---|---|---|---|---|": timing_rows(tries),
    }
    text, figures = ["# Do the intervals hold what they say?", "", "All of them say 95 %."], []
    for head, rows in parts.items():
        text += ["", f"## {head}"]
        for line, found in rows:
            text.append(line)
            figures += found
    keep("intervals.md", text, figures, 0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
