"""Samples of validation with what a file answers to them: what a person looks at before and after a model is made small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.publish.prediction import softmax
from workbench.study.answered import validation_answers
from workbench.study.candidate import Candidate
from workbench.tasks.task import Array

COUNT = 12
"""So many samples are shown where nobody says how many."""


@dataclass(frozen=True, eq=False)
class Example:
    """The sample at `place` of the validation split: its `inputs` by name and the file's first `output`, both without the
    batch axis, and its `target` (None: no labels).

    Of a classification also `answer` and `truth`, the names of classes, and `share`, the softmax of the answer's score
    (0 to 1); else they are None.
    """

    place: int
    inputs: Mapping[str, Array]
    output: Array
    target: Array | None
    answer: str | None = None
    share: float | None = None
    truth: str | None = None


def examples(candidate: Candidate, places: Sequence[int]) -> list[Example]:
    """The validation samples at these places. Answers that were kept are read back; only a new file is run."""
    task = candidate.study.task
    outputs, split = validation_answers(candidate), task.validation
    found = []
    for place in places:
        inputs = {name: array[place] for name, array in split.arrays.items()}
        target = None if split.targets is None else split.targets[place]
        example = Example(place, inputs, outputs[place], target)
        found.append(_classified(example, task.classes) if task.kind == "classification" else example)
    return found


def _classified(example: Example, classes: Sequence[str]) -> Example:
    answer = int(np.argmax(example.output))
    share = float(softmax(example.output)[answer])
    truth = None if example.target is None else classes[int(example.target)]
    return Example(example.place, example.inputs, example.output, example.target, classes[answer], share, truth)
