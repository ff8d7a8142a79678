"""A file's answers to a split, as a candidate's accuracy counts them: consecutive batches of 64, in order."""

from collections.abc import Callable, Mapping

import numpy as np

from workbench.errors import InputError, StepFailed
from workbench.graphs.file import GraphFile
from workbench.graphs.fresh import fresh
from workbench.graphs.runtime import open_session
from workbench.tasks.task import Array, Split

BATCH = 64
"""A dynamically quantized file takes its scales from the whole batch, so a figure names its batch."""

Check = Callable[[], None]


def answers(file: GraphFile | bytes, split: Split, *, threads: int = 0, check: Check = lambda: None) -> list[Array]:
    """Every output for every sample of the split, each N x ..., from a session of this process on a file or its bytes.

    `threads` 0 takes the runtime's default. Raises `StepFailed` ("answers-not-finite") where an answer is NaN or infinite.
    """
    session = open_session(file if isinstance(file, bytes) else file.path, threads=threads)
    return finite(_all(lambda inputs: session.run(None, inputs), split, BATCH, check), split)


def answers_afresh(
    file: GraphFile, split: Split, *, threads: int = 0, batch: int = BATCH, check: Check = lambda: None
) -> list[Array]:
    """The same from a fresh process that imports only numpy and ONNX Runtime and opens the file from disk, not looked at
    for NaN. `check` is called before each batch: it may raise, or wait."""
    check()
    with fresh(file.path, threads) as answer:
        return _all(lambda inputs: list(answer(inputs).values()), split, batch, check)


def finite(outputs: list[Array], split: Split) -> list[Array]:
    """The outputs. Raises `StepFailed` ("answers-not-finite") where one of them is NaN or infinite."""
    for output in outputs:
        whole = np.isfinite(output.reshape(len(output), -1)).all(axis=1)
        if not whole.all():
            raise StepFailed("answers-not-finite", count=int((~whole).sum()), samples=len(split), split=split.name)
    return outputs


def _all(run: Callable[[Mapping[str, Array]], list[Array]], split: Split, batch: int, check: Check) -> list[Array]:
    if not len(split):
        raise InputError("no-validation", split=split.name)
    parts: list[list[Array]] = []
    for inputs, _ in split.batches(batch):
        check()
        parts.append(run(inputs))
    return [np.concatenate(part) for part in zip(*parts, strict=True)]
