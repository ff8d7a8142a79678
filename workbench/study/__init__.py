"""A study: a task, a baseline and its candidates; it survives a killed kernel and opens as it was."""

from workbench.study.candidate import Candidate
from workbench.study.catalog import studies
from workbench.study.comparison import Comparison, compare
from workbench.study.frontier import Frontier
from workbench.study.previews import Preview, Previewed, preview
from workbench.study.study import Study

__all__ = ["Candidate", "Comparison", "Frontier", "Preview", "Previewed", "Study", "compare", "preview", "studies"]
