"""One operator of the graph as the module sees it: its kind, its attributes, and which of its inputs are constants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import InputError
from workbench.tasks.task import Array


@dataclass(frozen=True, eq=False)
class Node:
    """`constants` are the inputs that the file holds, by place; `sizes` those that follow from the batch; `shapes` are
    the sides of values as they were observed."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    constants: Mapping[int, Array] = field(default_factory=dict)
    sizes: Mapping[int, Any] = field(default_factory=dict)
    shapes: Mapping[str, list[Any]] = field(default_factory=dict)

    def get(self, attribute: str, default: Any = None) -> Any:
        return self.attributes.get(attribute, default)

    def has(self, index: int) -> bool:
        """Whether the input is given at all."""
        return index < len(self.inputs) and self.inputs[index] != ""

    def numbers(self, index: int, attribute: str = "", default: Any = None) -> Any:
        """A list, or a single number, that is an input in newer files and an attribute in older ones."""
        if index in self.constants:
            return self.constants[index].tolist()
        if self.has(index) and index not in self.sizes:
            raise self.refused("onnx-computed", input=self.inputs[index])
        return self.sizes[index] if index in self.sizes else self.get(attribute, default)

    def rank(self) -> int:
        """How many axes the first input has."""
        return len(self.shape(0))

    def shape(self, index: int) -> list[Any]:
        """The observed sides of an input: numbers, and [a, b] for a x batch + b."""
        if index in self.constants:
            return list(self.constants[index].shape)
        return list(self.shapes[self.inputs[index]])

    def refused(self, code: str = "onnx-operator", **fields: Any) -> InputError:
        return InputError(code, operator=self.kind, node=self.name, **fields)


def sized(sizes: Any, batch: Any) -> Any:
    """Sizes at a batch: each is a number, or [a, b] for a x batch + b."""
    return [size[0] * batch + size[1] if isinstance(size, list) else size for size in sizes]
