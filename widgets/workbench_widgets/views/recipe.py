"""What the panel Recipe shows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.plots.axis import axis, number
from workbench.recipes import text
from workbench_widgets.cards import catalog, checked, mends, presets
from workbench_widgets.reading import NOTHING, reader
from workbench_widgets.refusals import sentence

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.records import Measurement
    from workbench.study import Candidate, Study
    from workbench_widgets.session import Session

YAML, TURNS = "recipe-yaml", "recipe-turns"
"""In a session's memory: the text that was typed, with what is wrong with it; the newest change of each view of the cards."""


def view(session: "Session") -> dict[str, Any]:
    """The layers that the browser adds up are not here: the panel Model has them, and they are sent once."""
    recipe, errors = checked(session.steps)
    study = session.study()
    shown = {
        "steps": list(session.steps),
        "turns": dict(session.memory.get(TURNS, {})),
        "catalog": catalog(),
        "presets": presets(),
        "errors": errors,
        "ready": bool(session.study_name or session.memory.get("load-busy")),
        **_text(session, recipe, errors),
    }
    return shown | _known(session, study, recipe) if study is not None else shown | _unknown()


def said(session: "Session") -> str:
    """Such as "StructuredPruning 50 % > StaticQuantization, about 13.1 kB"."""
    recipe, errors = checked(session.steps)
    if recipe is None:
        return f"the recipe is refused: {errors[0]['sentence']}"
    study = session.study()
    if study is None:
        return recipe.name
    found = study.find(recipe)
    if found is not None and found.status == "measured":
        return f"{recipe.name}, measured as {found.id}: {_said(found.measures['size_bytes'])}"
    from workbench.study.estimate import estimate

    return f"{recipe.name}, about {_kilobytes(estimate(recipe, study.structure).size_bytes)}"


def code(session: "Session") -> str:
    recipe, _ = checked(session.steps)
    if recipe is None or not (session.study_name or session.example):
        return ""
    return f"""{_beginning(session)}
recipe = wb.Recipe.from_yaml({_quoted(recipe.to_yaml())})
candidate = study.run(recipe)
print(candidate)
"""


def _beginning(session: "Session") -> str:
    """The study is opened by its name; an example's that is not there yet is made."""
    from workbench_widgets.examples import script

    if session.study() is None and session.example:
        return script(session.example)
    return f"import workbench as wb\n\nstudy = wb.Study.open({session.study_name!r})"


def _quoted(text: str) -> str:
    """Python that gives the text, on several lines where nothing in it has to be escaped."""
    return repr(text) if "'''" in text or "\\" in text else f"'''\n{text}'''"


def _text(session: "Session", recipe: "Recipe | None", errors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The recipe as YAML, with what is wrong with it. A text that is none stays as it was typed, and is not the cards'."""
    typed = session.memory.get(YAML)
    if typed is not None:
        return {"yaml": typed["text"], "yaml_error": sentence(typed["error"]), "yaml_kept": True}
    if recipe is not None:
        return {"yaml": recipe.to_yaml(), "yaml_error": None, "yaml_kept": False}
    written = text.write([(step["technique"], step["fields"]) for step in session.steps if step.get("on", True)])
    return {"yaml": written, "yaml_error": errors[0]["sentence"], "yaml_kept": False}


def _known(session: "Session", study: "Study", recipe: "Recipe | None") -> dict[str, Any]:
    shown = _unknown() | {"baseline": _figures(study.baseline, study.metric), "metric": _metric(study)}
    found = None if recipe is None else study.find(recipe)
    if found is not None and found.status == "measured":
        return shown | {"measured": found.id, "figures": _figures(found, study.metric)}
    if recipe is None:
        return shown
    reading = reader(session).read(study, recipe)
    shown["busy"] = found.id if found is not None and found.status == "running" else None
    shown["failed"] = {"id": found.id, "sentence": found.reason} if found is not None and found.status == "failed" else None
    preview = NOTHING | reading.preview | {"sentence": reading.why}
    shown |= {"preview": preview, "latency": reading.latency, "cost_seconds": reading.cost, "step_seconds": reading.seconds}
    return shown | {"errors": _refused(session, reading.refused)} if reading.refused else shown


def _unknown() -> dict[str, Any]:
    nothing = dict.fromkeys(("baseline", "metric", "measured", "figures", "cost_seconds", "latency", "busy", "failed"))
    return nothing | {"preview": dict(NOTHING), "step_seconds": []}


def _refused(session: "Session", refused: InputError) -> list[dict[str, Any]]:
    """What the model or the data have against a step, said at its card; at the first one where the step is not named."""
    on = [(k, step["technique"]) for k, step in enumerate(session.steps) if step.get("on", True)]
    place = next((k for k, name in on if name == refused.fields.get("step")), on[0][0] if on else 0)
    return [{"step": place, "field": None, "sentence": sentence(refused), **mends(refused)}]


def _figures(candidate: "Candidate", metric: str) -> dict[str, Any]:
    """Size, quality, latency and MACs of a measured file, each [value, low, high]."""
    names = {
        "size_bytes": "size_bytes",
        "quality": metric,
        "latency": "latency_b1_ms",
        "speedup": "speedup_b1",
        "macs": "macs",
        "parameters": "parameters",
    }
    measures = candidate.measures
    return {shown: _interval(measures[name]) if name in measures else None for shown, name in names.items()}


def _metric(study: "Study") -> dict[str, Any]:
    measured = study.baseline.measures[study.metric]
    shown = axis([measured])
    unit = "share" if shown.unit == "%" else shown.unit
    return {"name": measured.name, "title": shown.title, "unit": unit, "higher_is_better": measured.higher_is_better}


def _interval(measured: "Measurement") -> list[float]:
    return [measured.value, measured.low, measured.high]


def _said(measured: "Measurement") -> str:
    return axis([measured]).said(measured.value)


def _kilobytes(size: int) -> str:
    return f"{number(size / 1e3)} kB"
