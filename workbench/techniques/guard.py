"""A quantized file that is not slower than the float file it comes from: what is slower in integers stays in float.

Whether an operator gains by integers depends on its size, its neighbours and the machine, so it is timed: every operator
(with what follows it up to the next one) in the float file and in the quantized one, in one process. Operators are left in
float from the one that loses most on, several numbers of them; these files are timed as a whole beside the float file, in
fresh processes. The fastest that is slower in no setting is timed once more, since it was chosen for its luck too. Where
none holds, the float file stays as it is.

What is chosen depends on the clock: from one run to the next it can differ, by operators that hardly matter.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import machine
from workbench.errors import StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.fused import float_operators
from workbench.graphs.marking import heads, mark, marked
from workbench.graphs.naming import with_names
from workbench.graphs.operator_times import by_head
from workbench.graphs.timing import Setting, kernels, speeds
from workbench.records import Line, Report
from workbench.techniques.operators import operators
from workbench.techniques.technique import Context, Plan

if TYPE_CHECKING:
    from onnx import ModelProto

    from workbench.tasks.task import Array

_SHARES = (0.25, 0.5, 0.75)
"""Of the operators, left in float in files that are tried beside those with none, one, and all that lose by themselves."""

_SECONDS = 0.5
"""In which operators are timed."""

_TRIED, _CONFIRMED = (3, 0.04), (4, 0.1)
"""Fresh processes, and seconds of a file in one setting of one process."""

Made = tuple[GraphFile, Report]
Remark = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Quantizer:
    """What the guard decides about. `graph` gives a file's graph with all but the nodes of these names in integers, and the
    nodes named as they were; `file` quantizes all but the nodes named first into the file named second, and reports."""

    graph: "Callable[[GraphFile, Collection[str]], ModelProto]"
    file: Callable[[Collection[str], Path], Made]


@dataclass(frozen=True)
class _Timed:
    """An operator: the names of its node, and of it and what follows it; its seconds a call in float, and those in integers."""

    node: str
    together: tuple[str, ...]
    seconds: float
    integer: float


def guarded(x: GraphFile, plan: Plan, context: Context, quantizer: Quantizer, out: Path) -> Made:
    """The fastest file that is not slower than `x`, written to `out`, with its report; `x` as it came where there is none.

    Judged at batch 1 with one thread and at batch 64 with two. Raises `StepFailed` where a file does not run.
    """
    timed = _timed(x, plan, context, quantizer)
    try:
        tried = _tried(timed, quantizer, context.scratch)
    except StepFailed as error:
        if error.code != "runs-in-float":
            raise
        lines = tuple(Line(la.layer, la.kind, False, "runs-in-float-anyway") if la.touched else la for la in plan.lines)
        report = Report(error.fields["step"], lines, {"bytes_before": float(x.size_bytes)}, (("guard-nothing", {}),))
        return _as_it_came(x, report, out)
    counts, made = list(tried), list(tried.values())
    ratios = _ratios(x, [file for file, _ in made], _TRIED, context)
    for k in np.argsort(-np.log(ratios).sum(axis=0), kind="stable"):
        if ratios[:, k].min() >= 1:
            file, report = made[k]
            again = _ratios(x, [file], _CONFIRMED, context)[:, 0]
            if again.min() >= 1:
                remark = _remark("guard-kept", again, context, left=counts[k], total=len(timed))
                return _copied(file, out), _reported(report, x, timed[: counts[k]], remark)
    nearest = ratios[:, ratios.min(axis=0).argmax()]
    report = replace(_reported(made[0][1], x, timed), remarks=(_remark("guard-float", nearest, context),))
    return _as_it_came(x, report, out)


def _as_it_came(x: GraphFile, report: Report, out: Path) -> Made:
    figures = {"integer_operators": 0, "float_operators": sum(float_operators(x.path).values()), "bytes_after": x.size_bytes}
    return _copied(x, out), replace(report, figures={**report.figures, **{name: float(v) for name, v in figures.items()}})


def _timed(x: GraphFile, plan: Plan, context: Context, quantizer: Quantizer) -> list[_Timed]:
    """The operators that can be quantized, those that lose most by it first, with their times at batch 1, one thread."""
    model = with_names(x.load())
    names = [node.name for node in model.graph.node]
    found = [names.index(o.node) for o in operators(model)]
    alone = [mark(at) for at, line in zip(found, plan.lines, strict=True) if not line.touched]
    floats = GraphFile.save(marked(model), context.scratch / "marked-float.onnx")
    integers = GraphFile.save(quantizer.graph(floats, alone), context.scratch / "marked-integer.onnx")
    of = heads(model, found)
    feeds = dict(context.train.head(1).arrays)
    times = kernels([floats.path, integers.path], feeds, Setting(1, 1), _SECONDS, context.check)
    one, other = (by_head(file, of) for file in times)
    candidates = [at for at, line in zip(found, plan.lines, strict=True) if line.touched]
    timed = [_Timed(names[at], _together(names, of, at), one.get(at, 0.0), other.get(at, 0.0)) for at in candidates]
    return sorted(timed, key=lambda o: o.seconds - o.integer)


def _together(names: Sequence[str], of: Sequence[int | None], head: int) -> tuple[str, ...]:
    return tuple(name for name, its in zip(names, of, strict=True) if its == head)


def _tried(timed: Sequence[_Timed], quantizer: Quantizer, folder: Path) -> dict[int, Made]:
    """Files with nothing left in float, and with several numbers of operators from the first on.

    Raises `StepFailed` ("runs-in-float") where the first of them runs nothing in integers; others that do are left out.
    """
    lost = sum(o.integer > o.seconds for o in timed)
    counts = sorted({1, lost, *(round(share * len(timed)) for share in _SHARES)} - {0, len(timed)})
    made = {0: quantizer.file((), folder / "guarded-0.onnx")}
    for count in counts:
        left = {name for o in timed[:count] for name in o.together}
        try:
            made[count] = quantizer.file(left, folder / f"guarded-{count}.onnx")
        except StepFailed as error:
            if error.code != "runs-in-float":
                raise
    return made


def _settings(context: Context) -> list[Setting]:
    """One sample with one thread, and 64 with two, as far as there are so many."""
    return [Setting(1, 1), Setting(min(64, len(context.train)), min(2, machine.cores()))]


def _ratios(x: GraphFile, files: Sequence[GraphFile], effort: tuple[int, float], context: Context) -> "Array":
    """How many times as fast as `x` each file is: settings x files, geometric means over processes."""
    feeds = dict(context.train.head(64).arrays)
    found = speeds([x.path, *(file.path for file in files)], feeds, _settings(context), *effort, context.check)
    return np.exp(np.log(found).mean(axis=0))[:, 1:]


def _copied(file: GraphFile, out: Path) -> GraphFile:
    out.write_bytes(file.path.read_bytes())
    return GraphFile(out)


def _remark(code: str, ratios: "Array", context: Context, **fields: int) -> Remark:
    one, many = (f"{ratio:.2f}" for ratio in ratios)
    return code, {"one": one, "many": many, **asdict(_settings(context)[1]), **fields}


def _reported(report: Report, x: GraphFile, left: Sequence[_Timed], *remarks: Remark) -> Report:
    """The report, saying of each operator that was left in float why."""
    by_node = {o.node: o for o in left}
    nodes = [o.node for o in operators(with_names(x.load()))]
    lines = tuple(_line(line, by_node.get(node)) for line, node in zip(report.lines, nodes, strict=True))
    return replace(report, lines=lines, remarks=(*report.remarks, *remarks))


def _line(line: Line, timed: _Timed | None) -> Line:
    if timed is None:
        return line
    code = "slower-in-integers" if timed.integer > timed.seconds else "slower-together"
    said = {"integer": f"{timed.integer * 1e6:.1f}", "float": f"{timed.seconds * 1e6:.1f}"}
    return Line(line.layer, line.kind, False, code, said)
