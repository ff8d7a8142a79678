"""Samples of validation with the answers to them: what a person looks at before and after a model is made small."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.events import Event
from workbench.models import Model, answers
from workbench.publish.prediction import softmax
from workbench.study.answered import validation_answers
from workbench.study.candidate import Candidate
from workbench.tasks.task import Array, Task

if TYPE_CHECKING:
    from torch import nn

COUNT = 12
"""So many samples are shown where nobody says how many."""


@dataclass(frozen=True, eq=False)
class Example:
    """The sample at `place` of the validation split: its `inputs` by name and the first `output` of a file or
    a model, both without the batch axis, and its `target` (None: no labels).

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
    task, outputs = candidate.study.task, validation_answers(candidate)
    return [_example(task, place, outputs[place]) for place in places]


def model_examples(
    model: "Model | nn.Module", task: Task, count: int = COUNT, *, on_event: Callable[[Event], None] | None = None
) -> list[Example]:
    """The first validation samples with what a model answers to them as it is, without a study: nothing is trained,
    exported or measured. `on_event` and what is raised are those of `workbench.models.answers`."""
    return [_example(task, place, output) for place, output in enumerate(answers(model, task, count, on_event=on_event))]


def _example(task: Task, place: int, output: Array) -> Example:
    split = task.validation
    inputs = {name: array[place] for name, array in split.arrays.items()}
    example = Example(place, inputs, output, None if split.targets is None else split.targets[place])
    return _classified(example, task.classes) if task.kind == "classification" else example


def _classified(example: Example, classes: Sequence[str]) -> Example:
    answer = int(np.argmax(example.output))
    share = float(softmax(example.output)[answer])
    truth = None if example.target is None else classes[int(example.target)]
    return Example(example.place, example.inputs, example.output, example.target, classes[answer], share, truth)
