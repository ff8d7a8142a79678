"""Everything that this library raises on purpose.

    WorkbenchError              the root: catch this one
    ├── InputError              a value, a recipe, a task or a model that cannot work as it is
    │   └── NotFound            a name that nothing has (the nearest one is offered)
    ├── Conflict                a name or a study that belongs to something else
    ├── Damaged                 bytes that are not the ones that were written
    ├── StorageError            a full disk, a folder that cannot be written
    ├── StepFailed              a step of a recipe that gave nothing that can be trusted
    │   └── WorkerLost          its process ended in the midst of it (crash, memory, time limit)
    └── Cancelled               somebody asked for it

An error is a code and its fields; the sentence is made from them in `workbench.words`, the one place where people's
words stand, when it is read: so a reason that was kept is told in the reader's language. Tests compare codes.
"""

from typing import Any

from workbench import words


class WorkbenchError(Exception):
    """The root of the tree. `code` names the situation, `fields` are what the sentence mentions."""

    def __init__(self, code: str, **fields: Any) -> None:
        self.code = code
        self.fields = fields
        super().__init__(code, fields)

    def __str__(self) -> str:
        return words.say(self.code, **self.fields)

    def __reduce__(self) -> Any:
        return _rebuild, (type(self).__name__, self.code, self.fields)

    def to_json(self) -> dict[str, Any]:
        """The error as JSON, so that it crosses from a worker to its caller: `from_json` gives it back."""
        return {"type": type(self).__name__, "code": self.code, "fields": self._plain_fields()}

    @property
    def part(self) -> words.Part:
        """The error as a field of another one."""
        return words.part(self.code, **self._plain_fields())

    def _plain_fields(self) -> dict[str, Any]:
        plain = int | float | str | bool | words.Part | None
        return {k: v if isinstance(v, plain) else str(v) for k, v in self.fields.items()}


class InputError(WorkbenchError):
    """A value, a recipe, a task or a model that cannot work as it is."""


class NotFound(InputError):
    """A name that nothing has."""


class Conflict(WorkbenchError):
    """A name or a study that belongs to something else."""


class Damaged(WorkbenchError):
    """Bytes that are not the ones that were written."""


class StorageError(WorkbenchError):
    """A full disk, a folder that cannot be written."""


class StepFailed(WorkbenchError):
    """A step of a recipe that gave nothing that can be trusted."""


class WorkerLost(StepFailed):
    """The worker process ended in the midst of a step."""


class Cancelled(WorkbenchError):
    """The work was cancelled."""


def _rebuild(name: str, code: str, fields: dict[str, Any]) -> WorkbenchError:
    return from_json({"type": name, "code": code, "fields": fields})


def from_json(data: dict[str, Any]) -> WorkbenchError:
    """The error that `WorkbenchError.to_json` wrote down; a type that is not known here comes back as the root."""
    kinds = {c.__name__: c for c in (InputError, NotFound, Conflict, Damaged, StorageError, StepFailed, WorkerLost, Cancelled)}
    return kinds.get(data["type"], WorkbenchError)(data["code"], **{k: _revived(v) for k, v in data["fields"].items()})


def _revived(field: Any) -> Any:
    """The only fields that are tables are parts of the sentence."""
    return words.Part(field) if isinstance(field, dict) else field
