"""What every technique has to keep to, as checks that a plug-in's author runs in his own tests:

    from workbench.techniques.conformance import check

    def test_my_technique():
        check(MyTechnique(strength=0.3))

A technique is tried on a small network (or its ONNX file) and 64 samples of noise; give `x` and `context` where it needs
others. All that is wrong comes in one AssertionError.
"""

import contextlib
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from workbench.errors import Cancelled, InputError
from workbench.graphs import GraphFile
from workbench.knobs import knobs
from workbench.records import Report
from workbench.tasks.task import Signature, Split, TensorSpec
from workbench.techniques.context import StepContext
from workbench.techniques.operators import operators
from workbench.techniques.technique import FileTechnique, Order, Technique

_LONG = 1.0
"""Seconds after which work on the small example would be waited for in vain by a person who cancelled it."""


def check(subject: Technique | type[Technique], x: Any = None, context: StepContext | None = None) -> None:
    """Runs every check on a technique, or on a class with its defaults. Raises AssertionError with all that is wrong.

    `x` is an `nn.Module`, or a `GraphFile` for a file technique; `context` belongs to it.
    """
    technique = subject() if isinstance(subject, type) else subject
    wrong = list(_declared(technique)) + list(_written(technique)) + list(_refusing(technique))
    context = context or example_context()
    x = x if x is not None else example_for(technique, context)
    for rule in (_leaves_its_input, _repeats_itself, _can_be_cancelled, _reports_everything):
        try:
            wrong += rule(technique, x, context)
        except Exception as error:
            wrong.append(f"{rule.__name__.strip('_')}: {type(error).__name__}: {error}")
    assert not wrong, f"{type(technique).__name__} does not conform:\n" + "\n".join(f"  - {w}" for w in wrong)


def run(technique: Any, x: Any, context: StepContext) -> tuple[Any, Report]:
    """One application, as the runner does it: resolve, plan, apply."""
    step = technique.resolve(x, context)
    new, report = step.apply(x, step.plan(x, context), context)
    return new, report


def _declared(technique: Technique) -> Iterator[str]:
    kind = type(technique)
    if not kind.title:
        yield "it has no title"
    if kind.order not in get_args(Order) or kind.stage not in ("module", "file"):
        yield f"order {kind.order!r} or stage {kind.stage!r} is none"
    if (kind.order == "numerics") != (kind.stage == "file"):
        yield f"order {kind.order!r} does not belong to stage {kind.stage!r}"
    for knob in knobs(kind):
        if not knob.say:
            yield f"{knob.name} says nothing of itself"
        if knob.kind in ("number", "whole"):
            if knob.low is None or knob.high is None:
                yield f"{knob.name} has no range"
            elif knob.search is not None and not knob.low <= min(knob.search) < max(knob.search) <= knob.high:
                yield f"{knob.name} is to be searched outside of its range"
        elif knob.kind == "choice" and not set(knob.search or ()) <= set(knob.choices):
            yield f"{knob.name} is to be searched among values that it cannot have"


def _written(technique: Technique) -> Iterator[str]:
    kind = type(technique)
    again = kind(**json.loads(json.dumps(technique.to_json())))
    if again != technique or hash(again) != hash(technique) or again.digest != technique.digest:
        yield "it is another one after JSON"
    for knob in knobs(kind):
        if knob.kind == "number" and knob.low is not None and knob.high is not None:
            whole = math.floor(knob.high)
            if whole > knob.low and _digest(technique, knob.name, whole) != _digest(technique, knob.name, float(whole)):
                yield f"{knob.name}={whole} and {knob.name}={float(whole)} have different digests"


def _digest(technique: Technique, name: str, value: Any) -> str | None:
    """The digest with another value; None where the value is at an open end of the range."""
    with contextlib.suppress(InputError):
        return technique.replace(**{name: value}).digest
    return None


def _refusing(technique: Technique) -> Iterator[str]:
    for knob in knobs(type(technique)):
        try:
            technique.replace(**{knob.name: knob.illegal()})
            yield f"{knob.name} takes {knob.illegal()!r}"
        except InputError as error:
            if error.fields.get("name") != knob.name:
                yield f"{knob.name}={knob.illegal()!r} is refused without naming it"
        except Exception as error:
            yield f"{knob.name}={knob.illegal()!r} is refused by {type(error).__name__}, not by InputError"
    try:
        technique.replace(no_such_field=1)
        yield "it takes a field that it does not have"
    except InputError:
        pass


def _leaves_its_input(technique: Technique, x: Any, context: StepContext) -> list[str]:
    before = _contents(x)
    new, _ = run(technique, x, context)
    wrong = [] if _same(before, _contents(x)) else ["it changes what it is given"]
    return wrong if new is not x else [*wrong, "it returns what it was given, not a new one"]


def _repeats_itself(technique: Technique, x: Any, context: StepContext) -> list[str]:
    first = _contents(run(technique, x, context)[0])
    again = _contents(run(technique, x, context)[0])
    return [] if _same(first, again) else ["it gives another result with the same seed"]


def _can_be_cancelled(technique: Technique, x: Any, context: StepContext) -> list[str]:
    calls: list[int] = []
    began = time.monotonic()
    run(technique, x, replace(context, check_with=lambda: calls.append(1)))
    if not calls:
        return ["it takes long and never calls context.check()"] if time.monotonic() - began > _LONG else []
    for moment in {1, len(calls)}:
        try:
            run(technique, x, replace(context, check_with=_cancelling(moment)))
        except Cancelled:
            continue
        return [f"it goes on although call {moment} of context.check() cancelled it"]
    return []


def _cancelling(moment: int) -> Callable[[], None]:
    left = [moment]

    def ask() -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise Cancelled("cancelled")

    return ask


def _reports_everything(technique: Technique, x: Any, context: StepContext) -> list[str]:
    _, report = run(technique, x, context)
    told = {line.layer for line in report.lines}
    wrong = [f"its report does not mention {name}" for name in _layers(x) if name not in told]
    wrong += [f"its report says nothing of why: {line.layer}" for line in report.lines if not line.sentence.strip()]
    wrong += [f"its figure {name} is not finite" for name, value in report.figures.items() if not math.isfinite(value)]
    if report.step != type(technique).__name__:
        wrong.append(f"its report is named {report.step}")
    json.dumps(report.to_json())
    return wrong


def _layers(x: Any) -> list[str]:
    """The names of everything with parameters of its own."""
    if isinstance(x, GraphFile):
        return [operator.layer for operator in operators(x.load())]
    return [n or type(part).__name__ for n, part in x.named_modules() if any(True for _ in part.parameters(recurse=False))]


def _contents(x: Any) -> Any:
    """What a file or a module consists of: bytes, or tensors by name."""
    if isinstance(x, GraphFile):
        return x.path.read_bytes()
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in x.state_dict().items()}


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bytes):
        return bool(a == b)
    return list(a) == list(b) and all(np.array_equal(a[name], b[name], equal_nan=True) for name in a)


def example_context() -> StepContext:
    """64 samples of noise, 1 x 8 x 8, in 3 classes; the teacher is the example network."""
    draw = np.random.default_rng(0)
    inputs, targets = draw.standard_normal((64, 1, 8, 8)).astype(np.float32), draw.integers(0, 3, 64)
    split = Split("train", inputs, targets)
    signature = Signature((TensorSpec("input", (1, 8, 8), "float32"),), (TensorSpec("output", (3,), "float32"),))
    return StepContext(split, split.head(32), "classification", signature, teacher_of=example_module)


def example_module() -> Any:
    """Two convolutions with batch normalisation, and a linear layer; in evaluation mode, always with the same weights."""
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        parts = [nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1)]
        return nn.Sequential(*parts, nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(64, 3)).eval()


def example_for(technique: Technique, context: StepContext) -> Any:
    """The example network, or its file."""
    return _example_file(context.scratch) if isinstance(technique, FileTechnique) else example_module()


def _example_file(folder: Path) -> GraphFile:
    """A convolution and a linear layer as an ONNX file that takes N x 1 x 8 x 8."""
    from onnx import TensorProto, helper, numpy_helper

    draw = np.random.default_rng(0)
    shapes = {"conv.weight": (8, 1, 3, 3), "conv.bias": (8,), "fc.weight": (3, 8), "fc.bias": (3,)}
    weights = [numpy_helper.from_array(draw.standard_normal(s).astype(np.float32), n) for n, s in shapes.items()]
    nodes = [
        helper.make_node("Conv", ["input", "conv.weight", "conv.bias"], ["c"], "n0", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"], "n1"),
        helper.make_node("GlobalAveragePool", ["r"], ["p"], "n2"),
        helper.make_node("Flatten", ["p"], ["f"], "n3"),
        helper.make_node("Gemm", ["f", "fc.weight", "fc.bias"], ["output"], "n4", transB=1),
    ]
    ends = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 8, 8])]
    answers = [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 3])]
    graph = helper.make_graph(nodes, "main", ends, answers, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return GraphFile.save(model, folder / "example.onnx")
