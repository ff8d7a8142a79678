"""Where a study's figures come from, as JSON: enough to make them again in an empty home.

Weights that a fit made are fitted again; others, and a person's arrays, are looked for by digest in the home where the
study was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import Damaged
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
            _Origin.model_validate(data)
            origin = cls(**data)
            for steps in origin.recipes.values():
                Recipe.from_json(list(steps), missing_ok=True)
        except ValidationError as error:
            raise damaged(path, f"{'.'.join(map(str, error.errors()[0]['loc']))}: {error.errors()[0]['msg']}") from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise damaged(path, str(error)) from None
        return origin


class _Written(BaseModel):
    model_config = ConfigDict(strict=True)


class _Model(_Written):
    kind: Literal["module", "graph"]
    name: str
    source: str
    code: str
    arguments: dict[str, Any]
    weights: str | None
    cuts: list[Annotated[list[Any], Field(min_length=3, max_length=3)]]


class _Task(_Written):
    name: str
    kind: str
    source: dict[str, Any]
    digest: str


_Seed = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class _Fit(_Written):
    model: _Model
    task: _Task
    settings: dict[str, Any]
    seed: _Seed
    device: str


class _Origin(_Written):
    """What each part of an origin is, as JSON."""

    study: str
    task: _Task
    model: _Model
    fits: list[_Fit]
    seed: _Seed
    device: str
    measures: list[str]
    recipes: dict[str, list[dict[str, Any]]]


def damaged(path: Path, why: str) -> Damaged:
    """The error that says that the study in the receipt at `path` cannot be what it says."""
    return Damaged("receipt-damaged", path=str(path), why=f"its study cannot be read ({why})")


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
