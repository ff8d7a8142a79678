"""The family of a recipe: which kinds of technique are in it. Shape and colour say the same thing twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.plots import tokens


class Composed(Protocol):
    """A recipe, as far as its family goes: steps whose class says its `order` and its `title`."""

    @property
    def steps(self) -> Iterable[Any]: ...


@dataclass(frozen=True)
class Family:
    """`key` has "p" where something is cut or set to zero, "d" where something is trained again, "q" where numbers are
    stored differently; `marker` is matplotlib's name of the shape, `size` makes shapes look equally large."""

    key: str
    title: str
    marker: str
    colour: str
    size: float = 1.0


FAMILIES = {
    f.key: f
    for f in (
        Family("q", "Quantize", "o", tokens.QUANTIZE),
        Family("p", "Prune", "s", tokens.PRUNE, 0.9),
        Family("pd", "Prune, train", "P", tokens.PRUNE, 1.15),
        Family("d", "Train", "v", tokens.DISTIL_QUANTIZE, 1.1),
        Family("pq", "Prune, quantize", "D", tokens.PRUNE_QUANTIZE, 0.85),
        Family("dq", "Train, quantize", "^", tokens.DISTIL_QUANTIZE, 1.1),
        Family("pdq", "Prune, train, quantize", "p", tokens.ALL_THREE, 1.15),
        Family("", "As exported", "8", tokens.INK_2),
    )
}
"""Every family by its key, in the order of the legend: colours by the dusk scale, the rarer ones told by shape."""

_LETTERS = {"architecture": "p", "weights": "p", "recovery": "d", "numerics": "q"}


def family(recipe: Composed) -> Family:
    """The family of a recipe, from the `order` that the class of each technique declares."""
    letters = {_LETTERS[step.order] for step in recipe.steps}
    return FAMILIES["".join(letter for letter in "pdq" if letter in letters)]


def caption(recipe: Composed) -> str:
    """A recipe in half a line, for a label: "prune channels 50 % · distil 3 epochs"."""
    return " · ".join(map(_step, recipe.steps))


def _step(step: Any) -> str:
    title = step.title or type(step).__name__
    parts = [title[0].lower() + title[1:]]
    if isinstance(getattr(step, "ratio", None), float):
        parts.append(f"{100 * step.ratio:g} %")
    if isinstance(getattr(step, "epochs", None), int):
        parts.append("1 epoch" if step.epochs == 1 else f"{step.epochs} epochs")
    return " ".join(parts)


def spelled(recipe: Composed) -> list[list[Any]]:
    """A recipe as [technique, number] a step, its ratio or its epochs or None, for a caption in another language; empty where
    a technique is not the library's own, which only its title names."""
    steps = list(recipe.steps)
    own = all(type(step).__module__.startswith("workbench.") for step in steps)
    return [[type(step).__name__, _number(step)] for step in steps] if own else []


def _number(step: Any) -> float | None:
    ratio, epochs = getattr(step, "ratio", None), getattr(step, "epochs", None)
    return ratio if isinstance(ratio, float) else epochs if isinstance(epochs, int) else None
