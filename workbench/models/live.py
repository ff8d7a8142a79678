"""A module that a person made in this process: its class crosses to a worker by value, its weights as safetensors.

The payload is made by cloudpickle and goes over a private pipe only. A person's own modules are carried along by value
too, so that the worker needs no path to them and never mistakes an older state of a file for this one. In place of each
weight the payload has its shape and type.
"""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.models.fingerprint import fingerprint
from workbench.models.model import Model
from workbench.models.sources import is_library
from workbench.models.weights import store_weights

if TYPE_CHECKING:
    from torch import Tensor, nn


def describe(module: "Model | nn.Module") -> Model:
    """The description of a module, its weights kept in the object store. A `Model` is returned as it is.

    Raises `InputError` where something in the module cannot be handed to another process.
    """
    if isinstance(module, Model):
        return module
    if isinstance(module, Mapping):
        raise InputError("weights-alone", found=type(module).__name__)
    if "torch" not in sys.modules:
        raise InputError("not-a-model", found=type(module).__name__)
    from torch import nn

    if not isinstance(module, nn.Module):
        raise InputError("not-a-model", found=type(module).__name__)
    kind = type(module)
    weights, code = store_weights(module), fingerprint(module)
    return Model("module", kind.__name__, f"live:{kind.__qualname__}", code, {}, weights, payload=_payload(module))


def revive(model: Model) -> "nn.Module":
    """The module as it was described, its weights left open. Raises `InputError` "class-gone" without its class."""
    from torch import nn

    if model.payload is None:
        raise InputError("class-gone", name=model.source.removeprefix("live:"))
    import cloudpickle

    module = cloudpickle.loads(model.payload)
    assert isinstance(module, nn.Module)
    return module


def _payload(module: "nn.Module") -> bytes:
    import copy
    import pickle

    for by_value in (True, False):  # by value first; what a person's module has lying around may not be portable
        try:
            return _pickled(copy.deepcopy(module).cpu(), by_value)
        except (pickle.PicklingError, TypeError, AttributeError, RuntimeError, ValueError) as error:
            failure = error
    raise InputError("class-not-portable", name=type(module).__qualname__, why=str(failure).split("\n")[0]) from failure


def _pickled(module: "nn.Module", by_value: bool) -> bytes:
    import cloudpickle
    from torch import nn

    names = set(module.state_dict())
    tensors = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    stored = {id(tensor) for name, tensor in tensors if name in names}

    class Structure(cloudpickle.Pickler):
        def reducer_override(self, obj: Any) -> Any:
            if id(obj) in stored:
                return _blank, (isinstance(obj, nn.Parameter), tuple(obj.shape), obj.dtype, obj.requires_grad)
            return super().reducer_override(obj)

    buffer = io.BytesIO()
    with _carried() if by_value else _nothing():
        Structure(buffer).dump(module)
    return buffer.getvalue()


def _blank(parameter: bool, shape: tuple[int, ...], dtype: Any, requires_grad: bool) -> "Tensor":
    import torch

    empty = torch.zeros(shape, dtype=dtype)
    return torch.nn.Parameter(empty, requires_grad) if parameter else empty


@contextmanager
def _carried() -> Iterator[None]:
    """Inside, what a person's own modules define is pickled by value instead of by name."""
    import cloudpickle

    known = cloudpickle.list_registry_pickle_by_value()
    own = [m for n, m in list(sys.modules.items()) if n != "__main__" and n not in known and _of_a_person(n, m)]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _of_a_person(name: str, module: Any) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and getattr(module, "__name__", None) == name and not is_library(name, file)
