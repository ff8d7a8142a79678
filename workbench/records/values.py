"""Frozen values: a measurement with its interval, an estimate, the report of a step."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from workbench import words

Status = Literal["running", "measured", "failed", "cancelled", "interrupted"]


@dataclass(frozen=True)
class Measurement:
    """A figure that was measured on a file, with its 95 % interval.

    `low` and `high` equal `value` where the figure is exact (bytes, counts). `n` is how many samples, or runs, it rests
    on. `method` names the interval ("wilson", "bootstrap", "exact", "process-resampling"); `machine` is given where the
    figure depends on it; `file_digest` is the SHA-256 of the measured file.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    higher_is_better: bool
    n: int
    split: str | None = None
    method: str = "exact"
    machine: str | None = None
    file_digest: str = ""
    details: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What has to be said beside the figure, in sentences: too few samples, a class that is missing."""
        return tuple(words.say(code, **fields) for code, fields in self.details.get("remarks", ()))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)

    def __str__(self) -> str:
        interval = "" if self.low == self.high else f" [{self.low:.4g}, {self.high:.4g}]"
        return f"{self.name} {self.value:.4g}{interval} {self.unit}".rstrip()


def noted(remarks: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Remarks, a code and its fields each, as a measurement's details."""
    return {"remarks": [list(remark) for remark in remarks]} if remarks else {}


@dataclass(frozen=True)
class LayerEstimate:
    """What would be left of one layer: numbers, multiply-accumulates of one sample, and bytes."""

    layer: str
    parameters: int
    macs: int
    bytes: int


@dataclass(frozen=True)
class Expected:
    """A figure that is worked out, and the interval in which it should lie nine times in ten.

    `points` is how many measured files the interval was learned from; with few of them it is wide.
    """

    value: float
    low: float
    high: float
    points: int


@dataclass(frozen=True)
class Estimate:
    """What a recipe would give, worked out and not measured: drawn hollow, and never called a measurement.

    `method` says how; `left_out` names the techniques whose effect is not known before they are applied.
    `latency_b1_ms` is None where no file was timed on this machine yet.
    """

    size_bytes: int
    parameters: int
    macs: int
    layers: tuple[LayerEstimate, ...]
    method: str
    left_out: tuple[str, ...] = ()
    latency_b1_ms: Expected | None = None


@dataclass(frozen=True)
class Line:
    """What a step does, or did, to one layer: `touched`, or left alone for the reason that `code` names."""

    layer: str
    kind: str
    touched: bool
    code: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return words.say(self.code, layer=self.layer, kind=self.kind, **self.fields)


@dataclass(frozen=True)
class Report:
    """What a step did: one line for every layer, figures by name, and remarks (a code and its fields each)."""

    step: str
    lines: tuple[Line, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    seconds: float = 0.0

    @property
    def touched(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.touched)

    @property
    def skipped(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.touched)

    def __str__(self) -> str:
        counted = f"{len(self.touched)} of {len(self.lines)} layers" if self.lines else f"{self.seconds:.1f} s"
        head = f"{self.step}: {counted}"
        said = [words.say(code, **fields) for code, fields in self.remarks]
        return "\n".join([head, *(f"  {line.layer}: {line.sentence}" for line in self.lines), *(f"  {s}" for s in said)])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        rest = {k: v for k, v in data.items() if k not in ("lines", "remarks")}
        remarks = tuple((code, fields) for code, fields in data["remarks"])
        return cls(lines=tuple(Line(**line) for line in data["lines"]), remarks=remarks, **rest)
