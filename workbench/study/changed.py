"""What became of each validation sample between two files: whose answer changed, which classes paid for it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.errors import InputError
from workbench.measure.paired import tango
from workbench.records import Measurement
from workbench.study.answered import validation_answers
from workbench.study.candidate import Candidate
from workbench.tasks.task import Array


@dataclass(frozen=True)
class Changes:
    """`candidate` against `reference`, on the same `n` validation samples.

    `groups` are places in the split (whole numbers, none in two groups), by what became of the samples:
    of a classification "right_to_wrong", "wrong_to_right" and "both_wrong" (two different wrong answers), in the split's
    order; of outputs without targets "changed", those with another largest output; of values "farther" and "nearer" (to
    the target, or to the baseline's answer), those that moved most first.

    `before` and `after` are the answers: a class (N) where samples have a largest output, else the values (N x ...).
    `confusion` (C x C, rows are true classes, columns answers) counts `candidate` minus `reference`, and `recall` is the
    paired difference of each class's recall, None for a class without samples, its details the recall "before" and
    "after"; both are of a classification only.
    """

    reference: Candidate
    candidate: Candidate
    n: int
    groups: Mapping[str, Array]
    before: Array
    after: Array
    confusion: Array | None = None
    recall: tuple[Measurement | None, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many samples each group has."""
        return {name: len(places) for name, places in self.groups.items()}

    def __repr__(self) -> str:
        said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in self.counts.items())
        return f"Changes({self.candidate.id} against {self.reference.id}: {said}, of {self.n})"


def changes(a: Candidate, b: Candidate) -> Changes:
    """What changed from `a` to `b`, two measured candidates of one study (the baseline is one), on validation.

    Both files' answers are read back where they are kept. Raises `InputError` for candidates of two studies, and for one
    without a file.
    """
    if a.study.name != b.study.name:
        raise InputError("compare-studies", a=a.id, b=b.id, first=a.study.name, second=b.study.name)
    task = a.study.task
    before, after = validation_answers(a), validation_answers(b)
    if task.kind == "classification":
        assert task.validation.targets is not None
        return _of_classes(a, b, before, after, task.validation.targets)
    if task.kind == "outputs" and before.ndim == 2 and before.shape[1] > 1:
        said, says = before.argmax(axis=1), after.argmax(axis=1)
        return Changes(a, b, len(said), {"changed": np.flatnonzero(said != says)}, said, says)
    truth = task.validation.targets if task.kind == "regression" else validation_answers(a.study.baseline)
    assert truth is not None
    return Changes(a, b, len(before), _moved(_far(before, truth), _far(after, truth)), before, after)


def _of_classes(a: Candidate, b: Candidate, before: Array, after: Array, targets: Array) -> Changes:
    said, says, classes = before.argmax(axis=1), after.argmax(axis=1), before.shape[1]
    was, now = said == targets, says == targets
    groups = {"right_to_wrong": was & ~now, "wrong_to_right": ~was & now, "both_wrong": ~was & ~now & (said != says)}
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (targets, says), 1)
    np.add.at(confusion, (targets, said), -1)
    recall = tuple(_recall(was[targets == k], now[targets == k]) for k in range(classes))
    places = {name: np.flatnonzero(held) for name, held in groups.items()}
    return Changes(a, b, len(targets), places, said, says, confusion, recall)


def _recall(was: Array, now: Array) -> Measurement | None:
    """The difference of one class's recall, with Tango's interval over its samples."""
    if not len(was):
        return None
    low, high = tango(int((now & ~was).sum()), int((was & ~now).sum()), len(was))
    before, after = float(was.mean()), float(now.mean())
    told = {"before": before, "after": after}
    return Measurement("recall", after - before, low, high, "", True, len(was), "validation", "tango", details=told)


def _far(answers: Array, truth: Array) -> Array:
    """How far each answer is from its truth: the root of the mean square over a sample's values."""
    n = len(truth)
    apart = answers.reshape(n, -1).astype(np.float64) - truth.reshape(n, -1).astype(np.float64)
    return np.asarray(np.sqrt((apart**2).mean(axis=1)))


def _moved(before: Array, after: Array) -> dict[str, Array]:
    """Samples whose answer is farther off or nearer than before, those that moved most first."""
    moved = after - before
    order = np.argsort(-np.abs(moved), kind="stable")
    return {"farther": order[moved[order] > 0], "nearer": order[moved[order] < 0]}
