"""What a file's call would take, from a table of times of single operators, put right by the files that were timed.

The table gives every kind of operator a time a + b x MACs, and the sum over a recipe's layers is a first guess. It leaves out
what the profiler adds, what stands between layers, and how well a width fits the machine; so it is multiplied by what measured
files of the study took beside their own guess. The scatter of that ratio is the estimate's error.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from workbench.graphs.operator_times import OperatorTime, Storage, kind_of
from workbench.recipes import Recipe
from workbench.records import Expected
from workbench.study.estimate import Structure, estimate
from workbench.techniques import DynamicQuantization, HalfPrecision, StaticQuantization, Technique

_STORAGE: Mapping[type[Technique], Storage] = {
    StaticQuantization: "int8",
    DynamicQuantization: "int8-dynamic",
    HalfPrecision: "float16",
}

_UNKNOWN = math.log(3)
"""Without a timed file whose weights are stored alike, an estimate may be off by a factor of three either way."""

_PRIOR, _WEIGHT = 0.2, 2
"""The scatter (of the logarithm) that is expected before there are points, and how many points this belief is worth."""

Rate = tuple[float, float]
Rates = Mapping[tuple[str, Storage], Rate]


def latency(
    recipe: Recipe, of: Structure, points: Iterable[tuple[Recipe, float]], table: Iterable[OperatorTime]
) -> Expected | None:
    """The latency at batch 1 of what a recipe gives, in milliseconds; None where nothing is known of its operators.

    `points` are recipes of the same study whose files were timed on this machine, with their milliseconds.
    """
    known = rates(table)
    first = guess(recipe, of, known)
    if first is None:
        return None
    ratios: dict[bool, list[float]] = {True: [], False: []}
    for other, milliseconds in points:
        guessed = guess(other, of, known)
        if guessed is not None:
            ratios[stored(other) == stored(recipe)].append(milliseconds / guessed)
    return expected(first, ratios[True], ratios[False])


def stored(recipe: Recipe) -> Storage:
    """How a recipe has weights stored in the end."""
    return next((_STORAGE[type(step)] for step in reversed(recipe.steps) if type(step) in _STORAGE), "float32")


def rates(table: Iterable[OperatorTime]) -> Rates:
    """For each kind of operator and storage, seconds of a call and seconds a MAC, both at least 0."""
    found: dict[tuple[str, Storage], list[OperatorTime]] = {}
    for row in table:
        found.setdefault((row.kind, row.storage), []).append(row)
    return {key: _line(rows) for key, rows in found.items()}


def guess(recipe: Recipe, of: Structure, known: Rates) -> float | None:
    """Milliseconds a call: the sum over the layers that multiply. None where nothing is known of such operators.

    What is not known in the recipe's storage is taken as in float.
    """
    found = []
    for layer, left in zip(of.layers, estimate(recipe, of).layers, strict=True):
        kind = kind_of(layer.operator)
        rate = known.get((kind, stored(recipe))) or known.get((kind, "float32"))
        if layer.macs and rate is not None:
            found.append(rate[0] + rate[1] * left.macs)
    return sum(found) * 1e3 if found else None


def expected(first: float, ratios: Sequence[float], others: Sequence[float] = ()) -> Expected:
    """A first guess put right, with its 90 % interval.

    `ratios` are measured times over guessed ones of files whose weights are stored alike, `others` those of the rest: they
    move the estimate only where there are none of the first, and narrow nothing.
    """
    logs = np.log(ratios or others or [1.0])
    middle = first * math.exp(float(logs.mean()))
    half = _half(logs) if ratios else _UNKNOWN
    return Expected(middle, middle * math.exp(-half), middle * math.exp(half), len(ratios))


def _half(logs: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float:
    """Half the interval for one more draw, with the prior's scatter counted as `_WEIGHT` points (Student's t)."""
    freedom = _WEIGHT + len(logs) - 1
    scatter = (_WEIGHT * _PRIOR**2 + float(((logs - logs.mean()) ** 2).sum())) / freedom
    return _student(freedom) * math.sqrt(scatter * (1 + 1 / len(logs)))


def _student(freedom: int) -> float:
    """The 95 % quantile of Student's t (Abramowitz & Stegun 1964, 26.7.5), within 1.5 % from two degrees of freedom on."""
    z, n = 1.6448536, freedom
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    return z + (z**3 + z) / (4 * n) + second + third


def _line(rows: Sequence[OperatorTime]) -> Rate:
    """a + b x MACs by least squares of relative errors, neither of them below 0: more MACs never take less."""
    u = np.array([1 / row.seconds for row in rows])
    v = np.array([row.macs / row.seconds for row in rows])
    uu, uv, vv = float(u @ u), float(u @ v), float(v @ v)
    determinant = uu * vv - uv * uv
    if determinant > 1e-9 * uu * vv:
        a, b = (vv * u.sum() - uv * v.sum()) / determinant, (uu * v.sum() - uv * u.sum()) / determinant
        if a >= 0 and b >= 0:
            return float(a), float(b)
        if b < 0:
            return float(u.sum() / uu), 0.0
    return 0.0, float(v.sum() / vv)
