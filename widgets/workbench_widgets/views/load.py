"""What the panel Load shows: examples and studies, and of what is in hand its form, its figures, its samples and answers."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import words
from workbench.errors import WorkbenchError
from workbench.study.examples import COUNT
from workbench_widgets import examples, own
from workbench_widgets.brought import NAMED, RESUMING, WAITING, answers_of, own_of
from workbench_widgets.uploads import LIMIT
from workbench_widgets.views.figures import figure_of, interval_of
from workbench_widgets.views.samples import of_examples, of_task

if TYPE_CHECKING:
    from workbench.study import Study
    from workbench.tasks import Task
    from workbench_widgets.session import Session

_MOST_NAMED = 20
"""So many classes are named; one more is sent where there are more."""

_NOTHING: Mapping[str, Any] = {"figures": [], "inputs": [], "outputs": [], "samples": []}


def view(session: "Session") -> dict[str, Any]:
    import workbench as wb

    offered = _offered(session)
    brought, answers = own_of(session), answers_of(session)
    name = session.memory.get(NAMED)
    named = {"study": name} if name else {}
    refused = {} if answers is None else answers.errors
    order = None if answers is None else answers.order
    shown = _shown(session)
    return {
        "examples": [{"name": name, "title": examples.EXAMPLES[name].title, **_made(session, name)} for name in offered],
        "selected": session.memory.get("load-wanted") or session.example,
        "study": session.study_name,
        "studies": wb.studies(),
        "limit_mb": LIMIT // 10**6,
        "answering": False,
        **shown,
        "remarks": [words.say(code, **fields) for code, fields in shown.get("remarks", ())],
        "busy": session.memory.get("load-busy"),
        "resuming": bool(session.memory.get(RESUMING)),
        "own": own.as_json(brought, offered, refused, order) | named,
        "next": [name for _, name in list(session.memory.get(WAITING, ())) if name] if session.memory.get("load-busy") else [],
    }


def said(session: "Session") -> str:
    """ "digits, 77850 parameters, accuracy 96.3 % (93.3 to 98), 12 samples"."""
    if not session.study_name:
        return f"nothing loaded; examples {', '.join(_offered(session))}"
    study = session.study()
    if study is None:
        return f"{session.study_name} is not there"
    measures, shown = study.baseline.measures, _shown(session)
    quality = f"{study.metric} {interval_of(measures[study.metric])}"
    return f"{study.name}, {measures['parameters'].value:.0f} parameters, {quality}, {len(shown['samples'])} samples"


def code(session: "Session") -> str:
    """Makes the example or what a person has brought, or opens the study by its name."""
    brought = session.memory.get("load-own")
    if brought is not None and session.memory.get("load-preview", ("",))[0] == "own":
        return own.script(brought)
    if session.example or not session.study_name:
        return examples.script(session.example or next(iter(examples.EXAMPLES)))
    return f"import workbench as wb\n\nstudy = wb.Study.open({session.study_name!r})\nprint(study.baseline)\n"


def described(
    task: "Task", study: "Study | None" = None, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, Any]:
    """What is shown of a task; of its study also the baseline's figures and answers, else the numbers of weights (`shapes`)."""
    classes = {"classes": len(task.classes)} if task.kind == "classification" else {}
    figures = [{"label": "validation", "value": len(task.validation), "unit": "numbers"}]
    if study is not None:
        figures = _figures(study) + figures
    elif shapes:
        figures.insert(0, _parameters(shapes))
    answered = study is not None and study.baseline.file is not None
    samples = of_examples(task, study.examples(study.baseline)) if study is not None and answered else of_task(task, COUNT)
    remarks = () if study is None else study.baseline.measures[study.metric].details.get("remarks", ())
    numbered = task.classes == tuple(map(str, range(len(task.classes))))
    return {
        "figures": figures,
        "classes": [] if numbered else list(task.classes[: _MOST_NAMED + 1]),
        "remarks": list(remarks),
        "inputs": [tensor.to_json() for tensor in task.signature.inputs],
        "outputs": [tensor.to_json() | classes for tensor in task.signature.outputs],
        "samples": samples,
    }


def described_file(path: Path) -> dict[str, Any]:
    """What is shown of an ONNX file as long as there is no data: what goes in and comes out, numbers of weights."""
    import workbench as wb

    form = wb.models.file_form(path)
    return {
        "figures": [_parameters(form.shapes)],
        "inputs": [_any(tensor) for tensor in form.inputs],
        "outputs": [_any(tensor) for tensor in form.outputs],
        "samples": [],
    }


def _any(tensor: Mapping[str, Any]) -> dict[str, Any]:
    return {**tensor, "shape": ["?" if side is None else side for side in tensor["shape"]]}


def _parameters(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    count = sum(math.prod(shape) for shape in shapes.values())
    return {"label": "parameters", "value": count, "unit": "parameters"}


def _figures(study: "Study") -> list[dict[str, Any]]:
    measures = study.baseline.measures
    names = {"parameters": "parameters", "macs": "macs", "size_bytes": "size_bytes", study.metric: "quality"}
    found = [figure_of(measures[name], label) for name, label in names.items() if name in measures]
    for figure in found:
        figure |= {"metric": study.metric} if figure["label"] == "quality" else {}
    return found


def _shown(session: "Session") -> dict[str, Any]:
    """What was made ready when it was taken; where a study was named by hand, made now."""
    kind, preview = session.memory.get("load-preview", ("", None))
    if kind == "own" and own_of(session).begun:
        return _answered(session, preview)
    if kind == "example":
        return dict(preview)
    name, shown = session.memory.get("load-shown", ("", _NOTHING))
    if session.study_name and name != session.study_name:
        shown = _NOTHING
        try:
            study = session.study()
            if study is not None:
                shown = described(study.task, study)
                session.memory["load-shown"] = (study.name, shown)
        except WorkbenchError as error:  # its data is gone, say
            return {**_NOTHING, "error": str(error)}
    return dict(shown) if session.study_name else dict(_NOTHING)


def _answered(session: "Session", preview: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown before anything ran, with the model's answers once they are there."""
    answers = answers_of(session)
    awaited = own_of(session).awaited or (answers is not None and answers.awaited)
    samples = {} if answers is None or answers.samples is None else {"samples": answers.samples}
    return {**preview, **samples, "answering": awaited}


def _made(session: "Session", example: str) -> dict[str, Any]:
    """Quality and size of an example whose study is there: a baseline stays as it is."""
    import workbench as wb

    name = examples.study_of(example)
    made: dict[str, dict[str, Any]] = session.memory.setdefault("load-made", {})
    if name not in made and name in wb.studies():
        study = wb.Study.open(name)
        found = study.baseline.measures
        made[name] = {"figures": [figure_of(found[study.metric], "quality"), figure_of(found["size_bytes"], "size_bytes")]}
    return made.get(name, {})


def _offered(session: "Session") -> list[str]:
    """The examples whose data is on this machine."""
    import workbench as wb

    if "load-offered" not in session.memory:
        there = wb.tasks.available()
        session.memory["load-offered"] = [name for name in examples.EXAMPLES if name in there]
    offered: list[str] = session.memory["load-offered"]
    return offered
