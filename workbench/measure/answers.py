"""A file's answers to a split, as a candidate's accuracy counts them: consecutive batches of 64, in order."""

from collections.abc import Callable

import numpy as np

from workbench.errors import InputError, StepFailed
from workbench.graphs.file import GraphFile
from workbench.graphs.runtime import open_session
from workbench.tasks.task import Array, Split

BATCH = 64
"""A dynamically quantized file takes its scales from the whole batch, so a figure names its batch."""


def answers(file: GraphFile, split: Split, *, threads: int = 0, check: Callable[[], None] = lambda: None) -> list[Array]:
    """Every output for every sample of the split, each N x ...; `threads` 0 takes the runtime's default.

    Raises `StepFailed` ("answers-not-finite") where an answer is NaN or infinite.
    """
    if not len(split):
        raise InputError("no-validation", split=split.name)
    session = open_session(file.path, threads=threads)
    parts: list[list[Array]] = []
    for inputs, _ in split.batches(BATCH):
        check()
        parts.append(session.run(None, inputs))
    outputs = [np.concatenate(part) for part in zip(*parts, strict=True)]
    for output in outputs:
        finite = np.isfinite(output.reshape(len(output), -1)).all(axis=1)
        if not finite.all():
            raise StepFailed("answers-not-finite", count=int((~finite).sum()), samples=len(split), split=split.name)
    return outputs
