"""A table from a person's own .csv file: which column is asked for, the others as numbers, and what they are called."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import Damaged, InputError, NotFound
from workbench.tasks.task import Array
from workbench.words import nearest

if TYPE_CHECKING:
    import pandas as pd

_LOOKED_AT = 1000
"""Rows among which a label of the first one is looked for."""

_ASKED = ("target", "label", "labels", "class", "y")


def table_of(path: Path, target: str | None) -> tuple[Array, Array, list[str]]:
    """Inputs (N x columns, float32), targets, and the inputs' names, if the table has any."""
    frame, named = _frame(path)
    columns = [str(column) for column in frame.columns]
    if target is not None and target not in columns:
        raise NotFound("table-column", name=path.name, column=target, nearest=nearest(target, columns))
    if len(columns) < 2:
        raise InputError("table-narrow", name=path.name)
    asked = target or _asked(columns)
    frame.columns = columns
    inputs = frame.drop(columns=asked)
    for name in columns:
        _filled(path, name, frame[name])
    for name in inputs:
        _numeric(path, str(name), inputs[name])
    for name in columns:
        _finite(path, name, frame[name])
    return inputs.to_numpy(np.float32), _plain(frame[asked]), list(inputs) if named else []


def target_column(path: str | Path) -> str | None:
    """The name of the column that `from_file` asks for where nobody says another one; None where columns have no names, and for
    what is no .csv file. Raises what `from_file` says of a file that cannot be read."""
    path = Path(path).expanduser()
    if path.suffix.lower() != ".csv":
        return None
    frame, named = _frame(path, rows=_LOOKED_AT)
    return _asked([str(column) for column in frame.columns]) if named else None


def _asked(columns: list[str]) -> str:
    return next((name for name in columns if name.lower() in _ASKED), columns[-1])


def _frame(path: Path, rows: int | None = None) -> "tuple[pd.DataFrame, bool]":
    """The table, or its first `rows`, and whether its columns have names. They are counted where the first row holds numbers
    alone, or numbers and a label that stands below too."""
    import pandas as pd

    try:
        mark = _separator(path)
        frame = pd.read_csv(path, sep=mark, skipinitialspace=True, nrows=rows)
        number = _is_decimal if mark == ";" else _is_number
        first = pd.read_csv(path, sep=mark, header=None, skipinitialspace=True, nrows=1, dtype=str, keep_default_na=False)
        *inputs, last = first.iloc[0]
        below = {str(value).lower() for value in frame.iloc[:_LOOKED_AT, -1]}
        named = not all(map(number, inputs)) or not (number(last) or last.lower() in below)
        if not named:
            frame = pd.read_csv(path, sep=mark, header=None, skipinitialspace=True, nrows=rows)
    except UnicodeDecodeError:
        raise InputError("table-encoding", name=path.name) from None
    except (ValueError, pd.errors.ParserError, OSError) as error:
        raise Damaged("file-damaged", name=path.name, why=first_line(error)) from None
    if frame.empty:
        raise InputError("table-bare", name=path.name)
    return (frame.apply(_with_points) if mark == ";" else frame), named


def _separator(path: Path) -> str:
    """What stands between the cells of the first line: a comma, or else a semicolon or a tab, outside of quotes. Where both a
    comma and semicolons are there, and what they part are numbers, the commas are decimal signs."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        line = re.sub(r'"[^"]*"', "", file.readline()).strip("\r\n")
    if "," in line:
        return ";" if ";" in line and all(map(_is_decimal, line.split(";"))) else ","
    return next((mark for mark in (";", "\t") if mark in line), ",")


def _with_points(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """The column as numbers, where it holds texts that are numbers with a decimal comma: so a semicolon parts cells where a
    comma is within numbers."""
    there = column.notna()
    if column.dtype.kind in "iufb" or not there.any() or not all(_is_decimal(str(value)) for value in column[there]):
        return column
    return column.map(lambda value: float(str(value).replace(",", ".")), na_action="ignore").astype(float)


def _filled(path: Path, name: str, column: "pd.Series[Any]") -> None:
    if column.isna().any():
        raise InputError("table-empty", name=path.name, column=name, row=int(column.isna().to_numpy().argmax()) + 1)


def _numeric(path: Path, name: str, column: "pd.Series[Any]") -> None:
    if column.dtype.kind in "iufb":
        return
    first = next(((row, value) for row, value in enumerate(column) if not _is_number(str(value))), None)
    if first is None:
        raise InputError("table-large", name=path.name, column=name)
    row, value = first
    raise InputError("table-cell", name=path.name, column=name, value=repr(value)[:40], row=row + 1)


def _finite(path: Path, name: str, column: "pd.Series[Any]") -> None:
    if column.dtype.kind != "f":
        return
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        broken = np.flatnonzero(~np.isfinite(column.to_numpy().astype(np.float32)))
    if len(broken):
        raise InputError("table-not-finite", name=path.name, column=name, row=int(broken[0]) + 1)


def _plain(column: "pd.Series[Any]") -> Array:
    array: Array = column.to_numpy()
    return array if array.dtype.kind in "iufb" else array.astype(str)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_decimal(text: str) -> bool:
    """Whether a text is a number, with a decimal point or a decimal comma."""
    return _is_number(text.replace(",", ".", 1))


def first_line(error: Exception) -> str:
    """What an error of another library says, without its details and its full stop."""
    return str(error).split("\n")[0].rstrip(".") or type(error).__name__
