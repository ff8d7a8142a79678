"""Plain frozen records of what was measured and made, and the tables that keep them."""

from workbench.records.tables import BASELINE, CandidateRow, Records, StudyRow, VersionRow
from workbench.records.values import Estimate, Expected, LayerEstimate, Line, Measurement, Report, Status, noted

__all__ = [
    "BASELINE",
    "CandidateRow",
    "Estimate",
    "Expected",
    "LayerEstimate",
    "Line",
    "Measurement",
    "Records",
    "Report",
    "Status",
    "StudyRow",
    "VersionRow",
    "noted",
]
