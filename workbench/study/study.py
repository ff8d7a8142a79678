"""The study: one task, one model, and what recipes made of it."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from workbench.errors import InputError, NotFound
from workbench.events import Event
from workbench.graphs.file import GraphFile
from workbench.jobs.progress import Reader, reader
from workbench.measure.quality import metric
from workbench.models import Model, describe
from workbench.plots import Chart
from workbench.plots.page import write_page
from workbench.recipes import Recipe, all_recipes
from workbench.records import BASELINE, CandidateRow, Measurement, Records, StudyRow
from workbench.study.candidate import Candidate
from workbench.study.chart import AT_ONCE, chart_of, note_of, page_of, unjudged
from workbench.study.cost import expected_seconds, step_seconds
from workbench.study.estimate import Structure, structure_of
from workbench.study.examples import COUNT, Example, examples
from workbench.study.firsts import First, of_file
from workbench.study.frontier import Frontier
from workbench.study.layers import Layer, layers
from workbench.study.notes import Marks, checked, judged
from workbench.study.opening import called, opened
from workbench.study.optimism import samples_of
from workbench.study.origin import receipt
from workbench.study.previews import Preview, close
from workbench.study.running import Run, followed, settled, start
from workbench.study.testing import score_test
from workbench.tasks import Task, check_given, from_spec

if TYPE_CHECKING:
    from torch import nn


class Study:
    """A task, a baseline and its candidates, kept in the home. Make one with `Study.open`."""

    def __init__(self, row: StudyRow, records: Records, task: Task | None, model: Model | None, device: str) -> None:
        self._row = row
        self._records = records
        self._task = task
        self._model = model
        self._device = device

    @classmethod
    def open(
        cls,
        name: str,
        task: Task | None = None,
        model: "Model | nn.Module | None" = None,
        *,
        seed: int | None = None,
        device: str = "auto",
        on_event: Callable[[Event], None] | None = None,
    ) -> "Study":
        """Opens a study by its name, or makes it with its task and model.

        A new study's model is checked against the task, exported and measured: it is the baseline. Opened again with a
        task or a model, they must be those that it was made with (`Conflict`); by its name alone it opens as it was
        (`NotFound` where there is none). `seed` is the study's own, 0 where a new one names none: every step's seed
        follows from it. Raises `InputError` for a model that does not fit the task or holds NaN, `StepFailed` where the
        baseline cannot be made.

        Of a model from an ONNX file every file of the study calls inputs and output as that one does, and so does
        `study.task`.
        """
        check_given(task)
        records = Records()
        described = None if model is None else describe(model)
        with reader(on_event) as read:
            row = opened(records, name, task, described, seed, device, read)
        return cls(row, records, None if task is None else called(row, task), described, device)

    @property
    def name(self) -> str:
        return self._row.name

    @property
    def metric(self) -> str:
        """The measure of quality that choices are made by.

        "accuracy" of a classification, "rmse" of a regression; of outputs without targets "agreement" where a sample has
        several values (N x C), else "relative_error".
        """
        return metric(self._row.task["kind"], self.baseline.measures)

    @cached_property
    def task(self) -> Task:
        """The task, rebuilt from its description where the study was opened by name."""
        return self._task or from_spec(self._row.task, train=False)  # a worker trains, not this process

    @cached_property
    def model(self) -> Model:
        """The model as it came; where its class lives in a notebook, opening by name gives the description alone."""
        return self._model or Model.from_json(self._row.model)

    @property
    def looks(self) -> int:
        """How many times the test split was scored for this study."""
        row = self._records.study(self.name)
        return row.looks if row else 0

    @property
    def baseline(self) -> Candidate:
        """The model as it came, exported and measured."""
        row = self._records.candidate(self.name, BASELINE)
        if row is None:
            raise NotFound("baseline-gone", name=self.name)
        return Candidate(self, row, BASELINE)

    @property
    def candidates(self) -> list[Candidate]:
        """All candidates but the baseline, in the order of their making, as they are now."""
        return [Candidate(self, settled(self._records, row), id) for row, id in self._rows()]

    @property
    def running(self) -> list[Run]:
        """The runs that are under way or wait for their turn, whoever submitted them, oldest first."""
        rows = (settled(self._records, row) for row in self._records.running(self.name))
        return [followed(row, self._find) for row in rows if row.status == "running"]

    @property
    def stamp(self) -> str:
        """Another text whenever a candidate is added, taken up or ends: cheap enough to be asked every second."""
        return self._records.stamp(self.name)

    def candidate(self, id: str) -> Candidate:
        """The candidate of that id ("c3", or "baseline"); `NotFound` names those that there are."""
        known = {c.id: c for c in [self.baseline, *self.candidates]}
        if id not in known:
            raise NotFound("no-candidate", study=self.name, candidate=id, known=", ".join(known))
        return known[id]

    def find(self, recipe: Recipe) -> Candidate | None:
        """The candidate of this recipe, whatever came of it; None where it was never run."""
        row = self._records.candidate(self.name, recipe.digest)
        return None if row is None else Candidate(self, settled(self._records, row), f"c{self._records.place(row)}")

    @property
    def structure(self) -> Structure:
        """What estimates are added up from: the baseline's layers, and which of them read which."""
        return structure_of(self._baseline_file())

    def layers(self) -> tuple[Layer, ...]:
        """The baseline's layers that have a matrix of weights, with what each one took on this machine."""
        return layers(self.structure, GraphFile(self._baseline_file()).digest)

    def expected_seconds(self, recipe: Recipe) -> float | None:
        """How long a run of this recipe would take, by the steps of this study's earlier runs, and for those that are new to it
        by what the baseline took on this machine; None where neither tells."""
        return expected_seconds(recipe, [row for row, _ in self._rows()], self._first())

    def step_seconds(self, recipe: Recipe) -> list[float | None]:
        """The same for each of the run's steps, whether a run would read it back or not."""
        return step_seconds(recipe, [row for row, _ in self._rows()], self._first())

    def _first(self) -> First | None:
        return of_file(self.baseline.measures["size_bytes"].file_digest)

    def _baseline_file(self) -> Path:
        file = self.baseline.file
        if file is None:
            raise NotFound("baseline-gone", name=self.name)
        return file

    def _rows(self) -> list[tuple[CandidateRow, str]]:
        rows = [row for row in self._records.candidates(self.name) if row.digest != BASELINE]
        return [(row, f"c{index}") for index, row in enumerate(rows, 1)]

    def _find(self, digest: str) -> Candidate:
        row, id = next((row, id) for row, id in self._rows() if row.digest == digest)
        return Candidate(self, settled(self._records, row), id)

    @overload
    def run(self, recipes: Recipe, *, on_event: Reader = None, limit: float | None = None) -> Candidate: ...
    @overload
    def run(self, recipes: Sequence[Recipe], *, on_event: Reader = None, limit: float | None = None) -> list[Candidate]: ...

    def run(
        self, recipes: Recipe | Sequence[Recipe], *, on_event: Reader = None, limit: float | None = None
    ) -> Candidate | list[Candidate]:
        """Runs one recipe, or several, and waits: the candidate, or the list of them, failed ones included.

        A recipe that was measured before gives the candidate that is there; a failed, cancelled or interrupted one is
        tried again in its place. `limit` is in seconds for each. A recipe that cannot work is refused before anything
        runs (`InputError`); what fails while it runs is a failed candidate, never an exception.
        """
        if isinstance(recipes, Recipe):
            return self.run([recipes], on_event=on_event, limit=limit)[0]
        for recipe in all_recipes(recipes):
            recipe.check(self.model, self.task)
        runs = [self.submit(recipe, limit=limit) for recipe in recipes]
        with reader(on_event) as read:
            try:
                for index, run in enumerate(runs, 1):
                    read.announce(run, index, len(runs))
                    if run.wait(read).status == "interrupted":  # its worker's foreman was lost; finished steps are kept
                        self.submit(recipes[index - 1], limit=limit).wait(read)
            except KeyboardInterrupt:
                for run in runs:
                    run.cancel()
                raise
        return [self._find(recipe.digest) for recipe in recipes]

    def submit(self, recipe: Recipe, *, lane: Literal["quick", "long"] = "long", limit: float | None = None) -> Run:
        """Has a recipe run by the study's worker and returns at once: `events()`, `wait()`, `cancel()`, `candidate`.

        The run goes on when this process ends; whoever submits the same recipe meanwhile gets the same run.
        """
        all_recipes([recipe])
        recipe.check(self.model, self.task)
        row, job = start(self._records, self._row, recipe, self.model, self._device, lane, limit)
        return Run(job, row.digest, recipe.name, self._find)

    def frontier(self, x: str = "size_bytes", y: str | None = None, *more: str) -> Frontier:
        """The Pareto set over two or more measures, smallest file first when x is `size_bytes`."""
        measures, samples = (x, y or self.metric, *more), samples_of(self, self._row.task["kind"])
        baseline = self.baseline
        told = partial(receipt, self._row, baseline.lineage["device"])
        return Frontier(self.candidates, baseline, measures, self._row.task["name"], samples, told)

    def examples(self, candidate: Candidate, samples: int | Sequence[int] = COUNT) -> list[Example]:
        """The first so many validation samples, or those at these places, with what the candidate's file answers.

        Raises `InputError` ("not-measured") for a candidate without a file.
        """
        count = len(self.task.validation)
        return examples(candidate, range(min(samples, count)) if isinstance(samples, int) else samples)

    def mark(
        self,
        candidate: Candidate | str,
        *,
        starred: bool | None = None,
        hidden: bool | None = None,
        label: str | None = None,
    ) -> Marks:
        """Notes a star, that it is kept out of the chart, or a name of one's own (at most 60 letters; "" takes it away).

        What is not given stays; the notes are kept with the study. Returns all notes of the candidate. Raises `NotFound` for
        an id that there is none of, `InputError` for the baseline and for a value of another kind.
        """
        id = candidate if isinstance(candidate, str) else candidate.id
        if id == BASELINE:
            raise InputError("mark-baseline")
        rows = {id: row.id for row, id in self._rows()}
        if id not in rows:
            raise NotFound("no-candidate", study=self.name, candidate=id, known=", ".join(rows))
        for kind, value in checked(starred, hidden, label).items():
            self._records.note(kind, {rows[id]: value})
        return Marks.of(self._records.notes(self.name).get(rows[id], {}))

    @property
    def marks(self) -> dict[str, Marks]:
        """What is noted of candidates, by id; one that nothing was noted of is not there."""
        notes = self._records.notes(self.name)
        return {id: marks for row, id in self._rows() if (marks := Marks.of(notes.get(row.id, {}))) != Marks()}

    @property
    def stamp_of_marks(self) -> str:
        """Another text whenever somebody stars, hides or names a candidate: cheap enough to be asked every second."""
        return self._records.stamp_of_notes(self.name, [field.name for field in fields(Marks)])

    def judge(self) -> int:
        """Works out the verdict of every measured file that has none yet, and keeps it; returns how many those were."""
        rows, baseline = self._rows(), self.baseline
        new = unjudged([Candidate(self, row, id) for row, id in rows], self._noted(rows))
        ids = {id: row.id for row, id in rows}
        for some in (new[k : k + AT_ONCE] for k in range(0, len(new), AT_ONCE)):
            self._records.note("verdict", {ids[c.id]: note_of(c, judged(baseline, c)) for c in some})
        return len(new)

    def chart(self) -> Chart:
        """Everything that the interactive chart shows; verdicts as far as they were worked out (`judge`)."""
        return chart_of(self, self.baseline, self.candidates, self._noted(self._rows()))

    def to_html(self, path: Path | str) -> Path:
        """Writes the study as one HTML file with the interactive frontier, and returns its absolute path.

        The file asks for nothing from anywhere: it opens offline. Raises `InputError` where the path does not end in .html,
        and `NotFound` where its folder is not there.
        """
        self.judge()
        return write_page(page_of(self), path)

    def _noted(self, rows: Sequence[tuple[CandidateRow, str]]) -> dict[str, dict[str, Any]]:
        notes = self._records.notes(self.name)
        return {id: notes[row.id] for row, id in rows if row.id in notes}

    def examine(self, candidate: Candidate) -> dict[str, Measurement]:
        """Scores the test split, on this spoken wish: `looks` counts it. The same file is scored once."""
        return score_test(self._records, self.name, self.task, candidate)

    def keep(self, preview: Preview) -> Candidate:
        """Makes a preview one of the study's candidates: its recipe is run, and timed."""
        return self.run(preview.recipe)

    def close(self) -> None:
        """Takes away the files of this study's previews."""
        close(self.name)

    def __repr__(self) -> str:
        done = sum(c.status == "measured" for c in self.candidates)
        return f"Study({self.name}, {done} of {len(self._rows())} candidates measured)"
