"""Do the intervals hold what they say? Writes intervals.md beside this file; takes about a quarter of an hour.

Coverage of Wilson's interval is exact (sums of binomial probabilities), of the others it is simulated. A file is timed
against itself, and against a network of half the channels, with the machine left alone and with one core taken.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from receipt import foot
from scipy import stats

import workbench as wb
from workbench.measure import metrics
from workbench.measure.intervals import wilson
from workbench.measure.paired import tango

BUSY = "while True: sum(k * k for k in range(10_000))"


def wilson_coverage(n: int, points: int = 4000) -> float:
    """The share of samples whose interval holds p, averaged over p in (0, 1): exact at each of so many p."""
    p = (np.arange(points) + 0.5) / points
    ends = np.array([wilson(hits, n) for hits in range(n + 1)])
    most = np.searchsorted(ends[:, 0], p, side="right") - 1  # of the hits whose interval holds p
    least = np.searchsorted(ends[:, 1], p, side="left")
    return float((stats.binom.cdf(most, n, p) - stats.binom.cdf(least - 1, n, p)).mean())


def tango_coverage(n: int, gain: float, loss: float, tries: int = 20_000) -> float:
    """How often the paired interval holds gain - loss, the shares of pairs that only one of two files gets right."""
    drawn = np.random.default_rng(n).multinomial(n, (gain, loss, 1 - gain - loss), tries)
    rows, counts = np.unique(drawn[:, :2], axis=0, return_counts=True)
    ends = np.array([tango(int(g), int(k), n) for g, k in rows])
    inside = (ends[:, 0] <= gain - loss) & (gain - loss <= ends[:, 1])
    return float(counts[inside].sum() / tries)


def bootstrap_coverage(name: str, n: int, tails: str = "normal", tries: int = 300) -> float:
    """How often the bootstrap's interval holds a metric's true value, which a sample of 200,000 stands for."""
    truth = _figure(name, 200_000, 0, tails).value
    found = [_figure(name, n, seed, tails) for seed in range(1, tries + 1)]
    return sum(m.low <= truth <= m.high for m in found) / tries


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


def same_file(file: Path, inputs: np.ndarray, tries: int) -> list[wb.Measurement]:
    """The file, or a copy of it, measured against itself."""
    copy = file.with_name("copy.onnx")
    copy.write_bytes(file.read_bytes())
    return [wb.measure.speedup((file, copy)[k % 2], file, inputs) for k in range(tries)]


def timing_rows(tries: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        file, small, inputs = networks(Path(folder))
        for name, busy in (("nobody", contextlib.nullcontext()), ("a loop", one_core_taken())):
            load = os.getloadavg()[0]
            with busy:
                began = time.monotonic()
                found = same_file(file, inputs, tries)
                took = (time.monotonic() - began) / tries
                half = wb.measure.speedup(small, file, inputs)
            inside, widths = sum(m.low <= 1 <= m.high for m in found), [m.high - m.low for m in found]
            cells = [name, f"{load:.1f}", f"**{inside} of {tries}**", f"{np.median(widths):.4f}", f"{max(widths):.4f}"]
            cells += [
                f"×{half.value:.3f} [{half.low:.3f}, {half.high:.3f}]",
                f"{took:.1f} s",
            ]
            yield f"| {' | '.join(cells)} |"


def exact_rows() -> list[str]:
    return [f"| {n:,} | {wilson_coverage(n):.4f} |" for n in (200, 360, 500, 1000, 2000, 5000, 10_000)]


def paired_rows() -> list[str]:
    shares = ((0.005, 0.005), (0.01, 0.03), (0.05, 0.05), (0.02, 0.1))
    pairs = [(n, gain, loss) for n in (200, 360, 1000, 5000) for gain, loss in shares]
    return [f"| {n:,} | {gain:.1%} | {loss:.1%} | {tango_coverage(n, gain, loss):.4f} |" for n, gain, loss in pairs]


def bootstrap_rows() -> list[str]:
    asked = [(name, "normal") for name in ("precision_macro", "recall_macro", "f1_macro", "roc_auc_macro", "rmse", "mae")]
    asked.append(("rmse", "heavy"))
    cells = [
        (f"{name}{', heavy tails' * (tails == 'heavy')}", n, bootstrap_coverage(name, n, tails))
        for name, tails in asked
        for n in (200, 1000)
    ]
    return [f"| {name} | {n:,} | {coverage:.3f} |" for name, n, coverage in cells]


def main(tries: int = 100) -> None:
    text = ["# Do the intervals hold what they say?", "", "All of them say 95 %.", ""]
    text += ["## Wilson's interval, averaged over p from 0 to 1, exact", "", "| n | coverage |", "|---|---|", *exact_rows(), ""]
    text += ["## Tango's paired interval, 20,000 simulated samples each", ""]
    text += ["| n | only the second right | only the first right | coverage |", "|---|---|---|---|", *paired_rows(), ""]
    text += ["## The bootstrap, 300 simulated samples each (four uneven classes; heavy tails: Student's t, 6 degrees)", ""]
    text += ["| metric | n | coverage |", "|---|---|---|", *bootstrap_rows(), ""]
    text += ["## A file timed against itself, and half its channels against it (ResNet-14, batch 1, one thread)", ""]
    text += ["| core taken by | load before | 1 inside | median width | widest | half the channels | a try |"]
    text += ["|---|---|---|---|---|---|---|", *timing_rows(tries)]
    Path(__file__).with_suffix(".md").write_text("\n".join([*text, *foot("intervals", 0)]), encoding="utf-8")


if __name__ == "__main__":
    main()
