"""A model as a description: where it comes from, its weights by digest, the cuts made so far. `build()` gives the module.

A description is JSON and never a pickle. A module whose class only lives in this process (a notebook cell, a script)
is described by the digest of its code and structure; its class crosses to a worker by value over a private pipe
(`payload`), is never written to disk, and has to be given again after a restart when a new step needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Self

from workbench.errors import InputError
from workbench.files import Digest, digest_json
from workbench.objects import Objects

if TYPE_CHECKING:
    from torch import nn

WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class Cut:
    """One attribute of a submodule that pruning changed: `Cut("layers.0.conv1", "out_channels", 8)`."""

    module: str
    attribute: str
    value: Any

    def to_json(self) -> list[Any]:
        return [self.module, self.attribute, list(self.value) if isinstance(self.value, tuple) else self.value]

    @classmethod
    def from_json(cls, data: list[Any]) -> Self:
        return cls(data[0], data[1], tuple(data[2]) if isinstance(data[2], list) else data[2])


@dataclass(frozen=True)
class Model:
    """A described network.

    `source` is "zoo:NAME", "factory:package.module:callable", "onnx:NAME" or "live:QUALIFIED_NAME"; `code` is the digest of
    the code behind it, of an ONNX file the object that holds it; `arguments` are what the zoo's or the person's factory is
    called with; `weights` is the object that holds the state dict (None: the seeded beginning, or the file's own); `cuts`
    are applied before the weights are loaded.
    """

    kind: Literal["module", "graph"]
    name: str
    source: str
    code: Digest
    arguments: Mapping[str, Any] = field(default_factory=dict)
    weights: Digest | None = None
    cuts: tuple[Cut, ...] = ()
    payload: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def digest(self) -> Digest:
        return digest_json(self.to_json())

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "source": self.source,
            "code": self.code,
            "arguments": dict(self.arguments),
            "weights": self.weights,
            "cuts": [cut.to_json() for cut in self.cuts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], payload: bytes | None = None) -> Self:
        cuts = tuple(Cut.from_json(c) for c in data["cuts"])
        return cls(**{**data, "cuts": cuts}, payload=payload)

    def with_weights(self, weights: Digest, cuts: tuple[Cut, ...] | None = None) -> Self:
        """The same network with other weights (an object's key), and other cuts when they are given."""
        return replace(self, weights=weights, cuts=self.cuts if cuts is None else cuts)

    def build(self) -> "nn.Module":
        """The module in evaluation mode, on the CPU, with its weights.

        Raises `InputError` where the class is not at hand any more, and `Damaged` where the weights are not whole.
        """
        from workbench.models.building import build

        return build(self)

    def stored_weights(self) -> Any:
        """The folder that holds the weights; None for the seeded beginning."""
        if self.weights is None:
            return None
        folder = Objects().get(self.weights)
        if folder is None:
            raise InputError("weights-gone", model=self.name)
        return folder
