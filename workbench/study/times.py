"""The table of what operators take on this machine: in the home, lines about every file that was timed."""

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench import machine
from workbench.files import Digest, canonical, digest_json, home, storage
from workbench.graphs.operator_times import OperatorTime


def keep(file: Digest, times: Iterable[OperatorTime]) -> None:
    """Adds what the operators of a file took."""
    keep_line(file, {"times": [[t.kind, t.storage, t.macs, t.seconds] for t in times]})


def keep_line(file: Digest, told: Mapping[str, Any]) -> None:
    """Adds a line about a file. Lines are written whole, so several processes may add at a time."""
    path = _path()
    with storage(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(handle, (canonical({"file": file, **told}) + "\n").encode())
        finally:
            os.close(handle)


def table() -> tuple[OperatorTime, ...]:
    """All that was taken on this machine with this version of ONNX Runtime; of a file the last time that it was."""
    return tuple(row for rows in _kept().values() for row in rows)


def line_of(file: Digest, name: str) -> Any:
    """What the last line about a file has under a name; None where no line has it."""
    return next((told[name] for told in reversed(_lines()) if told["file"] == file and name in told), None)


def of_file(file: Digest) -> tuple[OperatorTime, ...]:
    """What the layers of this file took here, in the order of its graph; none where it was not timed on this machine."""
    return tuple(_kept().get(file, ()))


def _kept() -> Mapping[Digest, Sequence[OperatorTime]]:
    path = _path()
    return _operators(path, path.stat().st_size) if path.exists() else {}


def _lines() -> Sequence[Mapping[str, Any]]:
    path = _path()
    return _read(path, path.stat().st_size) if path.exists() else ()


@lru_cache(maxsize=2)
def _operators(path: Path, size: int) -> Mapping[Digest, Sequence[OperatorTime]]:
    found = {}
    for told in _read(path, size):
        try:
            found[told["file"]] = [time for row in told["times"] if 0 < (time := OperatorTime(*row)).seconds < math.inf]
        except (KeyError, TypeError):
            continue  # a line of another kind
    return found


@lru_cache(maxsize=2)
def _read(path: Path, size: int) -> Sequence[Mapping[str, Any]]:
    found = []
    for line in path.read_bytes()[:size].splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # a line that a full disk cut short
        if isinstance(told, dict) and "file" in told:
            found.append(told)
    return found


def _path() -> Path:
    """A file for each machine and version of the runtime: times of another one say nothing here."""
    here = {"machine": machine.here().summary, "onnxruntime": machine.versions().get("onnxruntime")}
    return home() / "times" / f"{digest_json(here)[:16]}.jsonl"
