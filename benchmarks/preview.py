"""From a knob to a measured file. Writes preview.md beside this file; takes a minute or two, on a quiet machine.

Thirty positions of each knob on a ResNet-14 (Fashion-MNIST, 2 epochs), a warm worker: seconds from the call to the file
with its bytes and parity, and to its validation accuracy on all 5,000 samples.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from receipt import foot

import workbench as wb
from workbench.files import digest_file

KNOBS: dict[str, Callable[[int], wb.Recipe]] = {
    "pruning ratio": lambda k: wb.Recipe([wb.StructuredPruning(ratio=(2 * k + 2.3) / 64)]),
    "share of zero weights": lambda k: wb.Recipe([wb.WeightPruning(ratio=0.03 * k + 0.01)]),
    "calibration samples of int8": lambda k: wb.Recipe([wb.StaticQuantization(calibration_samples=64 + 8 * k)]),
    "pruning ratio, then int8": lambda k: wb.Recipe([wb.StructuredPruning(ratio=(2 * k + 2.3) / 64), wb.StaticQuantization()]),
}


def timed(study: wb.Study, recipe: wb.Recipe) -> tuple[float, float, Path]:
    began, seconds, file = time.perf_counter(), [], None
    for event in wb.preview(study, recipe):
        if (candidate := getattr(event, "candidate", None)) is not None:
            assert candidate.status == "measured", candidate.reason
            seconds.append(time.perf_counter() - began)
            file = candidate.file
    assert file is not None
    return seconds[0], seconds[-1], file


def main() -> None:
    task = wb.tasks.load("fashion-mnist")
    model = wb.fit(wb.models.create("resnet14", task, seed=0), task, epochs=2, seed=0)
    study = wb.Study.open("preview benchmark", task=task, model=model)
    study.close()
    rows = []
    for name, recipe in KNOBS.items():
        timed(study, recipe(30))  # the worker warms up
        runs = [timed(study, recipe(k)) for k in range(30)]
        first, last = [r[0] for r in runs], [r[1] for r in runs]
        files = len({digest_file(r[2]) for r in runs})
        cells = [
            name,
            f"{statistics.median(first):.2f}",
            f"{max(first):.2f}",
            f"{statistics.median(last):.2f}",
            f"{files} of 30",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    study.close()
    head = [
        "# From a knob to a measured file, in seconds",
        "",
        "| knob | file, median | file, worst | accuracy, median | different files |",
    ]
    Path(__file__).with_suffix(".md").write_text("\n".join([*head, "|---|---|---|---|---|", *rows, *foot("preview", 0, task)]))


if __name__ == "__main__":
    main()
