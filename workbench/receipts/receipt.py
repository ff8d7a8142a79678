"""A receipt: the JSON file beside a table or a picture that says how each of its figures came about.

`pack.md` has `pack.receipt.json`, and `frontier.png` has `frontier.receipt.json`. It names no path of a machine.
"""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

from workbench.errors import Damaged, InputError, NotFound
from workbench.files import Digest, write_atomic
from workbench.machine import Machine, here, versions
from workbench.records import Measurement

FORMAT = 1
SUFFIX = ".receipt.json"
ROUNDING = 1e-9
"""Two figures that are apart by less, as a share, are the same one: sums are taken in another order on another machine."""

PACE = 0.1
"""A machine's pace moves by more than the scatter within one measurement tells: one file's latency, taken 13 times in a
quarter of an hour, had intervals 1.5 % wide and lay within 3.6 %, and from hour to hour it moves further. So a receipt's
interval of a time is wider than the measurement's by this share on either side. Of a ratio it is the measurement's own."""


@dataclass(frozen=True)
class Figure:
    """A figure by its name, with its interval: `low` and `high` equal `value` where it is exact.

    `local`: it holds for this machine only, since it is a time, or follows from the last bits of trained weights.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str = ""
    local: bool = False

    def holds(self, now: "Figure") -> bool:
        """Whether a new figure confirms this one: its value lies in the interval; of a local one the intervals meet."""
        low, high = (now.low, now.high) if self.local else (now.value, now.value)
        return low <= self.high + ROUNDING * abs(self.high) and self.low - ROUNDING * abs(self.low) <= high

    @classmethod
    def of(cls, m: Measurement, name: str | None = None, local: bool = False) -> Self:
        """A measurement as a figure: local where it names its machine, and of a time (s, ms) with the machine's `PACE`."""
        pace = 1 + PACE if m.unit in ("s", "ms") else 1.0
        return cls(name or m.name, m.value, m.low / pace, m.high * pace, m.unit, local or m.machine is not None)

    def to_json(self) -> dict[str, Any]:
        """An end that is not finite is null: it bounds nothing."""
        ends = {"low": self.low, "high": self.high}
        return asdict(self) | {name: end if math.isfinite(end) else None for name, end in ends.items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        value = _number(data["value"])
        low = -math.inf if data["low"] is None else _number(data["low"])
        high = math.inf if data["high"] is None else _number(data["high"])
        if not low <= value <= high:
            raise ValueError(f"{data['name']} does not lie in its own interval")
        return cls(_text(data["name"]), value, low, high, _text(data["unit"]), _flag(data["local"]))


@dataclass(frozen=True)
class Receipt:
    """`of` is the name of the file that it lies beside, `command` says for people how that came about.

    `again` is how it is made anew: {"script": [path from the root of the checkout, arguments ...]} or {"study": a study's
    description}. `data` are digests by the data sets' names.
    """

    of: str
    command: str
    again: Mapping[str, Any]
    seed: int
    data: Mapping[str, Digest]
    figures: tuple[Figure, ...]
    versions: Mapping[str, str]
    machine: Machine

    @classmethod
    def now(
        cls, of: str, command: str, again: Mapping[str, Any], seed: int, data: Mapping[str, Digest], figures: Sequence[Figure]
    ) -> Self:
        """A receipt of this machine and the versions that are installed."""
        return cls(of, command, dict(again), seed, dict(data), tuple(figures), versions(), here())

    def to_json(self) -> dict[str, Any]:
        said = {"format": FORMAT, "of": self.of, "command": self.command, "seed": self.seed, "data": dict(self.data)}
        said |= {"versions": dict(self.versions), "machine": self.machine.to_json(), "again": dict(self.again)}
        return said | {"figures": [figure.to_json() for figure in self.figures]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        figures = tuple(Figure.from_json(figure) for figure in data["figures"])
        if not figures:
            raise ValueError("it holds no figure")
        if len({figure.name for figure in figures}) < len(figures):
            raise ValueError("two figures have one name")
        machine = dict(data["machine"])
        machine |= {name: _texts(machine[name]) for name in ("instructions", "gpus")}
        machine |= {name: _text(machine[name]) for name in ("system", "processor")}
        machine |= {name: _number(machine[name]) for name in ("cores", "memory_bytes")}
        named = {key: {_text(k): _text(v) for k, v in dict(data[key]).items()} for key in ("data", "versions")}
        if PurePosixPath(_text(data["of"])).name != data["of"]:
            raise ValueError("it names no file beside it")
        again, seed = _again(data["again"]), data["seed"]
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise ValueError("its seed is no whole number")
        return cls(data["of"], _text(data["command"]), again, seed, figures=figures, machine=Machine(**machine), **named)


def beside(path: Path) -> Path:
    """Where the receipt of a table or a picture lies: `frontier.png` has `frontier.receipt.json`."""
    return path.with_name(path.stem + SUFFIX)


def write(receipt: Receipt, folder: Path) -> Path:
    """Writes a receipt beside the file that it is of; returns its path."""
    path = beside(folder / receipt.of)
    write_atomic(path, (json.dumps(receipt.to_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())
    return path


def read(path: Path | str) -> Receipt:
    """The receipt in a file.

    Raises `NotFound` without the file, `InputError` for what is no receipt ("receipt-none") or one of a later format
    ("receipt-later"), and `Damaged` for one that is not whole.
    """
    path = Path(path).expanduser()
    data = _parsed(path)
    if not isinstance(data, dict) or "format" not in data or "figures" not in data:
        raise InputError("receipt-none", path=str(path))
    if isinstance(data["format"], bool) or not isinstance(data["format"], int):
        raise Damaged("receipt-damaged", path=str(path), why="its format is no whole number")
    if data["format"] != FORMAT:
        raise InputError("receipt-later", path=str(path), format=data["format"], known=FORMAT)
    try:
        return Receipt.from_json(data)
    except (KeyError, TypeError, ValueError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise Damaged("receipt-damaged", path=str(path), why=why) from None


def _parsed(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFound("file-missing", path=str(path)) from None
    except (UnicodeDecodeError, IsADirectoryError):
        raise InputError("receipt-none", path=str(path)) from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if not text.lstrip().startswith("{"):
            raise InputError("receipt-none", path=str(path)) from None
        raise Damaged("receipt-damaged", path=str(path), why=str(error)) from None


def _again(data: Any) -> Mapping[str, Any]:
    """The one way to make it anew; a script is within the checkout, whatever is written here."""
    (kind,) = data
    if kind == "study" and isinstance(data[kind], dict):
        return dict(data)
    if kind != "script" or not isinstance(data[kind], list) or not data[kind]:
        raise ValueError("it does not say how it is made again")
    script = PurePosixPath(_text(data[kind][0]))
    if script.is_absolute() or ".." in script.parts or script.suffix != ".py":
        raise ValueError(f"{script} is no script of this checkout")
    return {"script": [_text(word) for word in data[kind]]}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.40} stands where a text is")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r:.40} stands where true or false is")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r:.40} stands where a list is")
    return tuple(map(_text, value))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise ValueError(f"{value!r:.40} stands where a number is")
    return value
