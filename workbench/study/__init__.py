"""A study: a task, a baseline and its candidates; it survives a killed kernel and opens as it was."""

from workbench.study.candidate import Candidate
from workbench.study.catalog import studies
from workbench.study.frontier import Frontier
from workbench.study.study import Study

__all__ = ["Candidate", "Frontier", "Study", "studies"]
