"""Recipes side by side: a row for each field that somebody set, or that differs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.knobs import Knob, knobs
from workbench.plots.family import spelled

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench.techniques import Technique


TOLD = ("ratio", "epochs")


class Steps(NamedTuple):
    """Steps on their own, for what is asked of a recipe."""

    steps: "tuple[Technique, ...]"


def recipe_rows(candidates: "Sequence[Candidate]") -> list[dict[str, Any]]:
    """Rows of {"step", "title", "field", "unit", "cells"}: a candidate without the step has null.

    A technique that a recipe has twice has rows for each time; one that nobody set anything of has one row, with no field and
    in its cells the step as `spelled` gives it. A ratio and epochs are always told.
    """
    steps = {c.id: _numbered(c.recipe.steps) for c in candidates}
    rows = []
    for key in dict.fromkeys(key for own in steps.values() for key in own):
        rows += _rows(key, {id: own.get(key) for id, own in steps.items()})
    return rows


def _numbered(steps: "Sequence[Technique]") -> "dict[tuple[str, int], Technique]":
    found: dict[tuple[str, int], Technique] = {}
    for step in steps:
        name, number = step.described()["technique"], 1
        while (name, number) in found:
            number += 1
        found[name, number] = step
    return found


def _rows(key: tuple[str, int], steps: "dict[str, Technique | None]") -> list[dict[str, Any]]:
    name, number = key
    there = [step for step in steps.values() if step is not None]
    told = {"step": name if number == 1 else f"{name} {number}", "title": there[0].title or name}
    fields = [k for k in knobs(type(there[0])) if _worth_a_row(k, there)]
    if not fields:
        cells = {id: None if step is None else spelled(Steps((step,))) or True for id, step in steps.items()}
        return [{**told, "field": None, "unit": "", "cells": cells}]
    return [
        {**told, "field": k.name, "unit": k.unit, "cells": {id: _cell(k, step) for id, step in steps.items()}} for k in fields
    ]


def _worth_a_row(knob: Knob, steps: "Sequence[Technique]") -> bool:
    values = [getattr(step, knob.name, None) for step in steps]
    return knob.name in TOLD or any(value != knob.default for value in values) or any(value != values[0] for value in values)


def _cell(knob: Knob, step: "Technique | None") -> Any:
    return None if step is None else step.to_json().get(knob.name)
