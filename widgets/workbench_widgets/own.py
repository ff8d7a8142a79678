"""What a person has brought of his own so far: data, a network or a whole model, weights, and what is wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, InputError, WorkbenchError
from workbench.words import part
from workbench_widgets.refusals import sentence

if TYPE_CHECKING:
    from workbench.models import ClassOrder, Model
    from workbench.tasks import Task

EPOCHS = 10
"""A network without weights is trained for so many epochs first."""

DATA = (".npz", ".csv")
_WEIGHTS, _MODEL, _PART = (".safetensors",), (".onnx",), (".onnx.data", ".onnx_data")
_PLACES = {"study": ("study-name", "study-differs", "own-study-there"), "weights": ("weights-", "nan-weights")}
_PLACES |= {
    "network": ("zoo-", "onnx-", "input-misfit", "output-", "model-", "factory-", "no-architecture"),
    "task": ("data-", "needs-labels"),
}


@dataclass(frozen=True)
class Own:
    """`data` is a file that was read as `task`, with its `classes` in that order where one was chosen; `builtin` names one of
    the library's tasks instead. `network` is a name of the zoo, one of `networks`, which take the data; `factory` is a
    "package.module:factory" instead; `weights` is a .safetensors file. `file` is an ONNX file, a network with its weights, and
    `loaded` what was made of it for the task. `held_bytes` is the size of the file that has the weights, as it was read.
    `errors` are by control."""

    data: Path | None = None
    classes: tuple[str, ...] = ()
    builtin: str = ""
    task: "Task | None" = None
    networks: tuple[str, ...] = ()
    network: str = ""
    factory: str = ""
    file: Path | None = None
    loaded: "Model | None" = None
    weights: Path | None = None
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    held_bytes: int = 0
    train: bool = True
    errors: Mapping[str, Exception] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        return bool(self.data or self.weights or self.factory or self.file)

    @property
    def given(self) -> list[str]:
        """What it was made of, as it could be given again: the data first, then what answers for it."""
        return [str(part) for part in (self.data, self.file, self.factory, self.weights) if part]

    @property
    def answerable(self) -> bool:
        """Whether there is a model with weights, and data: it can be asked what it answers before anything is trained."""
        return self.task is not None and bool(self.loaded if self.file else self.factory or (self.network and self.weights))

    @property
    def awaited(self) -> bool:
        """Whether its ONNX file is still being made a model."""
        return bool(self.file and self.task and not self.loaded and "network" not in self.errors)

    def of_files(self) -> dict[str, Exception]:
        """The refusals of files that were given, which another file does not take away."""
        return {place: said for place, said in self.errors.items() if place in ("file", "path")}

    def lasting(self) -> dict[str, Exception]:
        """The refusals that the next choice leaves standing: why the ONNX file gives no model."""
        return {place: said for place, said in self.errors.items() if place == "network" and self.file and not self.loaded}

    @property
    def study(self) -> str:
        """The name that is proposed for the study: the data's and the network's."""
        network = self.file.stem if self.file else self.factory.rpartition(":")[2] or self.network
        parts = [
            re.sub(r"[^A-Za-z0-9._ -]+", "-", part).strip("-. _") for part in (self.task.name if self.task else "", network)
        ]
        return "-".join(part for part in parts if part)[:80]

    def model(self) -> "Model":
        """The network as it begins. Raises `InputError` for what is missing or does not fit."""
        import workbench as wb

        if self.task is None:
            raise InputError("own-incomplete", what=part("what-data"))
        if self.file:
            return self.loaded or wb.models.load(self.file, self.task)
        if self.factory:
            return wb.models.load(self.factory, self.task, self.weights)
        if not self.network:
            raise InputError("own-incomplete", what=part("what-network"))
        return wb.models.create(self.network, self.task, seed=0, weights=self.weights)


def kind_of(given: str) -> str:
    """ "weights", "data", "model", "part" (weights of a model, beside it) or "factory", by the form of a path or a reference.

    Raises `InputError` for another one, and for a pickle, which is not opened.
    """
    from workbench.files import is_pickle

    module, _, factory = given.partition(":")
    try:
        path = Path(given).expanduser()
        there = path.is_file()
    except (OSError, RuntimeError):  # longer than a path can be, in a folder that is closed, at a home of nobody
        raise InputError("own-missing", name=given) from None
    if there:
        if is_pickle(path):
            raise InputError("pickle-unopened", name=path.name)
        if path.suffix.lower() in _WEIGHTS:
            return "weights"
        if path.suffix.lower() in DATA:
            return "data"
        if path.suffix.lower() in _MODEL:
            return "model"
        if path.name.lower().endswith(_PART):
            return "part"
    elif factory.isidentifier() and all(part.isidentifier() for part in module.split(".")):
        return "factory"
    elif path.suffix.lower() in (*_WEIGHTS, *DATA, *_MODEL):
        raise InputError("own-missing", name=given)
    raise InputError("own-kind", name=path.name or part("what-was-given"))


def place_of(error: WorkbenchError) -> str:
    """The control that a refusal concerns; "open" where it is none in particular."""
    return next((place for place, codes in _PLACES.items() if error.code.startswith(codes)), "open")


def other_classes(own: Own) -> tuple[str, ...]:
    """The labels that there are ("1" to "3", say), where a model was refused that has as many outputs as these."""
    refused = own.errors.get("network")
    if own.task is None or own.builtin or not isinstance(refused, InputError) or refused.code != "output-misfit":
        return ()
    there = own.task.present
    return there if refused.fields.get("found") == str(len(there)) else ()


def as_json(
    own: Own, builtins: list[str], errors: Mapping[str, Exception], order: "ClassOrder | None" = None
) -> dict[str, Any]:
    """What the page shows of it; `errors` are those of the model's answers, and `order` is one of the classes that they speak
    for."""
    import math

    tasks = [{"name": "", "title": own.data.name if own.data else ""}] if own.data or own.task is None else []
    tasks += [{"name": name, "title": name} for name in builtins]
    counted = {"parameters": sum(math.prod(shape) for shape in own.shapes.values()), "tensors": len(own.shapes)}
    misfit = {"network", "weights"} & {**errors, **own.errors}.keys()
    held = own.file or own.weights
    weights = {"file": held.name, "size_bytes": own.held_bytes, **counted} if held else None
    offered = {"classes": list(other_classes(own))} if order is None else asdict(order) | {"classes": list(order.classes)}
    return {
        "begun": own.begun,
        "given": own.given,
        "tasks": tasks,
        "task": own.builtin,
        "networks": list(own.networks),
        "network": own.network,
        "classes": list(own.classes),
        "order": offered if offered["classes"] else None,
        "factory": own.factory,
        "file": own.file.name if own.file else "",
        "rescored": bool(own.loaded and own.loaded.arguments.keys() & {"left_out", "logarithm"}),
        "other_outputs": list(own.loaded.arguments.get("other_outputs", ())) if own.loaded else [],
        "weights": weights,
        "tasked": own.task is not None,
        "trainable": own.task is not None and own.task.kind != "outputs",
        "train": own.train,
        "study": own.study,
        "ready": own.task is not None and bool(own.loaded if own.file else own.network or own.factory) and not misfit,
        "cancelled": isinstance(own.errors.get("open"), Cancelled),
        "errors": {place: sentence(error) for place, error in {**errors, **own.errors}.items()},
    }


def script(own: Own) -> str:
    """The Python that makes the study as it is chosen."""
    weights = f", weights={str(own.weights)!r}" if own.weights else ""
    load = f"models.load({str(own.file)!r}, task)"
    made = (
        load
        if own.file
        else f"models.load({own.factory!r}, task{weights})"
        if own.factory
        else f"models.create({own.network!r}, task, seed=0{weights})"
    )
    classes = f", classes={list(own.classes)!r}" if own.classes else ""
    lines = [
        "import workbench as wb",
        "",
        f"task = wb.tasks.load({own.builtin!r})" if own.builtin else f"task = wb.tasks.from_file({str(own.data)!r}{classes})",
        f"model = wb.{made}",
        *([f"model = wb.fit(model, task, epochs={EPOCHS}, seed=0)"] if own.train else []),
        f"study = wb.Study.open({own.study!r}, task=task, model=model)",
        "print(study.baseline)",
    ]
    return "\n".join(lines) + "\n"


def with_task(own: Own, task: "Task", networks: tuple[str, ...], data: Path | None, builtin: str) -> Own:
    """The same with other data, and one of the networks that take it."""
    network = own.network if own.network in networks else next(iter(networks), "")
    return replace(own, task=task, data=data, builtin=builtin, networks=networks, network=network)


def networks_of(task: "Task") -> tuple[str, ...]:
    """The networks of the zoo that take the data."""
    import workbench as wb

    return tuple(name for name in wb.models.names() if _takes(name, task))


def _takes(name: str, task: "Task") -> bool:
    import workbench as wb

    try:
        wb.models.create(name, task)
    except InputError:
        return False
    return True
