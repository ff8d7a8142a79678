"""How fast a network learns here: a few steps down the gradient, timed before anybody waits for thousands."""

import copy
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.errors import InputError
from workbench.tasks.task import Split

if TYPE_CHECKING:
    from torch import Tensor, nn

SIZES = (16, 128)
"""Batches of two sizes: what a batch costs and what a sample in it costs are two things."""

ENOUGH = 1.0
"""Seconds after which no further step is timed."""


def pace(
    module: "nn.Module", split: Split, device: str, check: Callable[[], None] = lambda: None
) -> tuple[tuple[int, float], ...]:
    """(samples, seconds) of one training step for each of `SIZES`, as far as `ENOUGH` allows and there are samples.

    The module is copied, the answer's mean square stands for the loss, and nobody's random numbers move. Of two steps the
    second counts, of a slow network the first. Empty where there is nothing to train, or where a step does not work: that is
    the business of the training itself, which says so.
    """
    from workbench.training.repeatable import repeatable

    found: list[tuple[int, float]] = []
    began = time.monotonic()
    with repeatable(device):
        try:
            step = _step(module, split, device)
            for size in sorted({min(size, len(split)) for size in SIZES}):
                seconds = step(size)
                if time.monotonic() - began < ENOUGH:
                    seconds = step(size)
                found.append((size, seconds))
                check()
                if time.monotonic() - began > ENOUGH:
                    break
        except (InputError, RuntimeError):
            return ()
    return tuple(found)


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
            torch.cuda.synchronize()
        return time.monotonic() - began

    return step
