"""Where a network is trained, and what is said when that has no memory left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from workbench.errors import InputError, StepFailed

T = TypeVar("T")

_SAID = ("CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
"""What CUDA's libraries say of memory in errors that are not `torch.OutOfMemoryError`."""


def pick(device: str = "auto") -> str:
    """ "cuda:0" where there is one and nothing else is wanted, else "cpu". `InputError` for a device that is not here."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device in ("auto", "cuda") and count:
        return "cuda:0"
    if device == "auto":
        return "cpu"
    if device not in ["cpu", *(f"cuda:{k}" for k in range(count))]:
        asked = device.startswith("cuda") and not count
        raise InputError("no-cuda" if asked else "no-device", device=device, version=torch.__version__)
    return device


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a GPU had no memory left, whichever library says so."""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID)


@contextmanager
def within_memory(step: str, batch_size: int | None = None) -> Iterator[None]:
    """What a GPU has no memory for becomes a `StepFailed` that says what to lower: "gpu-out-of-memory" with a batch size, else
    "gpu-too-small"."""
    try:
        yield
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        if batch_size is None:
            raise StepFailed("gpu-too-small", step=step) from None
        raise StepFailed("gpu-out-of-memory", step=step, batch_size=batch_size) from None


def in_smaller(run: Callable[[int], T], size: int) -> T:
    """What `run` gives with batches of `size` samples, or with half as many as long as a GPU has no memory for them."""
    while True:
        try:
            return run(size)
        except RuntimeError as error:
            if size == 1 or not is_out_of_memory(error):
                raise
        size //= 2
