"""The zoo's table of contents: names, what they take, their arguments. The networks themselves are in `zoo/`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

from workbench.errors import InputError, NotFound
from workbench.files import digest_file
from workbench.knobs import Record, knob, knobs
from workbench.models.model import Model
from workbench.models.weights import copy_weights
from workbench.tasks.task import Task, TensorSpec
from workbench.words import nearest, part

_LEAST_SIDE = 6
_FORMS = {"image": "form-image", "tokens": "form-tokens", "table": "form-table"}


class Plain(Record):
    """No arguments."""


class ResNet(Record):
    width: int = knob(16, ge=1, le=512, search=(8, 64), unit="channels", say="channels of the first stage")


class MobileNet(Record):
    width: int = knob(16, ge=1, le=512, search=(8, 64), unit="channels", say="channels of the stem")
    expansion: int = knob(4, ge=1, le=8, search=(2, 6), say="how much wider a block is inside")


class MLP(Record):
    hidden: int = knob(128, ge=1, le=8192, search=(32, 512), unit="units", say="units of each hidden layer")
    depth: int = knob(2, ge=1, le=64, search=(1, 4), unit="layers", say="how many hidden layers")


class LSTM(Record):
    embedding: int = knob(32, ge=1, le=4096, search=(16, 128), unit="numbers", say="length of a token's vector")
    hidden: int = knob(64, ge=1, le=4096, search=(32, 256), unit="units", say="units of the LSTM")


class ViT(Record):
    heads: int = knob(4, ge=1, le=64, search=(2, 8), unit="heads", say="attention heads of a block")
    head_width: int = knob(16, ge=1, le=256, search=(8, 32), unit="numbers", say="length of a head's vectors")
    depth: int = knob(3, ge=1, le=64, search=(2, 8), unit="blocks", say="how many blocks")


@dataclass(frozen=True)
class Entry:
    """A name of the zoo: the file of `zoo/`, its arguments, the forms of input it takes, what the name itself fixes."""

    file: str
    arguments: type[Record]
    takes: tuple[str, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict)


ZOO: Mapping[str, Entry] = {
    "cnn": Entry("cnn", Plain, ("image",)),
    "lstm": Entry("lstm", LSTM, ("tokens",)),
    "mlp": Entry("mlp", MLP, ("image", "table")),
    "mobilenet": Entry("mobilenet", MobileNet, ("image",)),
    "resnet8": Entry("resnet", ResNet, ("image",), {"blocks": 1}),
    "resnet14": Entry("resnet", ResNet, ("image",), {"blocks": 2}),
    "resnet20": Entry("resnet", ResNet, ("image",), {"blocks": 3}),
    "vit": Entry("vit", ViT, ("image", "tokens")),
}


def names() -> tuple[str, ...]:
    """The names that `create` knows."""
    return tuple(sorted(ZOO))


def create(name: str, task: Task, seed: int = 0, weights: str | Path | None = None, **arguments: Any) -> Model:
    """A network of the zoo for the inputs and outputs of a task. Imports no torch for .safetensors weights.

    Its weights are drawn by `seed`, or copied from the file `weights` (.safetensors, or a state dict that torch saved);
    whether these fit shows when the network is first built. Raises `NotFound` with the nearest name, `InputError` where the
    architecture does not take the task's inputs, and what `copy_weights` raises.
    """
    if name not in ZOO:
        raise NotFound("no-architecture", name=name, nearest=nearest(str(name), ZOO))
    entry = ZOO[name]
    known = [k.name for k in knobs(entry.arguments)]
    for argument in arguments:
        if argument not in known:
            raise InputError("zoo-argument", name=name, argument=argument, known=", ".join(known) or part("none"))
    called = entry.arguments(**arguments).to_json() | dict(entry.fixed) | _form(name, entry, task)
    code = digest_file(Path(__file__).parent / "zoo" / f"{entry.file}.py")
    kept = None if weights is None else copy_weights(weights)
    return Model("module", name, f"zoo:{name}", code, called | {"seed": seed}, kept)


def others(model: Model) -> dict[str, dict[str, Any]]:
    """The other networks of the zoo that take what this one takes, with the arguments of each as they are by default."""
    name, given = model.source.removeprefix("zoo:"), model.arguments
    shape = tuple(given["shape"])
    form = form_of(TensorSpec("", shape, "int64" if "tokens" in given else "float32"))
    said = {key: given[key] for key in ("shape", "outputs", "tokens") if key in given}
    fit = {other: entry for other, entry in ZOO.items() if form in entry.takes and other != name}
    return {other: entry.arguments().to_json() | dict(entry.fixed) | said for other, entry in fit.items()}


def _form(name: str, entry: Entry, task: Task) -> dict[str, Any]:
    """What the task says about the network: shape of a sample, outputs, and how many tokens there are."""
    inputs, outputs = task.signature.inputs, task.signature.outputs
    form = form_of(inputs[0]) if len(inputs) == 1 else None
    if form not in entry.takes:
        found = part(_FORMS[form]) if form else part("form-arrays", count=len(inputs))
        others = ", ".join(n for n, e in ZOO.items() if form in e.takes) or part("your-own-modules")
        takes = reduce(lambda a, b: part("either-or", first=a, second=b), [part(_FORMS[f]) for f in entry.takes])
        raise InputError("zoo-inputs", name=name, takes=takes, task=task.name, found=found, others=others)
    if len(outputs) != 1 or len(outputs[0].shape) != 1:
        raise InputError("zoo-outputs", name=name, task=task.name)
    said: dict[str, Any] = {"shape": list(inputs[0].shape), "outputs": math.prod(outputs[0].shape)}
    return said | ({"tokens": _tokens(task)} if form == "tokens" else {})


def form_of(spec: TensorSpec) -> str | None:
    """ "image", "tokens" or "table"; None for whole numbers that are no sequence."""
    if spec.dtype == "int64":
        return "tokens" if len(spec.shape) == 1 else None
    return "image" if len(spec.shape) == 3 and min(spec.shape[1:]) >= _LEAST_SIDE else "table"


def _tokens(task: Task) -> int:
    """How many tokens there are: as the task says, else as its train and validation splits show."""
    said = task.preprocessing.get("tokens")
    if isinstance(said, int):
        return said
    return 1 + max(int(array.max()) for split in (task.train, task.validation) for array in split.arrays.values())
