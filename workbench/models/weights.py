"""Weights in the object store: safetensors under every name of the state dict, whoever wrote them first.

A state dict in a file of torch's own is read by `weights_only`: a pickle that would run code is refused and never run.
"""

import pickle
import warnings
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Damaged, InputError, NotFound
from workbench.files import Digest, digest_bytes, digest_json
from workbench.models.model import WEIGHTS
from workbench.objects import Objects
from workbench.words import Part, part

if TYPE_CHECKING:
    from torch import Tensor, nn

_WRAPPED = "module."
"""What torch.nn.DataParallel, and the distributed one, put before every name."""

_CHECKPOINT = ("state_dict", "model_state_dict", "model")
"""Where training scripts keep the state dict in a checkpoint."""


def store_weights(module: "nn.Module") -> Digest:
    """Keeps a module's state dict; the key follows from the bytes alone. A tied weight is kept under each of its names."""
    return _keep(to_bytes(module))


def to_bytes(module: "nn.Module") -> bytes:
    """A module's state dict as safetensors: the same state gives the same bytes."""
    from torch.nn.parameter import is_lazy

    for name, tensor in _tensors(module.state_dict()).items():
        if is_lazy(tensor):
            raise InputError("weights-lazy", layer=name.rpartition(".")[0] or name)
    return _serialized(_tensors(module.state_dict()))


def copy_weights(path: str | Path) -> Digest:
    """Copies a person's weights file (.safetensors, or a state dict that torch saved) into the store.

    Raises `NotFound` without the file, `Damaged` for one that is not whole, and `InputError` "pickle-refused" for a
    pickle that holds anything but tensors; nothing in it is run.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise NotFound("weights-missing", path=str(path))
    if path.suffix != ".safetensors":
        return _keep(_serialized(_state_dict(path)))
    from safetensors import SafetensorError, deserialize

    data = path.read_bytes()
    try:
        deserialize(data)
    except SafetensorError as error:
        raise Damaged("weights-unreadable", path=str(path), why=str(error)) from None
    return _keep(data)


def tensor_shapes(path: str | Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes of what a .safetensors file holds, read off its head. Raises `NotFound` and `Damaged`."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise NotFound("weights-missing", path=str(path))
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as f:
            return {name: tuple(f.get_slice(name).get_shape()) for name in f.keys()}  # noqa: SIM118 - no mapping
    except SafetensorError as error:
        raise Damaged("weights-unreadable", path=str(path), why=str(error)) from None


def fill(module: "nn.Module", state: "dict[str, Tensor]", name: str) -> None:
    """Loads a state dict into a module, strictly: `InputError` names the first tensors that do not fit.

    The prefix that DataParallel puts before every name is taken off.
    """
    wanted = _tensors(module.state_dict())
    state = unwrapped(state, wanted)
    wrong = [part("tensor-missing", name=key) for key in wanted if key not in state]
    wrong += [part("tensor-unknown", name=key) for key in state if key not in wanted]
    for key in wanted:
        if key in state and state[key].shape != wanted[key].shape:
            wrong.append(part("tensor-misshapen", name=key, found=_shape(state[key]), wanted=_shape(wanted[key])))
    if wrong:
        more = part("tensors-more", count=len(wrong) - 3) if len(wrong) > 3 else ""
        first = reduce(lambda first, then: part("first-then", first=first, then=then), wrong[:3])
        raise InputError("weights-misfit", model=name, first=first, more=more, others="")
    module.load_state_dict(state, strict=True)


def unwrapped(state: "dict[str, Tensor]", wanted: "dict[str, Tensor]") -> "dict[str, Tensor]":
    """Without the prefix that DataParallel puts before every name, where none is wanted."""
    if state and all(key.startswith(_WRAPPED) for key in state) and not any(key.startswith(_WRAPPED) for key in wanted):
        return {key.removeprefix(_WRAPPED): value for key, value in state.items()}
    return state


def check_weights(module: "nn.Module") -> None:
    """Raises `InputError` "nan-weights" with the first layer whose weights are not finite."""
    import torch

    for name, tensor in _tensors(module.state_dict()).items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise InputError("nan-weights", layer=name.rpartition(".")[0] or name)


def read_state(folder: Path) -> "dict[str, Tensor]":
    """The state dict in the folder of an object."""
    from safetensors.torch import load_file

    state: dict[str, Tensor] = load_file(str(folder / WEIGHTS))
    return state


def _keep(data: bytes) -> Digest:
    key = digest_json({"weights": digest_bytes(data)})
    Objects().put(key, lambda folder: _write(folder / WEIGHTS, data))
    return key


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _serialized(state: "dict[str, Tensor]") -> bytes:
    """Each tensor has memory of its own: safetensors takes no shared memory."""
    from safetensors.torch import save

    data: bytes = save({name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()})
    return data


def _state_dict(path: Path) -> "dict[str, Tensor]":
    """What torch saved at `path`: a state dict, or a table that has one under a usual name."""
    import torch

    try:
        with warnings.catch_warnings(action="ignore"):  # of an unusual pickle: it is refused in our own words
            loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise InputError("pickle-refused", path=str(path)) from None
    except Exception as error:  # a broken archive fails in many ways
        raise Damaged("weights-unreadable", path=str(path), why=_why(error)) from None
    for key in _CHECKPOINT:
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict) or not loaded:
        raise InputError("not-a-state-dict", path=str(path), found=type(loaded).__name__)
    for name, value in loaded.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            found = part("dict-value", type=type(value).__name__, name=repr(name))
            raise InputError("not-a-state-dict", path=str(path), found=found)
    return loaded


def _why(error: Exception) -> str | Part:
    """torch's words on a broken archive; on mere noise its parser stumbles somewhere, which says nothing."""
    said = str(error).split("\n")[0]
    return said if isinstance(error, RuntimeError) and said else part("not-torchs")


def _tensors(state: Any) -> "dict[str, Tensor]":
    """A state dict without the extra state that some modules add, which is no tensor."""
    import torch

    return {name: value for name, value in state.items() if isinstance(value, torch.Tensor)}


def _shape(tensor: "Tensor") -> str | Part:
    return " x ".join(str(side) for side in tensor.shape) or part("one-number")
