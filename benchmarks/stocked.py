"""Studies that the page is measured on: one as a person has it, one of a thousand layers, one of thousands of files."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

import workbench as wb
from workbench.records import Measurement, Records
from workbench.study.chart import note_of
from workbench.study.notes import judged

if TYPE_CHECKING:
    from torch import nn

    from workbench.tasks import Task


def usual() -> wb.Study:
    """A ResNet-14 on Fashion-MNIST, as it is before training: how good it is makes no difference to how fast the page is."""
    task = wb.tasks.load("fashion-mnist")
    return wb.Study.open("usual", task=task, model=wb.models.create("resnet14", task, seed=0))


def small(name: str) -> wb.Study:
    """A small network on digits."""
    task = wb.tasks.load("digits")
    return wb.Study.open(name, task=task, model=wb.models.create("mlp", task, seed=0))


def layered(layers: int) -> wb.Study:
    """A network of so many layers, one after the other."""
    task = wb.tasks.load("digits")
    return wb.Study.open("layered", task=task, model=_chain(task, layers))


def _chain(task: "Task", layers: int) -> "nn.Module":
    from torch import nn

    inner = [nn.Linear(16, 16) for _ in range(layers - 2)]
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), *inner, nn.Linear(16, 10))


def stocked(name: str, files: int, seed: int = 0) -> wb.Study:
    """A study of so many files: one was made, and the others are written down with figures of their own."""
    study = small(name)
    made = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.DynamicQuantization()]))
    assert made.status == "measured", made.reason
    records, drawn = Records(), np.random.default_rng(seed)
    row = next(r for r in records.candidates(name) if r.digest == made.recipe.digest)
    verdict = judged(study.baseline, made)
    notes = {row.id: note_of(made, verdict)}
    for k in range(1, files):
        recipe = _recipe(k)
        claimed = records.claim(name, recipe.digest, recipe.to_json())
        records.begin(claimed.id, "")
        measures = _drawn(row.measures, drawn)
        records.finish(claimed.id, row.object, row.reports, measures, row.lineage)
        notes[claimed.id] = {"file": measures["size_bytes"].file_digest, **verdict.to_json()}
    records.note("verdict", notes)
    return study


def _recipe(k: int) -> wb.Recipe:
    """The k-th of thousands of recipes, of all families."""
    prune, ratio = wb.StructuredPruning(ratio=round(0.05 + 0.00025 * k, 6)), round(0.05 + 0.00025 * k, 6)
    kinds = [[prune], [prune, wb.DynamicQuantization()], [wb.WeightPruning(ratio=ratio)]]
    kinds += [[prune, wb.FineTuning(epochs=3)], [prune, wb.Distillation(epochs=3), wb.DynamicQuantization()]]
    return wb.Recipe(kinds[k % len(kinds)])


def _drawn(measures: "dict[str, Measurement]", drawn: np.random.Generator) -> dict[str, Measurement]:
    """Figures near a curve: a smaller file answers worse, more or less."""
    size = float(np.exp(drawn.uniform(np.log(4e3), np.log(9e4))))
    share = size / measures["size_bytes"].value
    good = float(np.clip(0.97 - 900 / size + drawn.normal(0, 0.03), 0.05, 0.99))
    found = {}
    for name, m in measures.items():
        value = good if m.unit == "share" or name == "accuracy" else m.value * share if name != "size_bytes" else round(size)
        half = (m.high - m.low) / 2
        found[name] = replace(m, value=value, low=value - half, high=value + half)
    return found
