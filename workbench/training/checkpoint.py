"""The state of a run between two epochs, in one file that is whole or not there: tensors, and the rest as JSON.

With it an interrupted run goes on to the very same result. It holds no generator's state: each epoch draws from one of
its own, seeded by the run's seed and the epoch.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.files import write_atomic

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer


@dataclass
class Progressed:
    """How far a run is. `best_epoch` counts from 1; `history` has one table of figures an epoch."""

    epoch: int = 0
    best_epoch: int = 0
    best_loss: float = float("inf")
    history: list[dict[str, float]] = field(default_factory=list)
    best: "dict[str, Tensor]" = field(default_factory=dict)


def save(path: Path, run: Mapping[str, Any], module: "nn.Module", optimizer: "Optimizer", so_far: Progressed) -> None:
    """Writes the state after an epoch. `run` says which run it belongs to."""
    from safetensors.torch import save as serialize

    tensors = {f"module.{name}": tensor for name, tensor in module.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in so_far.best.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in state.items() if tensor is not None}
    rest = {k: v for k, v in asdict(so_far).items() if k not in ("best", "best_loss")}
    said = {"run": dict(run), "so_far": rest | ({"best_loss": so_far.best_loss} if so_far.best_epoch else {})}
    kept = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    write_atomic(path, serialize(kept, metadata={"state": json.dumps(said)}))


def restore(path: Path, run: Mapping[str, Any], module: "nn.Module", optimizer: "Optimizer") -> Progressed:
    """Puts the kept state into module and optimizer; the beginning where there is none, or none of this run."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="pt") as file:
            said = json.loads(file.metadata()["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (it is no dict)
    except (FileNotFoundError, SafetensorError, KeyError, TypeError):
        return Progressed()
    if said["run"] != json.loads(json.dumps(dict(run))):
        return Progressed()
    module.load_state_dict(_under("module.", tensors))
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in _under("optimizer.", tensors).items():
        index, _, key = name.partition(".")
        state.setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    _as_parameters(optimizer)
    device = next(module.parameters()).device
    best = {name: tensor.to(device) for name, tensor in _under("best.", tensors).items()}
    return Progressed(best=best, **said["so_far"])


def _as_parameters(optimizer: "Optimizer") -> None:
    """Lays out the moments as the parameters are, as they were before: fused steps on a GPU ask for it, and sum by it."""
    for parameter, state in optimizer.state.items():
        for name, tensor in state.items():
            if tensor is not None and tensor.shape == parameter.shape:
                state[name] = parameter.detach().clone().copy_(tensor)


def _under(prefix: str, tensors: "Mapping[str, Tensor]") -> "dict[str, Tensor]":
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
