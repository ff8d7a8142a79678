"""Where a network is trained."""

from workbench.errors import InputError


def pick(device: str = "auto") -> str:
    """ "cuda" where there is one and nothing else is wanted, else "cpu". `InputError` for a device that is not here."""
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    known = ["cpu", *(["cuda", *(f"cuda:{k}" for k in range(torch.cuda.device_count()))] if torch.cuda.is_available() else [])]
    if device not in known:
        raise InputError("no-device", device=device)
    return device
