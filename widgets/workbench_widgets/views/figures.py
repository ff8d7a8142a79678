"""Figures as the page takes them: a value and the name of its unit."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.plots.axis import COUNTS, axis
from workbench.records import Measurement
from workbench.words import say

if TYPE_CHECKING:
    from workbench.study import Candidate, Marks

_UNITS = {"B": "bytes", "%": "share", "×": "x"}


def figure_of(measurement: Measurement, label: str) -> dict[str, Any]:
    """A measurement under a label: {"label", "value", "unit"}, the unit "share", "bytes", "ms", "x" or the measure's own."""
    unit = "bytes" if measurement.unit == "B" else axis([measurement]).unit
    return {"label": label, "value": measurement.value, "unit": COUNTS.get(measurement.name) or _UNITS.get(unit, unit)}


def interval_of(measurement: Measurement) -> str:
    """The value with its interval in words: "93.3 % (92.6 to 94.0)"; the value alone where it is exact, and where an end is not
    known: of too few samples there is no interval to name."""
    shown = axis([measurement])
    said = shown.said(measurement.value)
    if measurement.low == measurement.high or not (math.isfinite(measurement.low) and math.isfinite(measurement.high)):
        return said
    ends = [shown.said(end).removesuffix(f" {shown.unit}") for end in (measurement.low, measurement.high)]
    return say("page-interval", value=said, low=ends[0], high=ends[1])


def label_of(marks: "Mapping[str, Marks]", candidate: "Candidate") -> str:
    """The name that a person gave a candidate; empty where nobody did."""
    return marks[candidate.id].label if candidate.id in marks else ""
