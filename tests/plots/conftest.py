"""Candidates made of plain records: what a picture is drawn from."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from workbench.records import Measurement

ORDERS = {"p": "architecture", "w": "weights", "d": "recovery", "q": "numerics"}


@dataclass(frozen=True)
class Step:
    """A technique that says its order, and has a title of some length."""

    order: str
    title: str = "Do something"
    epochs: int = 3


@dataclass(frozen=True)
class Candidate:
    id: str
    measures: dict
    name: str = "int8"
    status: str = "measured"
    reason: str | None = None
    recipe: SimpleNamespace = field(default_factory=lambda: recipe("q"))


def recipe(kinds: str) -> SimpleNamespace:
    """A recipe with one technique of each kind: "pq" prunes and quantizes."""
    return SimpleNamespace(steps=tuple(Step(ORDERS[k]) for k in kinds), digest=f"digest-{kinds}")


def measured(name: str, value: float, half: float = 0.0, higher: bool = False, unit: str = "", **more) -> Measurement:
    return Measurement(name, value, value - half, value + half, unit, higher, 1000, **more)


def candidate(id: str, size: float, accuracy: float, half: float = 0.01, kinds: str = "q", **more) -> Candidate:
    quality = measured("accuracy", accuracy, half, higher=True, split="validation")
    speed = measured("latency_b1_ms", size / 1e5, size / 1e6, unit="ms", machine="a small machine")
    measures = {"size_bytes": measured("size_bytes", size, unit="B"), "accuracy": quality, "latency_b1_ms": speed}
    return Candidate(id, measures, recipe=recipe(kinds), **more)


@pytest.fixture
def make():
    return candidate


@pytest.fixture(name="measured")
def _measured():
    return measured


@pytest.fixture(name="recipe")
def _recipe():
    return recipe


@pytest.fixture
def bare():
    """A candidate with just these measures."""
    return Candidate
