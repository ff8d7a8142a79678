"""scikit-learn's handwritten digits: 1,797 grey images of 8 x 8 pixels, ten classes. Comes with scikit-learn.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.
"""

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from workbench.tasks.assembly import assemble
from workbench.tasks.splitting import stratified
from workbench.tasks.task import Array, Split, Task

CLASSES = tuple(str(digit) for digit in range(10))
LICENCE = "CC-BY-4.0"
LEVELS = 17
FILE = "datasets/data/digits.csv.gz"
"""In scikit-learn's folder. To import scikit-learn for it would cost every process that reads the task 80 MB."""


def load() -> Task:
    """Pixels as float32 from 0 to 1, N x 1 x 8 x 8; 1,257 / 270 / 270 samples, stratified."""
    pixels, labels = read()
    images = (pixels / (LEVELS - 1)).astype(np.float32).reshape(-1, 1, 8, 8)
    return assemble(
        "digits",
        "classification",
        parts(images, labels),
        classes=CLASSES,
        preprocessing={"scale": 1 / (LEVELS - 1), "mean": 0.0, "std": 1.0},
        source={"builtin": "digits"},
        licence=LICENCE,
    )


def read() -> tuple[Array, Array]:
    """Pixels (1797 x 64, whole numbers from 0 to 16, as float64) and labels (int64)."""
    package = importlib.util.find_spec("sklearn")
    assert package is not None and package.origin is not None
    with gzip.open(Path(package.origin).parent / FILE) as file:
        rows = np.loadtxt(file, delimiter=",")  # 64 pixels and the label
    return rows[:, :-1], rows[:, -1].astype(np.int64)


def parts(inputs: Array, labels: Array) -> tuple[Split, Split, Split]:
    """Always the same samples in the same split, whatever form the inputs have."""
    train, validation, test = stratified(labels, (1257, 270, 270), seed=0)
    return (
        Split("train", inputs[train], labels[train]),
        Split("validation", inputs[validation], labels[validation]),
        Split("test", inputs[test], labels[test]),
    )
