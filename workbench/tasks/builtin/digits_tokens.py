"""The digits as sequences: 64 tokens of 17 levels each, row by row, for an LSTM or a transformer."""

import numpy as np

from workbench.tasks.assembly import assemble
from workbench.tasks.builtin.digits import CLASSES, LEVELS, LICENCE, parts, read
from workbench.tasks.task import Task


def load() -> Task:
    """Tokens as int64 from 0 to 16, N x 64; the same samples in the same splits as in `digits`."""
    pixels, labels = read()
    return assemble(
        "digits-tokens",
        "classification",
        parts(pixels.astype(np.int64), labels),
        classes=CLASSES,
        preprocessing={"tokens": LEVELS},
        source={"builtin": "digits-tokens"},
        licence=LICENCE,
    )
