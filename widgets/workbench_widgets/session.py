"""What one person has selected. Results, jobs and names belong to the study, which outlives the page."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import traitlets

from workbench.events import Event

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.study import Candidate, Frontier, Study

EXAMPLES = ("digits", "digits-tokens")
_NETWORKS = {"digits": "resnet8", "digits-tokens": "lstm"}
_EPOCHS = 10


class Session(traitlets.HasTraits):
    """`ratio` is the share of channels to remove; `candidate` is the id of the file in hand, empty for the best one."""

    example = traitlets.Enum(EXAMPLES, EXAMPLES[0])
    ratio = traitlets.Float(0.5)
    candidate = traitlets.Unicode("")

    def __repr__(self) -> str:
        return f"Session({self.example}, ratio {self.ratio:g})"

    @property
    def study_name(self) -> str:
        return f"page-{self.example}"

    def recipe(self) -> "Recipe":
        """What the page's one slider stands for: cut, learn again from the baseline, whole numbers of 8 bits."""
        import workbench as wb

        return wb.Recipe([wb.StructuredPruning(ratio=self.ratio), wb.Distillation(epochs=3), wb.StaticQuantization()])

    def study(self) -> "Study | None":
        """The example's study as it is on disk; None before the first run."""
        import workbench as wb

        return wb.Study.open(self.study_name) if self.study_name in wb.studies() else None

    def prepared_study(self, on_event: Callable[[Event], None]) -> "Study":
        """The example's study, its baseline fitted and measured when this is the first run."""
        import workbench as wb

        found = self.study()
        if found is not None:
            return found
        task = wb.tasks.load(self.example)
        model = wb.models.create(_NETWORKS[self.example], task, seed=0)
        fitted = wb.fit(model, task, epochs=_EPOCHS, seed=0, on_event=on_event)
        return wb.Study.open(self.study_name, task=task, model=fitted, on_event=on_event)

    def frontier(self, study: "Study") -> "Frontier":
        return study.frontier()

    def in_hand(self, study: "Study") -> "Candidate":
        """The candidate that would be published: the selected one, or the smallest within three points."""
        selected = [c for c in study.candidates if c.id == self.candidate]
        return selected[0] if selected else self.frontier(study).best(max_drop=0.03)
