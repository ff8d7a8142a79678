"""What an int8 file loses on x86 CPUs without VNNI: its pair sums emulated, saturated and exact, on the same samples."""

from dataclasses import replace

from workbench.graphs.file import GraphFile
from workbench.graphs.saturation import simulated
from workbench.measure.quality import differences, quality
from workbench.records import Measurement
from workbench.tasks.task import Array, Kind, Split

SAMPLES = 512
"""So many samples are emulated, the first of the split."""


def saturation_loss(
    file: GraphFile, split: Split, kind: Kind, truth: list[Array] | None = None, samples: int = SAMPLES
) -> dict[str, Measurement]:
    """Every metric of the task's kind on CPUs without VNNI minus that on CPUs with it, with paired 95 % intervals.

    Both are emulated on the first `samples` of the split, so that the figures are the same on every machine. `agreement`
    is the share of samples that both answer alike, where the task has such a measure. `truth` are the baseline's answers to the
    split, which the kind "outputs" is scored against. Raises `StepFailed` ("not-simulated") where an operator that is not
    certified cannot be emulated.
    """
    part = split.head(samples)
    exact, saturated = (simulated(file, part.arrays, saturating=s) for s in (False, True))
    first = None if truth is None else [answer[: len(part)] for answer in truth]
    found = differences(exact, saturated, part, kind, first)
    if kind != "regression":
        alike = quality(saturated, Split(part.name, part.inputs, None), "outputs", exact)
        found |= {name: m for name, m in alike.items() if name == "agreement"}
    digest = file.digest
    return {name: replace(m, file_digest=digest) for name, m in found.items()}
