"""What the library costs above the calls that do the work. Writes overhead.md beside this file; a few minutes.

A pruned ResNet-8 on digits is fine-tuned, or distilled. In turn: the library's run, from the recipe to the measured file,
in its warm worker; and a plain loop of the same training steps, the export by PyTorch left out, with one call of ONNX
Runtime for every 64 validation samples. The timing of the file's speed is left out: it waits on purpose.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from receipt import keep, ratio, timed

import workbench as wb
from workbench.events import Progress

EPOCHS, TRIES, BATCH, RATE = 60, 5, 32, 0.01
KINDS = {"FineTuning": wb.FineTuning, "Distillation": wb.Distillation}


def ours(study: wb.Study, kind: str, epochs: int, rate: float) -> float:
    """Seconds from the recipe to the measured candidate, without those in which its speed was timed."""
    told: dict[float, float] = {}

    def hear(event: object) -> None:
        if isinstance(event, Progress) and event.step == "Measure":
            told[event.done / event.total] = time.perf_counter()

    began = time.perf_counter()
    training = KINDS[kind](epochs=epochs, batch_size=BATCH, learning_rate=rate)
    candidate = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5), training]), on_event=hear)
    assert candidate.status == "measured", candidate.reason
    return time.perf_counter() - began - (told[1.0] - told[2 / 3])


def theirs(kind: str, file: Path) -> float:
    """Seconds of the plain loop in a process of its own, its imports and a first epoch left out."""
    calm = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run([sys.executable, __file__, "--plain", kind, str(file)], env=calm, capture_output=True, check=True)
    return float(done.stdout.split()[-1])


def plain(kind: str, path: str) -> None:
    """The same training steps and runtime calls, written by hand."""
    import copy

    import onnxruntime
    import torch
    import torch.nn.functional as F
    import torch_pruning

    task = wb.tasks.load("digits")
    teacher = wb.models.create("resnet8", task, seed=0).build().eval()
    module = copy.deepcopy(teacher)
    x, y = torch.from_numpy(task.train.inputs), torch.from_numpy(task.train.targets)
    importance = torch_pruning.importance.MagnitudeImportance()
    ignored = [m for m in module.modules() if isinstance(m, torch.nn.Linear)]
    torch_pruning.pruner.MetaPruner(module, x[:2], importance, pruning_ratio=0.5, ignored_layers=ignored).step()
    optimizer = torch.optim.AdamW(module.parameters(), RATE, fused=True)
    steps = EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1 + -(-len(x) // BATCH))

    def epoch() -> None:
        module.train()
        for rows in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(answer := module(x[rows]), y[rows])
            if kind == "Distillation":
                with torch.no_grad():
                    taught = teacher(x[rows])
                given = F.log_softmax(answer / 4, 1), F.log_softmax(taught / 4, 1)
                loss = 0.1 * loss + 0.9 * 16 * F.kl_div(*given, reduction="batchmean", log_target=True)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()

    epoch()
    began = time.perf_counter()
    for _ in range(EPOCHS):
        epoch()
    session = onnxruntime.InferenceSession(path)
    for inputs, _ in task.validation.batches(64):
        session.run(None, inputs)
    print(time.perf_counter() - began)


def main() -> None:
    task = wb.tasks.load("digits")
    model = wb.fit(wb.models.create("resnet8", task, seed=0), task, epochs=5, seed=0)
    study = wb.Study.open("overhead benchmark", task=task, model=model)
    first = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5)]))
    assert first.file is not None
    rows, figures = [], []
    for kind in KINDS:
        ours(study, kind, 1, RATE)  # the worker warms up
        pairs = [(ours(study, kind, EPOCHS, RATE + 1e-6 * (k + 1)), theirs(kind, first.file)) for k in range(TRIES)]
        found = [timed(f"{kind}: the library", [p[0] for p in pairs]), timed(f"{kind}: plain loop", [p[1] for p in pairs])]
        share = ratio(f"{kind}: the library / plain loop", [a / b for a, b in pairs])
        figures += [*found, share]
        cells = [f"{f.value:.2f}" for f in (*found, share)]
        rows.append(f"| {kind}, {EPOCHS} epochs | {' | '.join(cells)} | {share.low:.2f} to {share.high:.2f} |")
    head = ["# What the library costs above the calls that do the work, in seconds", ""]
    head += [f"Medians of {TRIES} pairs, in turn.", ""]
    head += ["| work | the library | plain loop | ratio | 95 % interval |", "|---|---|---|---|---|"]
    tail = ["", "A plain loop asks the teacher at every step; the library asks it once about each sample.", ""]
    keep("overhead.md", [*head, *rows, *tail], figures, 0, task)


if __name__ == "__main__":
    plain(*sys.argv[2:]) if "--plain" in sys.argv else main()
