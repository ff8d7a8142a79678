"""A study: a task, a baseline and its candidates; it survives a killed kernel and opens as it was."""

from workbench.study.candidate import Candidate
from workbench.study.catalog import studies
from workbench.study.changed import Changes, changes
from workbench.study.comparison import Comparison, compare
from workbench.study.examples import Example, model_examples
from workbench.study.frontier import Frontier
from workbench.study.notes import Marks
from workbench.study.previews import Preview, Previewed, preview
from workbench.study.study import Study

__all__ = [
    "Candidate",
    "Changes",
    "Comparison",
    "Example",
    "Frontier",
    "Marks",
    "Preview",
    "Previewed",
    "Study",
    "changes",
    "compare",
    "model_examples",
    "preview",
    "studies",
]
