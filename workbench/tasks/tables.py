"""A table from a person's own .csv file: which column is asked for, the others as numbers, and what they are called."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import Damaged, InputError, NotFound
from workbench.tasks.task import Array
from workbench.words import nearest

if TYPE_CHECKING:
    import pandas as pd

_ASKED = ("target", "label", "labels", "class", "y")


def table_of(path: Path, target: str | None) -> tuple[Array, Array, list[str]]:
    """Inputs (N x columns, float32), targets, and the inputs' names, if the table has any."""
    frame, named = _frame(path)
    columns = [str(column) for column in frame.columns]
    if target is not None and target not in columns:
        raise NotFound("table-column", name=path.name, column=target, nearest=nearest(target, columns))
    if len(columns) < 2:
        raise InputError("table-narrow", name=path.name)
    asked = target or next((c for c in columns if c.lower() in _ASKED), columns[-1])
    frame.columns = columns
    inputs = frame.drop(columns=asked)
    for name in columns:
        _filled(path, name, frame[name])
    for name in inputs:
        _numeric(path, str(name), inputs[name])
    return inputs.to_numpy(np.float32), _plain(frame[asked]), list(inputs) if named else []


def _frame(path: Path) -> "tuple[pd.DataFrame, bool]":
    """The table, and whether its columns have names; where the first row holds numbers only, they are counted."""
    import pandas as pd

    try:
        frame = pd.read_csv(path, skipinitialspace=True)
        named = not all(_is_number(str(column)) for column in frame.columns)
        if not named:
            frame = pd.read_csv(path, header=None, skipinitialspace=True)
    except (ValueError, pd.errors.ParserError, OSError) as error:
        raise Damaged("file-damaged", name=path.name, why=first_line(error)) from None
    return frame, named


def _filled(path: Path, name: str, column: "pd.Series[Any]") -> None:
    if column.isna().any():
        raise InputError("table-empty", name=path.name, column=name, row=int(column.isna().to_numpy().argmax()) + 1)


def _numeric(path: Path, name: str, column: "pd.Series[Any]") -> None:
    if column.dtype.kind in "iufb":
        return
    row, value = next((row, value) for row, value in enumerate(column) if not _is_number(str(value)))
    raise InputError("table-cell", name=path.name, column=name, value=repr(value)[:40], row=row + 1)


def _plain(column: "pd.Series[Any]") -> Array:
    array: Array = column.to_numpy()
    return array if array.dtype.kind in "iufb" else array.astype(str)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def first_line(error: Exception) -> str:
    """What an error of another library says, without its details and its full stop."""
    return str(error).split("\n")[0].rstrip(".") or type(error).__name__
