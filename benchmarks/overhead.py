"""What the library costs above the calls that do the work. Writes overhead.md beside this file.

Distillation of a pruned ResNet-8 on digits: seconds of the whole candidate (recipe to measured file, without timing its
speed, which waits on purpose) in a warm worker, and seconds of the plain training loop in the same kind of process.
"""

import statistics
import time
from pathlib import Path

from receipt import foot

import workbench as wb
from workbench.events import StepFinished

EPOCHS = 20


def steps(study: wb.Study, recipe: wb.Recipe) -> dict[str, float]:
    """Seconds of each step, and of the whole run, as the caller sees it."""
    found: dict[str, float] = {}

    def hear(event: object) -> None:
        if isinstance(event, StepFinished):
            found[event.step] = event.seconds

    began = time.perf_counter()
    candidate = study.run(recipe, on_event=hear)
    assert candidate.status == "measured", candidate.reason
    return found | {"whole": time.perf_counter() - began}


def main(tries: int = 5) -> None:
    task = wb.tasks.load("digits")
    model = wb.fit(wb.models.create("resnet8", task, seed=0), task, epochs=5, seed=0)
    study = wb.Study.open("overhead benchmark", task=task, model=model)
    steps(study, wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.Distillation(epochs=1)]))
    runs = []
    for k in range(tries):
        recipe = wb.Recipe(
            [wb.StructuredPruning(ratio=0.5), wb.Distillation(epochs=EPOCHS, learning_rate=0.01 + 1e-5 * (k + 1))]
        )
        runs.append(steps(study, recipe))
    work = [r["Distillation"] for r in runs]
    above = [r["whole"] - r["Distillation"] - r["Measure"] for r in runs]
    shares = [a / w for a, w in zip(above, work, strict=True)]
    rows = [f"| training of {EPOCHS} epochs | {statistics.median(work):.2f} |"]
    rows += [f"| pruning read back, export, records, events | {statistics.median(above):.3f} |"]
    rows += [f"| the same as a share of training | {statistics.median(shares):.1%} |"]
    head = ["# What the library costs above the training that it runs, in seconds", "", "| part | median of 5 |", "|---|---|"]
    Path(__file__).with_suffix(".md").write_text("\n".join([*head, *rows, *foot("overhead", 0, task)]))


if __name__ == "__main__":
    main()
