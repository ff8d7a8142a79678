"""Fashion-MNIST: 70,000 grey images of 28 x 28 pixels, ten kinds of clothing, from the system's data-set package.

Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", 2017, arXiv:1708.07747.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workbench.errors import NotFound
from workbench.tasks.assembly import assemble
from workbench.tasks.idx import read_idx
from workbench.tasks.task import Array, StoredSplit, Task

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
MEAN, DEVIATION = 0.2860, 0.3530
TRAIN = 55_000
FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
PACKAGE = "dataset-fashion-mnist"
FOLDER = Path("/usr/share/datasets/fashion-mnist")


def load() -> Task:
    """Pixels scaled to [0, 1] and normalised, float32, N x 1 x 28 x 28; train 55,000, validation 5,000, test 10,000.

    Raises `NotFound` where the data set is not installed, and `Damaged` where a file is not whole.
    """
    splits = (
        StoredSplit("train", lambda: _read(FILES[:2], slice(TRAIN))),
        StoredSplit("validation", lambda: _read(FILES[:2], slice(TRAIN, None))),
        StoredSplit("test", lambda: _read(FILES[2:], slice(None))),
    )
    for name in FILES:
        _path(name)
    return assemble(
        "fashion-mnist",
        "classification",
        splits,
        classes=CLASSES,
        preprocessing={"scale": 1 / 255, "mean": MEAN, "std": DEVIATION},
        source={"builtin": "fashion-mnist"},
        licence="MIT",
    )


def present() -> bool:
    """Whether its files are on this machine."""
    try:
        return all(_path(name) is not None for name in FILES)
    except NotFound:
        return False


def _read(files: Sequence[str], samples: slice) -> tuple[Array, Array]:
    images, labels = (read_idx(_path(name))[samples] for name in files)
    return _normalised(images), labels.astype(np.int64)


def _normalised(images: Array) -> Array:
    pixels = np.multiply(images, np.float32(1 / 255), dtype=np.float32)
    pixels -= np.float32(MEAN)
    pixels /= np.float32(DEVIATION)
    return pixels.reshape(-1, 1, 28, 28)


def _path(name: str) -> Path:
    folders = [FOLDER]
    named = os.environ.get("WORKBENCH_DATA")
    if named:
        folders = [Path(named).expanduser() / "fashion-mnist", Path(named).expanduser(), *folders]
    for folder in folders:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.exists():
                return path
    searched = ", ".join(str(folder) for folder in folders)
    raise NotFound("data-missing", name="fashion-mnist", file=name, folders=searched, package=PACKAGE)
