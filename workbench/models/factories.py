"""A person's own factory, `package.module:factory`: described without being run, imported where the module is built."""

import ast
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, NotFound
from workbench.events import Event
from workbench.files import canonical
from workbench.models.model import Model
from workbench.models.sources import Source, code_digest, is_library, locate, search_path, sources
from workbench.models.weights import copy_weights
from workbench.tasks.task import Task

if TYPE_CHECKING:
    from torch import nn

_MARK = "__workbench_source__"


def load(
    reference: str | Path,
    task: Task | None = None,
    weights: str | Path | None = None,
    arguments: Mapping[str, Any] | None = None,
    *,
    on_event: Callable[[Event], None] | None = None,
) -> Model:
    """The network that `package.module:factory` returns when it is called with `arguments` (JSON), or that of an ONNX file.

    A path that ends in .onnx is read as `workbench.models.onnx_graph.load` says; it needs `task`, and `on_event` hears of
    the job in which the module is held against the file: what it raises calls the job off.

    The module is looked for in the script's folder, PYTHONPATH and the working folder, and digested together with the
    local modules that it imports; it is not run. `weights` is a .safetensors file, or a state dict that torch saved;
    they are copied into the object store. Whether the network fits `task` shows when it is first built: at `fit`, or
    when a study opens.

    Raises `InputError` for a module or factory that is not there, and what `weights.copy_weights` raises.
    """
    if Path(reference).suffix.lower() == ".onnx":
        return _from_file(reference, task, weights, arguments, on_event)
    reference = str(reference)
    module, _, factory = reference.partition(":")
    if not module or not factory.isidentifier():
        raise InputError("factory-form", reference=reference)
    path = search_path()
    importlib.invalidate_caches()
    found = sources(module, path)
    if module not in found and locate(module, path) is None:
        raise NotFound("factory-missing", module=module, folders=_own_folders(path))
    if module in found and not _binds(found[module], factory):
        raise InputError("factory-name", module=module, factory=factory)
    code = code_digest(module, path)
    kept = None if weights is None else copy_weights(weights)
    payload = canonical({"path": list(path)}).encode()
    return Model("module", factory, f"factory:{reference}", code, dict(arguments or {}), kept, payload=payload)


def _from_file(
    path: str | Path,
    task: Task | None,
    weights: object,
    arguments: object,
    on_event: Callable[[Event], None] | None,
) -> Model:
    from workbench.models import onnx_graph

    if task is None:
        raise InputError("onnx-task")
    if weights is not None or arguments:
        raise InputError("onnx-weights")
    return onnx_graph.load(path, task, on_event)


def call_factory(model: Model) -> "nn.Module":
    """The module as the factory makes it, drawn by a fixed seed.

    Raises `InputError` where the code is another one than was described, or the factory gives no module.
    """
    from torch import nn

    reference = model.source.removeprefix("factory:")
    folders = json.loads(model.payload)["path"] if model.payload else ()
    with _looking_in([*folders, *search_path()]) as path:
        factory = _imported(reference, model.code, path)
        try:
            module = factory(**model.arguments)
        except Exception as error:
            raise InputError("factory-failed", reference=reference, why=f"{type(error).__name__}: {error}") from error
    if not isinstance(module, nn.Module):
        raise InputError("factory-result", reference=reference, found=type(module).__name__)
    return module


def _imported(reference: str, code: str, path: Sequence[str]) -> Any:
    name, _, factory = reference.partition(":")
    importlib.invalidate_caches()
    if locate(name, path) is None:
        raise NotFound("factory-missing", module=name, folders=_own_folders(path))
    if code_digest(name, path) != code:
        raise InputError("factory-changed", reference=reference)
    local = sources(name, path)
    if any(_stale(source) for source in local.values()):
        for source in local.values():
            sys.modules.pop(source.name, None)
    try:
        module = importlib.import_module(name)
    except Exception as error:
        raise InputError("factory-failed", reference=reference, why=f"{type(error).__name__}: {error}") from error
    for source in local.values():
        if source.name in sys.modules:
            setattr(sys.modules[source.name], _MARK, source.digest)
    found = getattr(module, factory, None)
    if not callable(found):
        raise InputError("factory-not-callable", reference=reference, found=type(found).__name__)
    return found


def _stale(source: Source) -> bool:
    """Whether the module of that name in this process is another one: a warm worker has seen other scripts, and older
    states of this one."""
    module = sys.modules.get(source.name)
    if module is None:
        return False
    file = getattr(module, "__file__", None)
    return (
        getattr(module, _MARK, source.digest) != source.digest or file is None or Path(file).resolve() != source.path.resolve()
    )


def _binds(source: Source, name: str) -> bool:
    """Whether a name can come out of a file, as far as its text tells."""
    if source.tree is None:
        return True
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in (name, "__getattr__"):
            return True
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.alias) and (node.asname or node.name) in (name, "*"):
            return True
    return False


def _own_folders(path: Sequence[str]) -> str:
    return ", ".join(p for p in path if Path(p).is_dir() and not is_library("", p + os.sep))


@contextmanager
def _looking_in(folders: Sequence[str]) -> Iterator[list[str]]:
    """Inside, modules are imported from these folders first; outside, all is as it was."""
    before = list(sys.path)
    sys.path[:] = dict.fromkeys(folders)
    try:
        yield list(sys.path)
    finally:
        sys.path[:] = before
