"""What the panel Publish shows: the file in hand, what was typed, what is checked, the card, and what was published."""

import re
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, WorkbenchError
from workbench.plots.axis import title
from workbench.plots.family import spelled
from workbench.publish.reference import fits
from workbench.words import part
from workbench_widgets.in_hand import in_hand
from workbench_widgets.looking import looked
from workbench_widgets.refusals import sentence
from workbench_widgets.views.figures import interval_of, label_of
from workbench_widgets.views.publish_card import card_of
from workbench_widgets.views.publish_checks import checks_of
from workbench_widgets.views.publish_done import done_before
from workbench_widgets.views.publish_versions import listed, taken

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench_widgets.session import Session

LICENCES = ("unspecified", "Apache-2.0", "MIT", "BSD-3-Clause", "CC-BY-4.0", "CC-BY-NC-4.0", "GPL-3.0-only", "proprietary")


TYPED = "publish-typed"
"""In a session's memory: what was typed into the form, by study."""


def view(session: "Session") -> dict[str, Any]:
    typed = typed_of(session)
    shown: dict[str, Any] = {**typed, "licences": list(LICENCES), "busy": bool(session.memory.get("publish-busy"))}
    errors = {place: sentence(error) for place, error in session.memory.get("publish-errors", {}).items()}
    candidate = None
    try:
        study = session.study()
        candidate = None if study is None else in_hand(session, study)
    except WorkbenchError as error:  # a baseline that is gone, say
        errors[""] = sentence(error)
    if candidate is None or candidate.file is None:
        nothing = dict.fromkeys(("candidate", "file", "taken", "done"), None)
        return {**shown, **nothing, "checks": [], "card": [], "versions": [], "errors": errors}
    done = session.memory.get("publish-done")
    done = done if done and (done["study"], done["candidate"]) == (candidate.study.name, candidate.id) else None
    found = looked(session, candidate)
    reserved, refusal = taken(candidate, typed["name"])
    if not fits(typed["name"]) and typed["name"]:
        refusal = sentence(InputError("published-name", what=part("what-artifact"), name=repr(typed["name"])))
    if refusal and "name" not in errors:
        errors["name"] = refusal
    if done is None and reserved is not None and not shown["busy"]:
        done = done_before(session, candidate, typed["name"], reserved["same"])
    return {
        **shown,
        "candidate": candidate.id,
        "file": _file(candidate),
        "taken": reserved,
        "nameable": fits(typed["name"]),
        "checks": checks_of(candidate, found, shown["busy"], done),
        "card": card_of(candidate, found, done),
        "done": done,
        "versions": listed(typed["name"]),
        "errors": errors,
    }


def said(session: "Session") -> str:
    """ "c2 in hand, 41 kB; published as digits-small, version 1"."""
    shown = session.publish
    if not shown.get("file"):
        return "nothing to publish"
    size = f"{shown['candidate']} in hand, {shown['file']['size_bytes']} bytes"
    done = shown["done"]
    return f"{size}; published as {done['name']}, version {done['version']}" if done else f"{size}; not published"


def code(session: "Session") -> str:
    """Publishes the file in hand as the form stands."""
    shown = session.publish
    if not shown.get("candidate"):
        return ""
    said = {"licence": shown["licence"], "intended_use": shown["intended_use"], "packed": shown["packed"]}
    given = "".join(f", {name}={value!r}" for name, value in said.items() if value not in ("", False, "unspecified"))
    return f"""import workbench as wb

study = wb.Study.open({session.study_name!r})
artifact = study.candidate({shown["candidate"]!r}).publish({shown["name"] or "name"!r}{given})
print(artifact.path)
"""


def typed_of(session: "Session") -> dict[str, Any]:
    """What was typed, over what is proposed: the study's name with "-small"."""
    proposed = re.sub(r"[^A-Za-z0-9._-]+", "-", session.study_name.removeprefix("page-"))[:74]
    empty = {"name": f"{proposed}-small" if proposed else "", "licence": LICENCES[0], "intended_use": "", "packed": False}
    return empty | session.memory.get(TYPED, {}).get(session.study_name, {})


def _file(candidate: "Candidate") -> dict[str, Any]:
    measures = candidate.measures
    metric = candidate.study.metric
    return {
        "name": candidate.name,
        "label": label_of(candidate.study.marks, candidate),
        "steps": spelled(candidate.recipe),
        "size_bytes": int(measures["size_bytes"].value),
        "quality": f"{title(metric)} {interval_of(measures[metric])}" if metric in measures else "",
        "digest": measures["size_bytes"].file_digest,
    }
