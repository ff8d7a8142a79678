"""The same seed gives the same run, and nobody else's random numbers move."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


@contextmanager
def repeatable(device: str) -> Iterator[None]:
    """Inside, algorithms are deterministic where torch has such ones; outside, all is as it was, but for the variable that
    cuBLAS reads once in a process. A worker has it from its beginning."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    gpu = device.startswith("cuda")
    if gpu:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it cuBLAS may sum in another order
    with torch.random.fork_rng(devices=[torch.device(device)] if gpu else []):
        torch.use_deterministic_algorithms(True, warn_only=True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(before[0], warn_only=before[1])


def shuffled(samples: int, size: int, seed: int, device: str = "cpu") -> list[Tensor]:
    """Shuffled row numbers in batches; a last batch of one joins the one before: batch normalisation needs two."""
    order = torch.randperm(samples, generator=torch.Generator().manual_seed(seed)).to(device)
    batches = list(order.split(size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches
