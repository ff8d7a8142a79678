"""A task from a person's own file: arrays as .npz, a table as .csv. Nothing in a file is run: pickles are refused unopened."""

import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import Damaged, InputError, NotFound
from workbench.files import is_pickle
from workbench.tasks.arrays import from_arrays
from workbench.tasks.splitting import stratified
from workbench.tasks.tables import first_line, table_of
from workbench.tasks.task import Array, Kind, Task
from workbench.words import Part, part

LARGEST = 4_000_000_000
"""Bytes that a file may unpack to."""

LEAST = 10
"""Samples that can be split into three."""

MOST_CLASSES = 1000
"""Whole numbers from here on are taken for amounts."""

SIGNS = ("-1", "1")
"""Two classes as many data sets number them: the outputs of a model for them stand in this order."""

_NAMES = {"train": ("train",), "validation": ("validation", "val", "valid"), "test": ("test",)}
_PIXEL = {"scale": 1 / 255, "mean": 0.0, "std": 1.0}


def from_file(
    path: str | Path, kind: Kind | None = None, target: str | None = None, classes: Sequence[str] | None = None
) -> Task:
    """The task in a file, called as the file is.

    A .npz file has the arrays `x` and `y`, which are split 70 / 15 / 15 (every class in each split by its share), or
    `x_train`, `y_train`, `x_validation` (also `x_val`), `x_test` and so on; without a validation part a sixth of train
    becomes it, and without any `y` the kind is "outputs". Pictures of uint8 (N x H x W, N x H x W x C or N x C x H x W) become
    float32 from 0 to 1, N x C x H x W. A .csv file has a sample a row and names in its first one; `target` is the column that
    is asked for (else "target", "label", "class" or "y", else the last one), the others are the inputs, numbers all;
    `preprocessing["columns"]` has the inputs' names, in the order in which the model takes them. Where its first line has no
    comma outside of quotes, semicolons or tabs part the cells; beside semicolons a comma in a number is its decimal sign.

    `kind` None: texts, whole numbers from 0 to 999 and the two numbers -1 and 1 are classes, other numbers a regression.
    `classes` are the labels in the order of the model's outputs, as `from_arrays` takes them. Raises `InputError` for a pickle
    ("pickle-unopened") and for what is no such file, `Damaged` for one that is not whole, `NotFound` where there is none.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise NotFound("file-missing", path=str(path))
    if is_pickle(path):
        raise InputError("pickle-unopened", name=path.name)
    prepared: dict[str, Any] = {}
    if path.suffix.lower() == ".npz":
        arrays = _arrays(path)
        _finite(path, arrays)
        parts = _parts_of(path, arrays)
    elif path.suffix.lower() == ".csv":
        x, y, columns = table_of(path, target)
        parts = _split(path, x, y)
        prepared = {"columns": columns} if columns else {}
    else:
        raise InputError("file-kind", name=path.name)
    pictures = all(x.dtype == np.uint8 and x.ndim in (3, 4) for x, _ in parts.values())
    if pictures:
        parts, prepared = {split: (_pixels(x), y) for split, (x, y) in parts.items()}, _PIXEL
    train, validation, test = (parts[split] for split in _NAMES)
    chosen = kind or ("classification" if classes else _kind(train[1]))
    if classes is None and chosen == "classification" and _are_signs(train[1]):
        classes = SIGNS
    return from_arrays(path.stem, train, validation, test, chosen, classes, preprocessing=prepared)


def _arrays(path: Path) -> dict[str, Array]:
    """The arrays of a .npz file, by name in small letters."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size > LARGEST:
                raise InputError("file-large", name=path.name, size=size // 10**6, limit=LARGEST // 10**6)
            return {Path(m.filename).stem.lower(): _array(path, archive, m) for m in members if m.filename.endswith(".npy")}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise Damaged("file-damaged", name=path.name, why=_why(error)) from None


def _why(error: Exception) -> str | Part:
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Part) else first_line(error)


def _array(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Array:
    """One array, once its head and its size agree: a head alone could ask for any amount of memory."""
    with archive.open(member) as f:
        version = np.lib.format.read_magic(f)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(part("npz-form"))
        head = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = head(f)
        if dtype.hasobject:
            raise InputError("pickle-unopened", name=path.name)
        if f.tell() + math.prod(shape) * dtype.itemsize != member.file_size:
            raise ValueError(part("npz-size", name=member.filename))
    with archive.open(member) as f:
        array: Array = np.lib.format.read_array(f, allow_pickle=False)
        return array


def _parts_of(path: Path, arrays: Mapping[str, Array]) -> dict[str, tuple[Array, Array | None]]:
    """(inputs, targets) of each split, whichever way the arrays are named."""
    if "x" in arrays:
        return _split(path, arrays["x"], arrays.get("y"))
    found = {split: _named(arrays, names) for split, names in _NAMES.items()}
    train, validation, test = found["train"], found["validation"], found["test"]
    if train is None or test is None:
        raise InputError("arrays-named", name=path.name, found=", ".join(arrays) or part("none"))
    if validation is None:
        x, y = train
        order = _ordered(path, x, y, (len(x) - len(x) // 6, len(x) // 6))
        train, validation = ((x[rows], None if y is None else y[rows]) for rows in order)
    return {"train": train, "validation": validation, "test": test}


def _finite(path: Path, arrays: Mapping[str, Array]) -> None:
    """Refuses NaN while the row is still that of the file: the samples of a split have other numbers."""
    taken = ("x", "y") if "x" in arrays else tuple(name for name in arrays if name.startswith(("x_", "y_")))
    for name in taken:
        array = arrays.get(name)
        if array is None or array.dtype.kind != "f" or not array.ndim:
            continue
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
            broken = ~np.isfinite(array.astype(np.float32))
        if broken.any():
            row = int(broken.reshape(len(array), -1).any(axis=1).argmax())
            raise InputError("file-not-finite", name=path.name, array=name, row=row)


def _named(arrays: Mapping[str, Array], names: tuple[str, ...]) -> tuple[Array, Array | None] | None:
    for name in names:
        if f"x_{name}" in arrays:
            return arrays[f"x_{name}"], arrays.get(f"y_{name}")
    return None


def _split(path: Path, x: Array, y: Array | None) -> dict[str, tuple[Array, Array | None]]:
    count = len(x) if x.ndim else 0
    held = round(0.15 * count)
    rows = _ordered(path, x, y, (count - 2 * held, held, held))
    return {split: (x[r], None if y is None else y[r]) for split, r in zip(_NAMES, rows, strict=True)}


def _ordered(path: Path, x: Array, y: Array | None, sizes: tuple[int, ...]) -> tuple[Array, ...]:
    count = len(x) if x.ndim else 0
    if count < LEAST:
        raise InputError("samples-few", name=path.name, count=count, least=LEAST)
    if y is not None and (y.ndim == 0 or len(y) != count):
        lengths = {"first": "x", "first_length": count, "second": "y", "second_length": y.size}
        raise InputError("split-lengths", split=path.name, **lengths)
    classes = y is not None and y.shape == (count,) and _kind(y) == "classification"
    return stratified(y if classes and y is not None else np.zeros(count), sizes, seed=0)


def _kind(y: Array | None) -> Kind:
    if y is None:
        return "outputs"
    if y.dtype.kind in "iu" and not _are_signs(y):
        return "classification" if y.size and y.min() >= 0 and y.max() < MOST_CLASSES else "regression"
    return "regression" if y.dtype.kind == "f" else "classification"


def _are_signs(y: Array | None) -> bool:
    return y is not None and y.dtype.kind == "i" and np.array_equal(np.unique(y), [-1, 1])


def _pixels(x: Array) -> Array:
    """Pictures as float32 from 0 to 1, N x C x H x W."""
    if x.ndim == 3:
        x = x[:, None]
    elif x.shape[3] in (1, 3) and x.shape[1] not in (1, 3):
        x = x.transpose(0, 3, 1, 2)
    return np.multiply(x, np.float32(_PIXEL["scale"]), dtype=np.float32)
