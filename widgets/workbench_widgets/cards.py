"""Cards: a recipe's steps as the page holds them, what each technique's card has on it, and ready-made recipes.

A step is {"technique": name, "on": bool, "fields": {...}}; one that is switched off is kept and not run.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.knobs import Knob, knobs
from workbench.recipes import Recipe
from workbench.techniques import Technique, technique, techniques

if TYPE_CHECKING:
    from workbench.models import Model
    from workbench.tasks import Task

Step = Mapping[str, Any]

_KINDS = {"whole": "integer", "list": "names", "table": "shares"}
_FAMILIES = {"StructuredPruning": "p", "WeightPruning": "p", "Distillation": "d", "FineTuning": "d"}
_FAMILIES |= {"StaticQuantization": "q", "DynamicQuantization": "q", "HalfPrecision": "q"}

_MENDED = ("numerics-first", "numerics-twice", "weights-first")
"""Refusals that another order, or one step less, puts right."""

_WITHOUT_LABELS = {"Distillation": {"alpha": 0.0}}
"""Fields of techniques that need labels, as they stand where there are none."""


def steps_of(recipe: Recipe) -> list[dict[str, Any]]:
    """A recipe's steps as cards, all of them switched on."""
    return [{"technique": type(step).__name__, "on": True, "fields": step.to_json()} for step in recipe.steps]


def checked(steps: Sequence[Step]) -> tuple[Recipe | None, list[dict[str, Any]]]:
    """The recipe of the cards that are switched on, and what is wrong: {"step", "field", "sentence", "mend"}, by card.

    The recipe is None where a value cannot be, or the order; a card that is switched off is not asked.
    """
    made: list[tuple[int, Technique]] = []
    errors = []
    for index, step in enumerate(steps):
        if step.get("on", True):
            try:
                made.append((index, technique(step["technique"])(**step["fields"])))
            except InputError as error:
                errors.append(_said(index, error, error.fields.get("name") if error.code == "knob-value" else None))
    if not errors:
        errors = order_errors(made)
    return (None if errors else Recipe([step for _, step in made])), errors


def order_errors(
    made: Sequence[tuple[int, Technique]], model: "Model | None" = None, task: "Task | None" = None
) -> list[dict[str, Any]]:
    """The first card that cannot stand where it does, or not on this model and task; empty where all can."""
    for count in range(1, len(made) + 1):
        try:
            Recipe([step for _, step in made[:count]]).check(model, task)
        except InputError as error:
            return [_said(made[count - 1][0], error)]
    return []


def _said(step: int, error: InputError, field: str | None = None) -> dict[str, Any]:
    return {"step": step, "field": field, "sentence": str(error), **mends(error)}


def mends(error: InputError) -> dict[str, Any]:
    """Whether a refusal can be mended by a button at the card ("mend"), and the fields that do it ("sets"), if it is not the
    order of the steps."""
    sets = _WITHOUT_LABELS.get(str(error.fields.get("step"))) if error.code == "step-needs-labels" else None
    return {"mend": True, "sets": sets} if sets else {"mend": error.code in _MENDED}


@cache
def catalog() -> list[dict[str, Any]]:
    """Every technique that can be added: its words, its family, and its declared fields."""
    return [_entry(name, kind) for name, kind in sorted(techniques().items(), key=_rank)]


def _rank(named: tuple[str, type[Technique]]) -> tuple[int, str]:
    orders = ("architecture", "weights", "recovery", "numerics")
    return orders.index(named[1].order), named[0]


def _entry(name: str, kind: type[Technique]) -> dict[str, Any]:
    says = next(iter((kind.__doc__ or "").strip().splitlines()), "")
    words = {"title": kind.title or name, "say": says, "order": kind.order, "family": _FAMILIES.get(name, "other")}
    return {"technique": name, **words, "fields": [_field(knob) for knob in knobs(kind)]}


def _field(knob: Knob) -> dict[str, Any]:
    numeric = knob.kind in ("number", "whole")
    default = {"list": list, "table": dict}.get(knob.kind, lambda value: value)(knob.default)
    return {
        "name": knob.name,
        "kind": _KINDS.get(knob.kind, knob.kind),
        "low": knob.low,
        "high": knob.high,
        "search": list(knob.search) if knob.search is not None and numeric else None,
        "main": knob.search is not None,
        "scale": knob.scale,
        "unit": knob.unit,
        "choices": list(knob.choices),
        "default": default,
        "say": knob.say,
        "optional": knob.optional,
    }


@cache
def presets() -> list[dict[str, Any]]:
    """Ready-made recipes: {"key", "title", "steps"}."""
    from workbench.techniques import Distillation, DynamicQuantization, FineTuning, StaticQuantization, StructuredPruning

    ready: dict[str, tuple[str, list[Technique]]] = {
        "quick": ("Small and quick", [StaticQuantization()]),
        "half": ("Half the channels", [StructuredPruning(ratio=0.5), FineTuning(epochs=3)]),
        "usual": ("Prune, distil, int8", [StructuredPruning(ratio=0.5), Distillation(epochs=3), StaticQuantization()]),
        "least": ("As small as it goes", [StructuredPruning(ratio=0.8), Distillation(epochs=10), StaticQuantization()]),
        "text": ("Text and sequences", [DynamicQuantization()]),
    }
    return [{"key": key, "title": title, "steps": steps_of(Recipe(made))} for key, (title, made) in ready.items()]


def first_steps() -> list[dict[str, Any]]:
    """What a fresh session's cards are: prune half the channels, distil for 3 epochs, 8 bits."""
    return next([*preset["steps"]] for preset in presets() if preset["key"] == "usual")


def with_switched_off(new: Sequence[Step], old: Sequence[Step]) -> list[Step]:
    """Other steps, and among them, where they were, the cards that are switched off: a text knows nothing of those."""
    merged = list(new)
    for index, step in enumerate(old):
        if not step.get("on", True):
            merged.insert(min(index, len(merged)), step)
    return merged
