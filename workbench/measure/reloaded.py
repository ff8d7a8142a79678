"""A file is opened from disk in a fresh process before its answers count, and held against the bytes that were written.

The same ONNX Runtime gives the same bits in two processes of one machine with equally many threads (docs/decisions), so
that nothing but equality is let through.
"""

import numpy as np

from workbench import words
from workbench.errors import StepFailed
from workbench.graphs.differing import first_difference, from_disk, in_runtime
from workbench.graphs.file import GraphFile
from workbench.measure.answers import BATCH, Check, answers, answers_afresh
from workbench.tasks.task import Array, Split


def reloaded(file: GraphFile, written: bytes, split: Split, check: Check = lambda: None) -> list[Array]:
    """A fresh process's answers to the split with `file`, equal to those of this process with the bytes `written`.

    Raises `StepFailed`: "reload", which names the first operator that differs, where they are not equal, "fresh-process"
    where the file on disk does not run, "answers-not-finite" where what was written answers with NaN or infinity.
    """
    here = answers(written, split, check=check)
    given = answers_afresh(file, split, check=check)
    differ = _differing(given, here, split)
    if not differ.any():
        return given
    first = int(differ.argmax()) // BATCH * BATCH
    feeds = {name: array[first : first + BATCH] for name, array in split.arrays.items()}
    where = _where(file, written, feeds, check)
    raise StepFailed("reload", path=file.path.name, count=int(differ.sum()), samples=len(split), where=where)


def _differing(given: list[Array], here: list[Array], split: Split) -> Array:
    """Which samples are not answered alike, to the bit."""
    if [(a.shape, a.dtype) for a in given] != [(b.shape, b.dtype) for b in here]:
        return np.ones(len(split), bool)
    apart = [(a != b).reshape(len(split), -1).any(axis=1) for a, b in zip(given, here, strict=True)]
    return np.any(apart, axis=0)


def _where(file: GraphFile, written: bytes, feeds: dict[str, Array], check: Check) -> words.Part:
    import onnx

    model = onnx.load_model_from_string(written)
    try:
        found = first_difference(model, in_runtime(model, feeds, 0), from_disk(file.path, model, feeds, 0), check=check)
    except StepFailed as error:  # the file on disk is of another form, and has no such value
        return words.part("differs-in-form", why=error.part)
    return found.part if found else words.part("differs-no-more")
