"""Every file's answers to validation, kept by the file's digest: what pairs two candidates costs no run of either.

They come from a fresh process that opens the file from disk, as all answers that count.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.errors import InputError
from workbench.files import Digest, digest_json
from workbench.graphs.file import GraphFile
from workbench.measure.answers import answers_afresh, finite
from workbench.objects import Objects
from workbench.study.candidate import Candidate
from workbench.tasks.task import Array, Split

VERSION = 1


def validation_answers(candidate: Candidate) -> Array:
    """The first output for every validation sample (N x ...), in batches of 64: run once a file, then read back.

    Raises `InputError` ("not-measured") for a candidate without a file.
    """
    if candidate.file is None:
        raise InputError("not-measured", candidate=candidate.id, status=candidate.status, reason=candidate.reason or "")
    return answers_of(Objects(), GraphFile(candidate.file), candidate.study.task.validation)[0]


def answers_of(objects: Objects, file: GraphFile, split: Split, check: Callable[[], None] = lambda: None) -> list[Array]:
    """The first output for every sample of the split, as a list of one: read back, or run and kept."""

    def fill(folder: Path) -> None:
        _keep(folder, finite(answers_afresh(file, split, check=check), split))

    folder = objects.put(_key(file.digest, split), fill)
    return [np.load(folder / "answers.npy", allow_pickle=False)]


def keep_answers(objects: Objects, file: Digest, split: Split, given: list[Array]) -> None:
    """Keeps the answers of a file that were just counted."""
    objects.put(_key(file, split), lambda folder: _keep(folder, given))


def _key(file: Digest, split: Split) -> Digest:
    return digest_json({"answers": file, "split": split.digest, "version": VERSION})


def _keep(folder: Path, given: list[Array]) -> None:
    np.save(folder / "answers.npy", given[0], allow_pickle=False)
