"""`load`: one ONNX file becomes a described model. Imports no torch; the module is held against the file in a worker."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InputError
from workbench.events import Event
from workbench.files import digest_bytes, digest_json
from workbench.graphs.reference import relative_difference
from workbench.jobs import run_job
from workbench.models.model import Model
from workbench.models.onnx_graph.freeing import freed, observe
from workbench.models.onnx_graph.matching import answers, fixed_batch, inputs_of, output_of, samples
from workbench.models.onnx_graph.reading import read
from workbench.models.onnx_graph.scores import answers_one, are_shares, as_before, is_made, least_share, to_logs, to_scores
from workbench.objects import Objects
from workbench.tasks.task import Array, Task

if TYPE_CHECKING:
    from onnx import ModelProto

VERSION = 2
"""Part of the key under which a file is kept: another way of making it ready gives another graph."""

LIMIT = 1e-5
"""Module and file may differ by this share of the largest output."""

SECONDS = 300.0
"""The comparison may take so long. What ONNX Runtime answered in a moment, its module does not need minutes for."""

CHECK = "workbench.models.onnx_graph.checking:check"
GRAPH = "graph.onnx"
SCORES = "scores"
_CHECKED, _TOLD = 8, 256
"""Samples on which module and file are compared, and on which a share is told from a score."""


def load(path: str | Path, task: Task, on_event: Callable[[Event], None] | None = None) -> Model:
    """The network of an ONNX file, its weights included, to be pruned, trained and exported like any other.

    The file is read as data; weights that lie in another file have to lie beside it. It is kept in the object store, so
    that the original may go. A classification's last Softmax is left out, for training and distilling take what stands
    before it: `arguments["left_out"]` names it; where the file answers one number for two classes, so is its Sigmoid, and
    the number becomes two scores. Of shares of all classes that no such operator makes the logarithm is taken, which
    `arguments["logarithm"]` says. A study of the model calls inputs and output as the file does, but for an output that is
    another one for such a reason: that is "logits", or "scores" where the old one was called so. It has the one output that
    is judged; further ones of the file are named by `arguments["other_outputs"]`. `on_event` hears of the job.

    Raises `NotFound` and `Damaged` for the file, `InputError` for one that does not fit the task, that is quantized, or
    that has an operator which is not known; and where the module's answers on samples of the task are not those of ONNX
    Runtime, "onnx-differs" with the first operator that differs.
    """
    path = Path(path).expanduser()
    model = read(path)
    inputs = inputs_of(model, task, path.name)
    batch = fixed_batch(model, inputs)
    feeds = samples(model, task, inputs, -(-_CHECKED // (batch or 1)) * (batch or 1))
    truth = answers(model, feeds, batch, path.name)
    output = output_of(truth, task, path.name)
    chosen = [value for value in model.graph.output if value.name == output]
    others = [value.name for value in model.graph.output if value.name != output]
    del model.graph.output[:]
    model.graph.output.extend(chosen)
    model = freed(model, task, inputs, batch)
    one = answers_one(truth[output], task)
    told = answers(model, samples(model, task, inputs, _TOLD), None, path.name)[output] if one else truth[output]
    scored = _scored(model, task, told, one, path.name)
    observe(model, feeds, path.name)
    whole = next(iter(answers(model, feeds, None, path.name).values()))
    same = as_before(whole, scored.shares, one).reshape(truth[output].shape)
    wanted, limit = truth[output], LIMIT
    if scored.logarithm:
        classes = wanted.shape[-1]
        wanted, limit = wanted / wanted.sum(axis=-1, keepdims=True), LIMIT + least_share(classes) * classes
    gap = float(np.abs(same - wanted).max()) if scored.shares else relative_difference([same], [wanted])
    if gap > limit:
        raise InputError("onnx-freed-differs", name=path.name, difference=f"{gap:.2g}")
    data = model.SerializeToString(deterministic=True)
    key = digest_json({"onnx": digest_bytes(data), "version": VERSION})
    Objects().put(key, lambda folder: _write(folder / GRAPH, data))
    said: dict[str, Any] = {"inputs": inputs} | ({"left_out": scored.left_out} if scored.left_out else {})
    said |= {"logarithm": True} if scored.logarithm else {}
    said |= {"other_outputs": others} if others else {}
    if scored.another and output == task.output_name:
        said["output"] = SCORES  # else another answer would go by the old one's name
    loaded = Model("module", path.stem, f"onnx:{path.stem}", key, said)
    payload, blobs = {"model": loaded.to_json()}, _packed(feeds, whole)
    run_job(CHECK, payload, blobs=blobs, lane="quick", limit=SECONDS, on_event=on_event)
    return loaded


@dataclass(frozen=True)
class _Scored:
    """What was done to a graph so that it ends in scores: the operator `left_out`, a `logarithm` of its shares, one number made
    two. `shares` is whether it answered shares, `another` whether its output is another one now."""

    left_out: str | None = None
    logarithm: bool = False
    one: bool = False

    @property
    def shares(self) -> bool:
        return self.left_out is not None or self.logarithm

    @property
    def another(self) -> bool:
        return self.shares or self.one


def _scored(model: "ModelProto", task: Task, told: Array, one: bool, name: str) -> _Scored:
    """Has a classification's graph end in scores, in place."""
    shares = are_shares(told, one)
    if task.kind != "classification" or not (one or shares):
        return _Scored()
    left_out = to_scores(model, one)
    if left_out is not None or (one and not shares):
        return _Scored(left_out, one=one)
    if one:
        raise InputError("onnx-share", name=name)
    to_logs(model, told.shape[-1])
    return _Scored(logarithm=True)


def kept_output(model: Model) -> str | None:
    """What the file that the model was loaded from calls its output; another name where the model's answer is another one, None
    where the task's will do, and where the file is gone from the store."""
    if "output" in model.arguments:
        return str(model.arguments["output"])
    folder = Objects().get(model.code)
    if "left_out" in model.arguments or folder is None:
        return None
    import onnx

    name = onnx.load(str(folder / GRAPH)).graph.output[0].name
    return None if is_made(name) else str(name)


def _packed(feeds: dict[str, Array], answer: Array) -> dict[str, bytes]:
    buffers = {"answer": answer} | {f"input{k}": array for k, array in enumerate(feeds.values())}
    packed = io.BytesIO()
    np.savez(packed, **buffers)  # type: ignore[arg-type]
    return {"samples": packed.getvalue()}


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
