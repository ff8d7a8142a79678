"""Tasks by name. A task is one file of `workbench/tasks/builtin`: its name is the file's, and its `load` makes it.

For a task of another package, name such a function in the entry-point group `workbench.tasks`.
"""

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from workbench.errors import InputError, NotFound
from workbench.files import canonical
from workbench.tasks import builtin, snapshots
from workbench.tasks.naming import as_described
from workbench.tasks.task import StoredSplit, Task
from workbench.words import nearest

_GROUP = "workbench.tasks"


def names() -> tuple[str, ...]:
    """The names that `load` knows: the library's own tasks and those of plug-ins."""
    return tuple(sorted({*_own(), *(entry.name for entry in importlib.metadata.entry_points(group=_GROUP))}))


def available() -> tuple[str, ...]:
    """Those of `names` whose data is on this machine. Where it may be missing, a task's file has a `present`."""
    own = _own()
    modules = {name: importlib.import_module(own[name]) for name in names() if name in own}
    return tuple(name for name in names() if name not in modules or getattr(modules[name], "present", lambda: True)())


def load(name: str) -> Task:
    """The task of that name, read anew. `NotFound` offers the nearest name; a data set that is not installed says so."""
    own = _own()
    if name in own:
        make: Callable[[], Task] = importlib.import_module(own[name]).load
        return make()
    for entry in importlib.metadata.entry_points(group=_GROUP, name=str(name)):
        task: Task = entry.load()()
        return task
    raise NotFound("no-task", name=name, nearest=nearest(str(name), names()))


def from_spec(spec: Mapping[str, Any], *, train: bool = True) -> Task:
    """The task that `Task.spec` described, in any process; read once per process. Where it will not be trained here (`train`),
    the training data is let go once it was checked: it is most of the memory, and is read again when somebody asks for it.

    Raises `InputError` where its arrays are gone from the store, or where a data set has changed since.
    """
    task = _rebuilt(canonical(spec))
    if not train and isinstance(task.train, StoredSplit):
        task.train.let_go()
    return task


@lru_cache(maxsize=4)
def _rebuilt(text: str) -> Task:
    import json

    spec = json.loads(text)
    source = spec["source"]
    found = load(source["builtin"]) if "builtin" in source else snapshots.read(spec["name"], source)
    task = as_described(found, source)
    if task.digest != spec["digest"]:
        raise InputError("data-changed", name=spec["name"])
    return task


def check_given(task: Task | None) -> None:
    """Raises `InputError` where a task's name, or anything else, stands for the task itself; None passes."""
    if task is not None and not isinstance(task, Task):
        known = task if isinstance(task, str) and task in names() else "digits"
        raise InputError("not-a-task", value=repr(task)[:80], known=known)


def _own() -> dict[str, str]:
    found = pkgutil.iter_modules(builtin.__path__, f"{builtin.__name__}.")
    return {module.name.rpartition(".")[2].replace("_", "-"): module.name for module in found}
