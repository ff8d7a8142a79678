"""From a knob to a measured file. Writes preview.md beside this file; takes a minute or two, on a quiet machine.

Thirty positions of each knob on a ResNet-14 (Fashion-MNIST, 2 epochs), a warm worker: seconds from the call to the file
with its bytes and parity, and to its validation accuracy on all 5,000 samples.
"""

import time
from collections.abc import Callable
from pathlib import Path

from receipt import exact, keep, timed

import workbench as wb
from workbench.files import digest_file

KNOBS: dict[str, Callable[[int], wb.Recipe]] = {
    "pruning ratio": lambda k: wb.Recipe([wb.StructuredPruning(ratio=(1.9 * k + 1.3) / 64)]),
    "share of zero weights": lambda k: wb.Recipe([wb.WeightPruning(ratio=0.03 * k + 0.01)]),
    "calibration samples of int8": lambda k: wb.Recipe([wb.StaticQuantization(calibration_samples=64 + 8 * k)]),
    "pruning ratio, then int8": lambda k: wb.Recipe(
        [wb.StructuredPruning(ratio=(1.9 * k + 1.3) / 64), wb.StaticQuantization()]
    ),
}


def seconds_of(study: wb.Study, recipe: wb.Recipe) -> tuple[float, float, Path]:
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
    rows, figures = [], []
    for name, recipe in KNOBS.items():
        seconds_of(study, recipe(0))  # the worker warms up
        runs = [seconds_of(study, recipe(k)) for k in range(1, 31)]
        first, last = timed(f"{name}: file", [r[0] for r in runs]), timed(f"{name}: accuracy", [r[1] for r in runs])
        files = exact(f"{name}: different files", len({digest_file(r[2]) for r in runs}), "files", local=True)
        figures += [first, last, files]
        worst = max(r[0] for r in runs)
        rows.append(f"| {name} | {first.value:.2f} | {worst:.2f} | {last.value:.2f} | {files.value:.0f} of 30 |")
    study.close()
    head = [
        "# From a knob to a measured file, in seconds",
        "",
        "| knob | file, median | file, worst | accuracy, median | different files |",
        "|---|---|---|---|---|",
    ]
    tail = ["", "More calibration samples change a file only where they widen a range.", ""]
    keep("preview.md", [*head, *rows, *tail], figures, 0, task)


if __name__ == "__main__":
    main()
