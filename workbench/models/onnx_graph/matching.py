"""Whether a file and a task belong together: inputs by name or place, their form, and which output is the answer."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError, StepFailed
from workbench.graphs.runtime import open_session
from workbench.models.onnx_graph.scores import answers_one
from workbench.tasks.task import Array, Task, TensorSpec
from workbench.words import part

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

MOST = 4
"""A module takes so many inputs at most."""

_TAKES = {"float32": ("float32",), "int64": ("int64", "int32")}


def inputs_of(model: "ModelProto", task: Task, name: str) -> list[str]:
    """The graph's inputs in the order of the task's: by name where the names are the same, else by place.

    Raises `InputError` where they are not as many, or one has another shape or type.
    """
    values = {value.name: value for value in model.graph.input if value.name not in {t.name for t in model.graph.initializer}}
    wanted = [spec.name for spec in task.signature.inputs]
    if len(values) != len(wanted) or len(wanted) > MOST:
        raise InputError("onnx-inputs", name=name, found=len(values), task=task.name, wanted=len(wanted), most=MOST)
    order = wanted if set(wanted) == set(values) else list(values)
    for spec, value in zip(task.signature.inputs, order, strict=True):
        _check_form(values[value], spec, name, task)
    return order


def fixed_batch(model: "ModelProto", inputs: list[str]) -> int | None:
    """The number of samples that the file takes at a time; None where that is free."""
    first = next(value for value in model.graph.input if value.name == inputs[0])
    sides = first.type.tensor_type.shape.dim
    return int(sides[0].dim_value) if sides and sides[0].HasField("dim_value") and sides[0].dim_value > 0 else None


def samples(model: "ModelProto", task: Task, inputs: list[str], count: int) -> dict[str, Array]:
    """The first `count` samples of the validation data, by the graph's names and in its types; few are repeated."""
    rows = np.arange(count) % len(task.validation)
    types = {value.name: _type(value) for value in model.graph.input}
    arrays = (task.validation.arrays[spec.name][rows] for spec in task.signature.inputs)
    return {name: array.astype(types[name]) for name, array in zip(inputs, arrays, strict=True)}


def answers(model: "ModelProto", feeds: Mapping[str, Array], batch: int | None, name: str) -> dict[str, Array]:
    """What ONNX Runtime answers, by output, in batches of the size that the file takes. Outputs that are no arrays are left
    out. Raises `InputError` where it does not take the samples."""
    count = len(next(iter(feeds.values())))
    size = batch or count
    found: dict[str, list[Any]] = {}
    try:
        session = open_session(model.SerializeToString(), plain=True)
        names = [output.name for output in session.get_outputs()]
        for start in range(0, count, size):
            given = session.run(names, {key: array[start : start + size] for key, array in feeds.items()})
            for output, answer in zip(names, given, strict=True):
                found.setdefault(output, []).append(answer)
    except StepFailed as error:
        raise InputError("onnx-runs-not", name=name, why=error.fields.get("why", "")) from None
    except Exception as error:  # the runtime has exceptions of its own for everything
        raise InputError("onnx-runs-not", name=name, why=str(error).splitlines()[0][:300]) from None
    whole = {key: parts for key, parts in found.items() if all(isinstance(part, np.ndarray) and part.ndim for part in parts)}
    return {key: np.concatenate(parts) for key, parts in whole.items()}


def output_of(found: Mapping[str, Array], task: Task, name: str) -> str:
    """The output that is the answer: the only one, or the only one of the task's form; of two classes it may be one number."""
    count = max((len(array) for array in found.values()), default=0)
    fitting = [key for key, array in found.items() if array.dtype.kind == "f" and len(array) == count]
    wanted = task.signature.outputs[0].shape if task.signature.outputs else None
    chosen = [key for key in fitting if wanted is None or (found[key].shape[1:] or (1,)) == wanted]
    chosen = chosen or [key for key in fitting if answers_one(found[key], task)]
    if len(chosen) == 1:
        return chosen[0]
    if len(fitting) == 1 and wanted is not None:
        shown = _said(found[fitting[0]].shape[1:] or (1,))
        hint = part("labels-as-names", labels=_few(task.present)) if shown == str(len(task.present)) else ""
        raise InputError("output-misfit", found=shown, task=task.name, expected=_said(wanted), hint=hint)
    raise InputError("onnx-outputs", name=name, found=", ".join(found) or part("none"), count=len(chosen))


def _check_form(value: "ValueInfoProto", spec: TensorSpec, name: str, task: Task) -> None:
    sides = value.type.tensor_type.shape.dim
    found = [side.dim_value if side.HasField("dim_value") else None for side in sides]
    kinds = _TAKES.get(spec.dtype, (spec.dtype,))
    fits = not found or len(found) == len(spec.shape) + 1
    fits = fits and all(a is None or a == b for a, b in zip(found[1:], spec.shape, strict=False))
    if not fits and "scale" in task.preprocessing and (*found[-1:], *found[1:-1]) == spec.shape:
        raise InputError("onnx-form-pictures", name=name, input=value.name)
    if not fits or _type(value) not in kinds:
        said = " x ".join(["N", *(str(side) if side else "?" for side in found[1:])])
        wanted = " x ".join(["N", *map(str, spec.shape)])
        raise InputError(
            "onnx-form",
            name=name,
            input=value.name,
            found=said,
            kind=_type(value),
            task=task.name,
            wanted=wanted,
            dtype=spec.dtype,
        )


def _type(value: "ValueInfoProto") -> str:
    import onnx

    return str(np.dtype(onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)).name)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "")


def _said(shape: tuple[int, ...]) -> str:
    return " x ".join(str(side) for side in shape)
