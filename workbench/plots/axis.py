"""An axis: which measure, in which unit it is shown, and how figures are written.

Three significant digits at most, thousands by a thin space, a true minus.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench import words
from workbench.records.values import Measurement

_TITLED = {
    "accuracy": "measure-accuracy",
    "agreement": "measure-agreement",
    "parent_agreement": "measure-parent-agreement",
    "batch_agreement": "measure-batch-agreement",
    "batch_relative_error": "measure-batch-error",
    "thread_agreement": "measure-thread-agreement",
    "thread_relative_error": "measure-thread-error",
    "precision_macro": "measure-precision",
    "recall_macro": "measure-recall",
    "f1_macro": "measure-f1",
    "roc_auc_macro": "measure-auc",
    "rmse": "measure-rmse",
    "mse": "measure-mse",
    "mae": "measure-mae",
    "relative_error": "measure-relative-error",
    "size_bytes": "measure-size",
    "packed_bytes": "measure-packed-size",
    "parameters": "measure-parameters",
    "macs": "measure-macs",
    "nonzero_share": "measure-nonzero",
    "latency_b1_ms": "measure-latency-1",
    "latency_b64_ms": "measure-latency-64",
    "speedup_b1": "measure-speedup-1",
    "speedup_b64": "measure-speedup-64",
}
_BYTES = ("B", "byte", "bytes")
_SHARES = ("share", "fraction")

COUNTS = {"parameters": "parameters", "macs": "MACs"}
"""Measures that count things, and what the page calls their unit. They are written exactly up to seven digits."""


@dataclass(frozen=True)
class Axis:
    """`factor` times a measured value is what is shown, in `unit`. `log` where the values span more than a decade."""

    measure: str
    title: str
    unit: str
    factor: float
    higher_is_better: bool
    log: bool

    @property
    def label(self) -> str:
        """The axis's title with its unit: "Size, kB, log"."""
        return ", ".join(part for part in (self.title, self.unit, "log" if self.log else "") if part)

    def said(self, value: float) -> str:
        """A measured value with its unit: "127 kB", "93.3 %"."""
        return f"{self.written(value)} {self.unit}".rstrip()

    def written(self, value: float) -> str:
        """The same without its unit."""
        exact = self.measure in COUNTS and abs(value) < 1e7
        return number(value, 7) if exact else number(value * self.factor)

    def gap(self, amount: float) -> str:
        """A difference of two values of this measure. Of shares it is said in points, never in per cent."""
        text = number(amount * self.factor)
        unit = self.unit if self.unit != "%" else "point" if text == "1" else "points"
        return f"{text} {unit}".rstrip()


def axis(measurements: Sequence[Measurement]) -> Axis:
    """The axis for the values of one measure (at least one)."""
    first = measurements[0]
    values = [m.value for m in measurements]
    unit, factor = _shown(first, max(map(abs, values)))
    log = min(values) > 0 and max(values) > 10 * min(values)
    return Axis(first.name, title(first.name), unit, factor, first.higher_is_better, log)


def title(measure: str) -> str:
    """A measure's name for people."""
    return str(named(measure))


def named(measure: str) -> str | words.Part:
    """The same as a field of a sentence; a measure of a plug-in is named as it is spelled."""
    code = _TITLED.get(measure)
    return words.part(code) if code else measure.replace("_", " ").capitalize()


def number(value: float, digits: int = 3) -> str:
    """A figure in at most `digits` significant digits, without idle zeros; "unknown" where it is no number."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    text = f"{rounded:,.{max(decimals, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", "\u00a0").replace("-", "\u2212")


def percent(share: float) -> str:
    """A share as "83 %": whole, or with one decimal where whole per cents would say 0 or 100 and it is not."""
    whole = round(share * 100)
    exact = whole not in (0, 100) or share in (0, 1)
    return f"{number(whole, 4) if exact else number(round(share * 100, 1), 4)} %"


def _shown(measurement: Measurement, largest: float) -> tuple[str, float]:
    """The unit for people and its factor. A quality without a unit that stays within 1 is a share."""
    unit = measurement.unit
    if unit in _BYTES:
        return ("kB", 1e-3) if largest < 1e7 else ("MB", 1e-6)
    if unit in _SHARES or (not unit and measurement.higher_is_better and largest <= 1):
        return "%", 100.0
    return ("×" if unit == "x" else unit), 1.0
