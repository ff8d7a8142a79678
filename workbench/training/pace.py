"""How fast a network learns here: a few steps down the gradient, timed before anybody waits for thousands."""

import copy
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.errors import Cancelled
from workbench.tasks.task import Split

if TYPE_CHECKING:
    from torch import Tensor, nn

SIZES = (2, 16, 128)
"""Batches of several sizes: what a batch costs and what a sample in it costs are two things."""

ENOUGH = 1.0
"""Seconds after which no further step is timed: a larger batch is tried only where it is likely to end before."""


COLD = 20.0
"""Seconds that the very first step on a GPU may take: it loads CUDA's libraries, which later ones do not."""


def pace(
    module: "nn.Module", split: Split, device: str, check: Callable[[], None] = lambda: None
) -> tuple[tuple[int, float], ...]:
    """(samples, seconds) of one training step for each of `SIZES`, as far as `ENOUGH` allows and there are samples.

    The module is copied, the answer's mean square stands for the loss, and nobody's random numbers move. Of two steps the
    second counts, and the very first one only where it takes longer than all of this should. What does not work in a step,
    whatever it is, ends the timing and nothing else: it is the business of the training, which says so where somebody asks
    for it.
    """
    found: list[tuple[int, float]] = []
    try:
        _timed(module, split, device, check, found)
    except Cancelled:
        raise
    except Exception:  # a person's own network may raise anything
        return tuple(found)
    return tuple(found)


def _timed(module: "nn.Module", split: Split, device: str, check: Callable[[], None], found: list[tuple[int, float]]) -> None:
    from workbench.training.repeatable import repeatable

    with repeatable(device):
        step, sizes = _step(module, split, device), sorted({min(size, len(split)) for size in SIZES})
        first = step(sizes[0])  # with whatever is only made ready in it
        if first > (COLD if device.startswith("cuda") else ENOUGH):
            found.append((sizes[0], first))
            return
        end = time.monotonic() + ENOUGH
        for size in sizes:
            if found and time.monotonic() + found[-1][1] * size / found[-1][0] > end:
                return
            seconds = step(size)
            if time.monotonic() + seconds < end:
                seconds = step(size)
            found.append((size, seconds))
            check()


def seconds_of(pace: tuple[tuple[int, float], ...], batch: int) -> float:
    """Seconds of a step with `batch` samples: on the line through what was timed; with one point, in proportion to it."""
    (size, seconds), (larger, longer) = pace[0], pace[-1]
    if larger == size:
        return seconds * batch / size
    slope = max((longer - seconds) / (larger - size), 0.0)
    return max(seconds + slope * (batch - size), 0.0) if slope else longer


def _step(module: "nn.Module", split: Split, device: str) -> Callable[[int], float]:
    import torch

    from workbench.models.calling import call, tensors
    from workbench.training.optimizers import optimizer_of
    from workbench.training.settings import Settings

    copied = copy.deepcopy(module).to(device).train()
    optimizer, _ = optimizer_of(copied, Settings(), "fit")

    def step(size: int) -> float:
        inputs = tensors(split.head(size).arrays, device)
        began = time.monotonic()
        optimizer.zero_grad(set_to_none=True)
        answer: Tensor = call(copied, inputs)
        answer.float().square().mean().backward()
        optimizer.step()
        if device.startswith("cuda"):
            torch.cuda.synchronize(device)
        return time.monotonic() - began

    return step
