"""The module: the graph's operators in their order, each a layer or a function, over values by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from workbench.models.onnx_graph.node import Node, sized


@dataclass(frozen=True, eq=False)
class Step:
    """One operator. `reads` are the values that it takes; `layer` is the path of the layer that computes it, else
    `operate` does. `prepare` is done to a layer's input first, where the layer alone is not enough (uneven padding).
    Values that nobody reads afterwards are `done`."""

    node: Node
    reads: tuple[str, ...]
    layer: str = ""
    operate: Callable[..., Any] | None = None
    prepare: Callable[[Node, Tensor], Tensor] | None = None
    done: tuple[str, ...] = ()


class Network(nn.Module):
    """A network that was an ONNX file. Layers and tensors have the names that they have in the file.

    `inputs` are the graph's names in the order of the module's inputs, `output` is the value that is answered; `tensors`
    are paths of parameters and buffers by the name of the value, `sizes` are values that follow from the batch alone.
    """

    def __init__(
        self, steps: Sequence[Step], inputs: Sequence[str], output: str, tensors: Mapping[str, str], sizes: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self._steps, self._inputs, self._output = tuple(steps), tuple(inputs), output
        self._tensors, self._sizes = dict(tensors), dict(sizes)

    def hold(self, path: str, held: "nn.Module | Tensor") -> None:
        """Puts a layer, a parameter or a buffer at a path, with folders on the way."""
        folder: nn.Module = self
        *parts, last = path.split(".")
        for part in parts:
            if part not in dict(folder.named_children()):
                folder.add_module(part, nn.Module())
            folder = folder.get_submodule(part)
        if isinstance(held, nn.Module):
            folder.add_module(last, held)
        elif isinstance(held, nn.Parameter):
            folder.register_parameter(last, held)
        else:
            folder.register_buffer(last, held, persistent=False)

    def forward(
        self, x: Tensor, second: Tensor | None = None, third: Tensor | None = None, fourth: Tensor | None = None
    ) -> Any:
        """The answer to one to four inputs, N x ... each."""
        given = [tensor for tensor in (x, second, third, fourth) if tensor is not None]
        values: dict[str, Any] = dict(zip(self._inputs, given, strict=True))
        for step, made in self._walk(values):
            values |= made
            for name in step.done:
                values.pop(name, None)
        return values[self._output]

    def values(self, *inputs: Tensor) -> dict[str, Any]:
        """Every value of the graph, by name."""
        values: dict[str, Any] = dict(zip(self._inputs, inputs, strict=True))
        for _, made in self._walk(values):
            values |= made
        return values

    def _walk(self, values: dict[str, Any]) -> Iterator[tuple[Step, dict[str, Any]]]:
        first = values[self._inputs[0]]
        batch, elsewhere = first.shape[0], first.device if first.device.type != "cpu" else None
        for step in self._steps:
            given = [_there(self._value(name, values, batch), elsewhere) for name in step.reads]
            if step.layer:
                if step.prepare is not None:
                    given[0] = step.prepare(step.node, given[0])
                made = self.get_submodule(step.layer)(*given)
            else:
                assert step.operate is not None
                made = step.operate(step.node, batch, *given)
                made = made if step.reads else _there(made, elsewhere)
            several = isinstance(made, tuple | list)
            yield step, dict(zip(step.node.outputs, made if several else (made,), strict=False))

    def _value(self, name: str, values: Mapping[str, Any], batch: Any) -> Any:
        if name in values:
            return values[name]
        if name in self._tensors:
            path, _, last = self._tensors[name].rpartition(".")
            return getattr(self.get_submodule(path), last)
        sizes = self._sizes[name]
        return torch.tensor(sized(sizes, batch) if isinstance(sizes, list) else sizes)


def _there(value: Any, elsewhere: "torch.device | None") -> Any:
    """A value on the inputs' device, where that is not the CPU: sizes, and what is filled by them, are made on the CPU."""
    return value.to(elsewhere) if elsewhere is not None and isinstance(value, Tensor) else value
