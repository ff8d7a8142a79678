"""What an artifact answers: inputs checked against the signature, run in batches, outputs made into labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError, StepFailed
from workbench.words import nearest

if TYPE_CHECKING:
    import onnxruntime as ort

Array = npt.NDArray[Any]
BATCH = 64
"""A dynamically quantized file takes its scales from the whole batch: answers are those that were measured only in
batches of the same size and order."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """`outputs` by name (N x ...). For a classification also `labels` (N: class names, or whole numbers where the classes
    are just counted from 0) and `probabilities` (N x C, float64, the softmax of the first output); else None."""

    labels: Array | None
    probabilities: Array | None
    outputs: dict[str, Array]

    def __len__(self) -> int:
        return len(next(iter(self.outputs.values())))


def answer(session: "ort.InferenceSession", manifest: Mapping[str, Any], inputs: Any) -> Prediction:
    """Runs the inputs and words the outputs as the manifest says."""
    signature = manifest["signature"]
    feeds = checked(signature["inputs"], inputs)
    outputs = _run(session, signature, feeds)
    if manifest["kind"] != "classification":
        return Prediction(None, None, outputs)
    scores = outputs[signature["outputs"][0]["name"]]
    return Prediction(_labels(scores, manifest["classes"]), softmax(scores), outputs)


def checked(specs: list[Mapping[str, Any]], inputs: Any) -> dict[str, Array]:
    """The inputs by name, each N x its shape in its type, as many samples of each."""
    given = _named(specs, inputs)
    feeds = {spec["name"]: _fitting(spec, given[spec["name"]]) for spec in specs}
    counts = {name: len(array) for name, array in feeds.items()}
    if len(set(counts.values())) > 1:
        raise InputError("predict-counts", counts=", ".join(f"{name} has {count}" for name, count in counts.items()))
    return feeds


def softmax(scores: Array) -> Array:
    """Probabilities along the last axis, in float64 and without overflow."""
    wide = scores.astype(np.float64)
    powers = np.exp(wide - wide.max(axis=-1, keepdims=True)) if wide.size else wide
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _named(specs: list[Mapping[str, Any]], inputs: Any) -> Mapping[str, Any]:
    names = [spec["name"] for spec in specs]
    if not isinstance(inputs, Mapping):
        if len(names) > 1:
            raise InputError("predict-needs-names", names=", ".join(names))
        return {names[0]: inputs}
    for name in names:
        if name not in inputs:
            raise InputError("predict-lacks", name=name)
    for name in inputs:
        if name not in names:
            raise InputError("predict-unknown", name=name, nearest=nearest(str(name), names))
    return inputs


def _fitting(spec: Mapping[str, Any], value: Any) -> Array:
    name, wanted = spec["name"], np.dtype(spec["dtype"])
    try:
        given = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise InputError("predict-no-array", name=name, why=str(error).splitlines()[0]) from None
    shape = tuple(spec["shape"])
    if given.shape == (0,):
        return np.empty((0, *shape), wanted)  # an empty list has no shape of its own
    if given.dtype.kind not in "fiub" or not np.can_cast(given.dtype, wanted, "same_kind"):
        raise InputError("predict-type", name=name, wanted=wanted.name, given=given.dtype.name)
    if given.shape[1:] != shape or given.ndim == 0:
        raise InputError("predict-shape", name=name, wanted=_spelled(("N", *shape)), given=_spelled(given.shape))
    return _cast(name, given, wanted)


def _cast(name: str, given: Array, wanted: np.dtype[Any]) -> Array:
    if wanted.kind == "f":
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
            cast = given.astype(wanted)
        if not np.isfinite(cast).all():
            raise InputError("predict-not-finite", name=name, index=int(np.argwhere(~np.isfinite(cast))[0][0]))
        return cast
    cast = given.astype(wanted)
    if not np.array_equal(cast, given):
        raise InputError("predict-range", name=name, wanted=wanted.name)
    return cast


def _run(session: "ort.InferenceSession", signature: Mapping[str, Any], feeds: dict[str, Array]) -> dict[str, Array]:
    specs = signature["outputs"]
    names = [spec["name"] for spec in specs]
    count = len(next(iter(feeds.values())))
    if count == 0:
        return {spec["name"]: np.empty((0, *spec["shape"]), np.dtype(spec["dtype"])) for spec in specs}
    parts = []
    for start in range(0, count, BATCH):
        batch = {name: array[start : start + BATCH] for name, array in feeds.items()}
        try:
            parts.append(session.run(names, batch))
        except Exception as error:  # the runtime has exceptions of its own for everything
            raise StepFailed("predict-failed", why=str(error).splitlines()[0][:300]) from error
    return {name: np.concatenate(columns) for name, columns in zip(names, zip(*parts, strict=True), strict=True)}


def _labels(scores: Array, classes: list[str]) -> Array:
    """The class of the largest score: its name, or its index where the names are "0", "1", ..."""
    index = scores.argmax(axis=-1)
    return index if classes == [str(i) for i in range(len(classes))] else np.asarray(classes)[index]


def _spelled(shape: tuple[Any, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"
