"""The digest of a live module's code and structure: equal in every process that defines the same classes.

Read are the compiled functions of all classes of the module's tree that are a person's own, what these reach through
their globals and closures, and the attributes of every submodule. Weights are not part of it: they have a digest of
their own. There need be no source: a class may come from a notebook cell or from standard input. What an installed
library defines counts by its name.
"""

import hashlib
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

from workbench.files import Digest, digest_json
from workbench.models.sources import is_library

if TYPE_CHECKING:
    from torch import nn

_SCALARS = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_ANNOTATIONS = ("__annotate__", "__annotate_func__")


def fingerprint(module: "nn.Module") -> Digest:
    """The digest of a module's code and structure."""
    from torch import nn

    internal = set(vars(nn.Module()))
    state = {id(t) for t in [*module.parameters(), *_persistent(module)]}
    reader = _Reader(state)
    lines: list[Any] = []
    first: dict[int, str] = {}
    for name, part in module.named_modules(remove_duplicate=False):
        known = first.setdefault(id(part), name)
        if known != name:
            lines.append([name, "same as", known])
            continue
        attributes = {k: v for k, v in vars(part).items() if k not in internal}
        tensors = [[k, list(t.shape), str(t.dtype), t.requires_grad] for k, t in part.named_parameters(recurse=False)]
        buffers = dict(part.named_buffers(recurse=False))
        told = [reader.read(type(part)), reader.read(dict(sorted(attributes.items()))), reader.read(buffers)]
        lines.append([name, tensors, *told])
    return digest_json(lines)


def code_digest(thing: Any) -> Digest:
    """The digest of a class or a function by its compiled code, and by what that reaches."""
    return digest_json(_Reader(set()).read(thing))


def _persistent(module: "nn.Module") -> list[Any]:
    """Buffers that the state dict holds."""
    names = set(module.state_dict())
    return [buffer for name, buffer in module.named_buffers(remove_duplicate=False) if name in names]


class _Reader:
    """Turns objects into JSON that says what they are.

    Classes, functions and other things that have an identity are told once, and named by their number from then on;
    plain values are told each time, since whether two equal ones are the same object differs between processes.
    """

    def __init__(self, state: set[int]) -> None:
        self.state = state
        self.seen: dict[int, int] = {}
        self.alive: list[Any] = []
        self.within: set[int] = set()

    def read(self, value: Any) -> Any:
        if isinstance(value, _SCALARS):
            return [type(value).__name__, repr(value)]
        if id(value) in self.state:
            return "state"
        if id(value) in self.seen:
            return ["seen", self.seen[id(value)]]
        if isinstance(value, tuple | list | Mapping | set | frozenset):
            return self._container(value)
        if isinstance(value, type | types.FunctionType) or hasattr(value, "__dict__"):
            self.seen[id(value)] = len(self.seen)
            self.alive.append(value)  # an id is only good while its object lives
        return self._describe(value)

    def _container(self, value: Any) -> Any:
        if id(value) in self.within:
            return "itself"
        self.within.add(id(value))
        try:
            if isinstance(value, tuple | list):
                return [type(value).__name__, *(self.read(v) for v in value)]
            if isinstance(value, Mapping):
                return ["table", *([self.read(k), self.read(v)] for k, v in value.items())]
            return ["set", *sorted(repr(v) for v in value if isinstance(v, _SCALARS))]
        finally:
            self.within.discard(id(value))

    def _describe(self, value: Any) -> Any:
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, types.MethodType):
            return ["method", self.read(value.__func__)]
        if isinstance(value, partial):
            return ["partial", self.read(value.func), self.read(value.args), self.read(value.keywords)]
        if isinstance(value, staticmethod | classmethod):
            return [type(value).__name__, self.read(value.__func__)]
        if isinstance(value, property):
            return ["property", self.read(value.fget), self.read(value.fset), self.read(value.fdel)]
        return self._object(value)

    def _object(self, value: Any) -> Any:
        import numpy as np
        import torch

        if isinstance(value, types.ModuleType):
            return ["module", value.__name__]
        if isinstance(value, torch.Tensor):
            raw = value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
            return ["tensor", str(value.dtype), list(value.shape), hashlib.sha256(raw).hexdigest()]
        if isinstance(value, np.ndarray):
            return ["array", str(value.dtype), list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()]
        if isinstance(value, torch.dtype | torch.device | torch.Size | Enum):
            return [type(value).__name__, str(value)]
        kind = type(value)
        if isinstance(value, torch.nn.Module) or is_library(kind.__module__) or not hasattr(value, "__dict__"):
            return ["a", self.read(kind), getattr(value, "__qualname__", "")]
        return ["a", self.read(kind), self.read(dict(sorted(vars(value).items())))]

    def _class(self, value: type) -> Any:
        if is_library(str(value.__module__)):
            return ["class", f"{value.__module__}.{value.__qualname__}"]
        own = {k: v for k, v in vars(value).items() if _counts(k, v)}
        return ["class", value.__name__, [self.read(b) for b in value.__bases__], self.read(dict(sorted(own.items())))]

    def _function(self, value: types.FunctionType) -> Any:
        if is_library(value.__globals__.get("__name__", "")):
            wrapped = getattr(value, "__wrapped__", None)
            return ["function", value.__qualname__, self.read(wrapped)]
        codes = list(_codes(value.__code__))
        names = sorted({name for code in codes for name in code.co_names})
        reached = {name: self._reached(value.__globals__[name], names) for name in names if name in value.__globals__}
        closure = [self.read(cell.cell_contents) for cell in value.__closure__ or () if _filled(cell)]
        defaults = [self.read(value.__defaults__), self.read(value.__kwdefaults__)]
        return ["function", [_compiled(code) for code in codes], reached, closure, defaults]

    def _reached(self, value: Any, names: list[str]) -> Any:
        """What a function finds in its globals; of a person's own module, the attributes that it may use."""
        if isinstance(value, types.ModuleType) and not is_library(value.__name__, getattr(value, "__file__", None)):
            return ["module", {name: self.read(vars(value)[name]) for name in names if name in vars(value)}]
        return self.read(value)


def _counts(name: str, value: Any) -> bool:
    """Whether an attribute of a class is part of what it does: not its place, its text, its bookkeeping."""
    if name in _ANNOTATIONS:
        return False
    dunder = name.startswith("__") and name.endswith("__")
    return not dunder or isinstance(value, types.FunctionType | staticmethod | classmethod | property)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object and those nested in it, comprehensions and inner functions."""
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _codes(const)


def _compiled(code: types.CodeType) -> list[Any]:
    consts = [_constant(c) for c in code.co_consts if not isinstance(c, types.CodeType)]
    return [code.co_code.hex(), list(code.co_names), list(code.co_varnames), consts]


def _constant(value: Any) -> Any:
    """A constant in one spelling: the order within a set changes from process to process."""
    if isinstance(value, frozenset):
        return ["set", *sorted(repr(v) for v in value)]
    if isinstance(value, tuple):
        return [_constant(v) for v in value]
    return [type(value).__name__, repr(value)]


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  (an empty cell raises)
    except ValueError:
        return False
    return True
