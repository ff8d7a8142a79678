"""The same data under other names: tensors are called as a model's own file calls them, so that what is made of it can take
that file's place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.errors import InputError
from workbench.tasks.task import Array, Inputs, Signature, Split, StoredSplit, Task

_MADE = ("quantized", "scale", "zero_point", "QuantizeLinear_Output", "DequantizeLinear_Output", "QuantizeLinear_Input")
"""Endings that ONNX Runtime's quantizer gives to names of its own, after the name of the tensor."""


class _Named(StoredSplit):
    """A split whose arrays go by other names. It holds no copy of them."""

    def __init__(self, split: Split, names: Sequence[str]) -> None:
        super().__init__(split.name, lambda: _renamed(split, names))
        self._split = split

    def let_go(self) -> None:
        super().let_go()
        if isinstance(self._split, StoredSplit):
            self._split.let_go()


def named(task: Task, inputs: Sequence[str], output: str) -> Task:
    """The task with its inputs called `inputs`, in the order of its signature, and its output `output`, in every file that is
    exported for it. Raises `InputError` where these are not as many names as inputs, or one is empty, there twice, or what
    quantizing makes of another one ("x_scale" beside "x")."""
    if _names(task) == (tuple(inputs), output):
        return task
    if not can_be_named(task, inputs, output):
        said = ", ".join(map(repr, (*inputs, output)))
        raise InputError("tensor-names", task=task.name, wanted=len(task.signature.inputs), found=said)
    return replace(
        task,
        train=_Named(task.train, inputs),
        validation=_Named(task.validation, inputs),
        test=_Named(task.test, inputs),
        signature=_called(task.signature, inputs, output),
        answer=task.answer if task.signature.outputs else output,
        source={**task.source, "tensors": {"inputs": list(inputs), "output": output}},
        keep=None if task.keep is None else lambda _: _keep(task),
    )


def can_be_named(task: Task, inputs: Sequence[str], output: str) -> bool:
    """Whether `named` takes these names."""
    every = (*inputs, output)
    if len(inputs) != len(task.signature.inputs) or len(set(every)) != len(every) or not all(map(_is_name, every)):
        return False
    return not {f"{name}_{ending}" for name in every for ending in _MADE}.intersection(every)


def as_described(task: Task, source: Mapping[str, Any]) -> Task:
    """The task with the names that its description gives; as it is where there are none."""
    tensors = source.get("tensors")
    return task if tensors is None else named(task, tensors["inputs"], tensors["output"])


def _keep(task: Task) -> None:
    """The arrays lie in the store under the names that they came with."""
    task.spec()


def _renamed(split: Split, names: Sequence[str]) -> tuple[Inputs, Array | None]:
    return dict(zip(names, split.arrays.values(), strict=True)), split.targets


def _called(signature: Signature, inputs: Sequence[str], output: str) -> Signature:
    given = tuple(replace(spec, name=name) for spec, name in zip(signature.inputs, inputs, strict=True))
    return Signature(given, tuple(replace(spec, name=output) for spec in signature.outputs))


def _names(task: Task) -> tuple[tuple[str, ...], str]:
    return tuple(spec.name for spec in task.signature.inputs), task.output_name


def _is_name(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())
