"""What a technique is: a frozen record of its fields, with three verbs: resolve, plan, apply.

A technique goes either from module to module (pruning, clipping, distilling) or from ONNX file to ONNX file
(quantization after training, half precision). Export is the only border between the two, and the runner crosses it
once. A technique keeps no state, and never changes what it is given.

A new technique is one file: a subclass of `ModuleTechnique` or `FileTechnique` whose fields are declared by `knob`.
Defining the class registers it by its name; for a package of its own, name the module in the entry-point group
`workbench.techniques`. `workbench.techniques.conformance` runs the checks that every technique has to pass.
"""

import abc
import importlib.metadata
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

from workbench.errors import NotFound
from workbench.events import Event
from workbench.files import Digest, digest_json
from workbench.knobs import Record
from workbench.machine import Machine
from workbench.records import Line, Measurement, Report
from workbench.tasks.task import Signature, Split
from workbench.words import nearest

if TYPE_CHECKING:
    from torch import nn

    from workbench.graphs import GraphFile

Order = Literal["architecture", "weights", "recovery", "numerics"]
"""The stages of a recipe, in their order: what changes shapes, what changes weights, what trains again, what changes
how numbers are stored. The first three go from module to module, the last from file to file."""

Need = Literal["labels", "teacher", "calibration"]

_known: dict[str, type["Technique"]] = {}


class Context(Protocol):
    """What a technique may know beside what it is applied to. There is no test split in it."""

    seed: int
    device: str
    machine: Machine
    train: Split
    validation: Split
    kind: str
    """The task's kind: "classification", "regression" or "outputs"."""
    signature: Signature
    scratch: Path
    """An empty folder of this step's own: files to be kept are returned, the rest goes."""

    def teacher(self) -> "nn.Module":
        """The study's baseline, built, in evaluation mode on `device`."""
        ...

    def evaluate(self, x: Any) -> list[Measurement]:
        """The task's metrics on validation, of a module or of a `GraphFile`."""
        ...

    def emit(self, event: Event) -> None: ...

    def check(self) -> None:
        """Raises `Cancelled` when somebody asked for it: to be called between batches."""
        ...


@dataclass(frozen=True)
class Plan:
    """What would be done, before anything is: one line for every layer, and the technique's own data for `apply`."""

    lines: tuple[Line, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


class Technique(Record, abc.ABC):
    """The root of both kinds. `title` is its name on a card; `needs` is checked before a recipe runs."""

    stage: ClassVar[Literal["module", "file"]]
    order: ClassVar[Order]
    needs: ClassVar[frozenset[Need]] = frozenset()
    version: ClassVar[int] = 1
    title: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **words: Any) -> None:
        super().__pydantic_init_subclass__(**words)
        if not inspect.isabstract(cls):
            cls.register()

    @classmethod
    def register(cls) -> None:
        """Makes the class known by its name in this process (defining it does so already)."""
        _known[cls.__name__] = cls

    @property
    def needed(self) -> frozenset[Need]:
        """What this very record needs: `needs`, less what its fields switch off."""
        return self.needs

    @property
    def digest(self) -> Digest:
        return digest_json(self.described())

    def described(self) -> dict[str, Any]:
        """Name, version and every field: what a step's key is made of."""
        return {"technique": type(self).__name__, "version": self.version, **self.to_json()}


class ModuleTechnique(Technique):
    """From `nn.Module` to `nn.Module`."""

    stage = "module"

    def resolve(self, x: "nn.Module", context: Context) -> Self:
        """The same technique with every `auto` made concrete. Called once; its answer is what a step is kept under."""
        return self

    @abc.abstractmethod
    def plan(self, x: "nn.Module", context: Context) -> Plan:
        """Decides: which layers are touched, which are left alone and why. Changes nothing."""

    @abc.abstractmethod
    def apply(self, x: "nn.Module", plan: Plan, context: Context) -> "tuple[nn.Module, Report]":
        """Does it: returns a new module and the report. `x` is left as it was."""


class FileTechnique(Technique):
    """From `GraphFile` (an ONNX file) to `GraphFile`."""

    stage = "file"
    order = "numerics"

    def resolve(self, x: "GraphFile", context: Context) -> Self:
        """The same technique with every `auto` made concrete. Called once; its answer is what a step is kept under."""
        return self

    @abc.abstractmethod
    def plan(self, x: "GraphFile", context: Context) -> Plan:
        """Decides: which operators are touched, which are left alone and why. Changes nothing."""

    @abc.abstractmethod
    def apply(self, x: "GraphFile", plan: Plan, context: Context) -> "tuple[GraphFile, Report]":
        """Does it: returns a new file (in `context.scratch`) and the report. `x` is left as it was."""


def technique(name: str) -> type[Technique]:
    """The technique's class of that name; `NotFound` offers the nearest."""
    if name not in _known:
        load_all()
    if name not in _known:
        raise NotFound("no-technique", name=name, nearest=nearest(name, _known))
    return _known[name]


def techniques() -> dict[str, type[Technique]]:
    """Every technique that is known here, by name: the library's, plug-ins', and those defined in this process."""
    load_all()
    return dict(sorted(_known.items()))


def load_all() -> None:
    """Imports the library's own techniques and those of the entry-point group."""
    import workbench.techniques  # noqa: F401  (defining a class registers it)

    for entry in importlib.metadata.entry_points(group="workbench.techniques"):
        entry.load()


@contextmanager
def only_known() -> Iterator[None]:
    """For tests: what is registered inside is forgotten afterwards."""
    kept = dict(_known)
    try:
        yield
    finally:
        _known.clear()
        _known.update(kept)
