"""A task: what a model is for. Data in three splits, what is asked of it, and the form of its inputs and outputs."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from workbench.files import Digest, digest_json

Array = npt.NDArray[Any]
Inputs = Array | dict[str, Array]
Kind = Literal["classification", "regression", "outputs"]

ANSWER = "output"


@dataclass(frozen=True)
class TensorSpec:
    """Name, shape without the batch dimension, and numpy dtype name of one input or output."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "shape": list(self.shape), "dtype": self.dtype}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["name"], tuple(data["shape"]), data["dtype"])


@dataclass(frozen=True)
class Signature:
    """The tensors that go in (in the order of the module's `forward`) and come out."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    def to_json(self) -> dict[str, Any]:
        return {"inputs": [t.to_json() for t in self.inputs], "outputs": [t.to_json() for t in self.outputs]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        inputs, outputs = (tuple(map(TensorSpec.from_json, data[side])) for side in ("inputs", "outputs"))
        return cls(inputs, outputs)


class Split:
    """One part of the data: `inputs` (N x ..., or a dict of such arrays) and `targets` (N, or N x ...; None: no labels)."""

    def __init__(self, name: str, inputs: Inputs, targets: Array | None) -> None:
        self.name = name
        self.inputs = inputs
        self.targets = targets

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __repr__(self) -> str:
        return f"Split({self.name}, {len(self)} samples)"

    @property
    def arrays(self) -> dict[str, Array]:
        """The inputs by name; a single array is called "input"."""
        return self.inputs if isinstance(self.inputs, dict) else {"input": self.inputs}

    @cached_property
    def digest(self) -> Digest:
        """Of names, types, shapes and bytes, targets included."""
        state = hashlib.sha256()
        for name, array in [*self.arrays.items(), *([("", self.targets)] if self.targets is not None else [])]:
            state.update(f"{name} {array.dtype.str} {array.shape} ".encode())
            state.update(np.ascontiguousarray(array).data.cast("B") if array.size else b"")
        return state.hexdigest()

    def batches(self, size: int, seed: int | None = None) -> Iterator[tuple[dict[str, Array], Array | None]]:
        """Batches of `size` samples: in order without a seed, else shuffled by it. The last one may be smaller."""
        order = np.arange(len(self)) if seed is None else np.random.default_rng(seed).permutation(len(self))
        for start in range(0, len(self), size):
            rows = slice(start, start + size) if seed is None else order[start : start + size]
            targets = None if self.targets is None else self.targets[rows]
            yield {name: array[rows] for name, array in self.arrays.items()}, targets

    def head(self, count: int) -> "Split":
        """The first `count` samples as a split of its own."""
        arrays = {name: array[:count] for name, array in self.arrays.items()}
        inputs: Inputs = arrays if isinstance(self.inputs, dict) else arrays["input"]
        return Split(self.name, inputs, None if self.targets is None else self.targets[:count])


class StoredSplit(Split):
    """A split that lies on the disk: `read` gives its inputs and targets, and is called when somebody first asks for them."""

    def __init__(self, name: str, read: Callable[[], tuple[Inputs, Array | None]]) -> None:
        self.name = name
        self._read = read

    def __getattr__(self, name: str) -> Any:
        if name not in ("inputs", "targets"):
            raise AttributeError(name)
        self.inputs, self.targets = self._read()
        return self.__dict__[name]

    def let_go(self) -> None:
        """Forgets the data, and keeps its digest: it is read again when somebody asks for it."""
        for name in ("inputs", "targets"):
            self.__dict__.pop(name, None)


@dataclass(frozen=True, eq=False)
class Task:
    """Data, question and form. **Train fits, validation selects, test reports once.**

    `classes` are the labels of a classification in the order of the model's outputs; `preprocessing` is what was done to
    raw inputs (JSON), so that whoever serves the model does the same; `source` is how another process finds the data:
    {"builtin": name}, or {"objects": key, "test": key} of snapshots in the object store, which `keep` writes, and "tensors"
    where these go by other names. `answer` is what the output is called where the signature does not say it.
    """

    name: str
    kind: Kind
    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]
    signature: Signature
    preprocessing: Mapping[str, Any]
    source: Mapping[str, Any]
    licence: str = "unknown"
    keep: "Callable[[Task], None] | None" = None
    answer: str = ANSWER

    def __repr__(self) -> str:
        sizes = f"{len(self.train)} / {len(self.validation)} / {len(self.test)}"
        return f"Task({self.name}, {self.kind}, {sizes} samples)"

    @cached_property
    def digest(self) -> Digest:
        """Of everything that a choice may depend on: train and validation data and the question. Never of the test split."""
        parts: dict[str, Any] = {"train": self.train.digest, "validation": self.validation.digest, "kind": self.kind}
        parts |= {"classes": list(self.classes), "signature": self.signature.to_json()}
        parts |= {} if self.answer == ANSWER else {"answer": self.answer}
        return digest_json(parts)

    @property
    def output_name(self) -> str:
        """The name of the output of every file that is exported for the task."""
        return self.signature.outputs[0].name if self.signature.outputs else self.answer

    @property
    def unlearned(self) -> tuple[str, ...]:
        """The classes of which train has no sample."""
        there = set() if self.train.targets is None else set(np.unique(self.train.targets).tolist())
        return tuple(name for k, name in enumerate(self.classes) if k not in there)

    @property
    def present(self) -> tuple[str, ...]:
        """The classes of which train or validation has a sample."""
        given = [split.targets for split in (self.train, self.validation) if split.targets is not None]
        there = set(np.unique(np.concatenate(given)).tolist()) if given else set()
        return tuple(name for k, name in enumerate(self.classes) if k in there)

    @property
    def loss(self) -> str:
        """The training loss by its standard name."""
        return {"classification": "cross_entropy", "regression": "mse", "outputs": "none"}[self.kind]

    def spec(self) -> dict[str, Any]:
        """JSON from which `workbench.tasks.from_spec` rebuilds the task in another process.

        A task from a person's own arrays writes them into the object store, once.
        """
        if self.keep is not None:
            self.keep(self)
        return {"name": self.name, "kind": self.kind, "source": dict(self.source), "digest": self.digest}
