"""What a study's first run is expected to take: its baseline took this long to be exported and measured, and its network so
long for a training step. As soon as steps were done in the study, their own times count."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.files import Digest
from workbench.study import times
from workbench.training.pace import seconds_of

TEACHING = 1 / 3
"""A teacher answers all samples once: about a third of an epoch, which goes forward and back."""

OTHERS = 1 / 10
"""A step on the network or on the file took a fortieth to a quarter of the first export in trials with four networks."""


@dataclass(frozen=True)
class First:
    """`seconds` of the steps Export and Measure, `pace` (samples, seconds) of a training step; `samples` of the train split."""

    seconds: Mapping[str, float]
    pace: tuple[tuple[int, float], ...]
    samples: int

    def to_json(self) -> dict[str, Any]:
        return {"seconds": dict(self.seconds), "pace": [list(p) for p in self.pace], "samples": self.samples}


def keep(file: Digest, first: First) -> None:
    """Writes it down beside the times of the baseline's file, for this machine."""
    times.keep_line(file, {"first": first.to_json()})


def of_file(file: Digest) -> First | None:
    """What is known of a baseline's file on this machine; None where it was made on another one."""
    told = times.line_of(file, "first")
    if told is None:
        return None
    pace = tuple((int(size), float(seconds)) for size, seconds in told["pace"])
    return First(told["seconds"], pace, told["samples"])


def seconds(first: First, step: Mapping[str, Any]) -> float | None:
    """Seconds of a step that was never done in the study; None where nothing is known to tell by.

    A training step goes by its epochs and batches, one that changes the network or the file by the export.
    """
    if "epochs" not in step:
        return first.seconds.get(step["technique"], OTHERS * first.seconds["Export"])
    if not first.pace:
        return None
    batch = min(int(step.get("batch_size", 64)), first.samples)
    epoch = math.ceil(first.samples / batch) * seconds_of(first.pace, batch)
    return epoch * (step["epochs"] + (TEACHING if "temperature" in step else 0.0))
