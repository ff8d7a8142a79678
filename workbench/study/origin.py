"""Where a study's figures come from, as JSON: enough to make them again in an empty home.

Weights that a fit made are fitted again; others, and a person's arrays, are looked for by digest in the home where the
study was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import Damaged
from workbench.models import Model
from workbench.receipts import Figure, Receipt
from workbench.recipes import Recipe
from workbench.records import Measurement, StudyRow
from workbench.training.fitting import made_by

if TYPE_CHECKING:
    from workbench.study.frontier import Frontier

_LOCAL = ("packed_bytes",)
"""Measures that follow from the last bits of trained weights: another processor trains to others."""


@dataclass(frozen=True)
class Origin:
    """A study and what was drawn of it: `fits` made the model's weights, the first one first; `recipes` are by the ids of
    the candidates."""

    study: str
    task: Mapping[str, Any]
    model: Mapping[str, Any]
    fits: Sequence[Mapping[str, Any]]
    seed: int
    device: str
    measures: Sequence[str]
    recipes: Mapping[str, Sequence[Mapping[str, Any]]]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], path: Path) -> Self:
        """What `to_json` wrote into the receipt at `path`. Raises `Damaged` for anything else."""
        try:
            origin = cls(**data)
            for described in (origin.model, *(fit["model"] for fit in origin.fits)):
                Model.from_json(described)
            for task in (origin.task, *(fit["task"] for fit in origin.fits)):
                dict(task["source"]), str(task["name"]), str(task["digest"])
            for fit in origin.fits:
                dict(fit["settings"]), int(fit["seed"])
            for steps in origin.recipes.values():
                Recipe.from_json(list(steps), missing_ok=True)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Damaged("receipt-damaged", path=str(path), why=f"its study cannot be read ({error})") from None
        return origin


def fits(weights: str | None) -> list[dict[str, Any]]:
    """The fits that made these weights, the first one first; empty where no fit is known."""
    found: list[dict[str, Any]] = []
    while (made := made_by(weights)) is not None:
        found.insert(0, made)
        weights = made["model"]["weights"]
    return found


def receipt(study: StudyRow, device: str, frontier: "Frontier[Any]", name: str) -> Receipt:
    """The receipt of the picture called `name`: a figure for each measure of each file that is drawn."""
    drawn = [point.candidate for point in frontier.points]
    hidden = {h.candidate.id for h in frontier.hidden}
    shown = [c for c in (frontier.baseline, *drawn) if c.id not in hidden]
    found = [figure for c in shown for figure in figures(c.id, c.measures, frontier.measures)]
    recipes = {c.id: c.recipe.to_json() for c in drawn}
    made = fits(study.model["weights"])
    origin = Origin(study.name, study.task, study.model, made, study.seed, device, frontier.measures, recipes)
    told = ", ".join(map(repr, frontier.measures))
    command = f"workbench.Study.open({study.name!r}).frontier({told}).plot({name!r})"
    data = {study.task["name"]: study.task["digest"]}
    return Receipt.now(name, command, {"study": origin.to_json()}, study.seed, data, found)


def figures(id: str, measured: Mapping[str, Measurement], names: Sequence[str]) -> list[Figure]:
    """A candidate's measures of these names as figures: "c1 accuracy"."""
    return [Figure.of(measured[name], f"{id} {name}", name in _LOCAL) for name in names if name in measured]
