"""The step size over a run as a plain function of the step: a resumed run needs no memory of it."""

import math
from typing import Literal

WARM_UP, START, END = 0.3, 1 / 25, 1 / 250_000
"""Share of the run with a rising step size; the first and the last step size as shares of the highest."""


def share(schedule: Literal["onecycle", "cosine", "constant"], step: int, steps: int) -> float:
    """The step size in step `step` of `steps` (from 0), as a share of the highest one.

    "onecycle": up and down along half cosines (L. Smith, N. Topin, "Super-Convergence", 2018); "cosine": down along one
    (I. Loshchilov, F. Hutter, "SGDR", 2017).
    """
    if schedule == "constant":
        return 1.0
    if schedule == "cosine":
        return _between(1.0, 0.0, step / steps)
    top = WARM_UP * steps - 1
    if step <= top:
        return _between(START, 1.0, step / top)
    return _between(1.0, END, (step - top) / (steps - 1 - top)) if steps > 1 else 1.0


def _between(first: float, last: float, done: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * done)) / 2
