"""What the panel Run shows: what is under way or waits, what ended lately and how, and where networks are trained."""

from typing import TYPE_CHECKING, Any

from workbench import machine
from workbench.errors import WorkbenchError
from workbench.plots.family import caption, spelled
from workbench_widgets.following import ASKED, Following, following, step_names
from workbench_widgets.progress import At
from workbench_widgets.views.figures import label_of

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.study import Candidate
    from workbench_widgets.session import Session

ENDED = 12
"""So many runs that are over are listed, the newest; the Frontier has all files."""


def view(session: "Session") -> dict[str, Any]:
    followed = following(session)
    if followed is not None and not followed.stamp:
        followed.look()
    jobs, older = ([], 0) if followed is None else _jobs(followed)
    waiting = [_job("", recipe, "waiting") for recipe in session.memory.get(ASKED, ())]
    told = {"study": session.study_name, "jobs": [*waiting, *jobs], "older": older, "baseline": _baseline(followed)}
    return {**told, **_where(_named(session.device)), "error": None}


def _jobs(followed: Following) -> tuple[list[dict[str, Any]], int]:
    """Those under way, oldest first, then the newest of those that are over; and how many of these are left out."""
    candidates = list(followed.candidates)
    under_way = [c for c in candidates if c.status == "running"]
    over = [c for c in reversed(candidates) if c.status != "running"]
    marks = followed.study.marks
    listed = [_of(followed, c) | {"label": label_of(marks, c)} for c in (*under_way, *over[:ENDED])]
    return listed, max(0, len(over) - ENDED)


def _of(followed: Following, candidate: "Candidate") -> dict[str, Any]:
    at, recipe = followed.at(candidate.recipe), candidate.recipe
    if candidate.status != "running":
        curve = {"trained": at.trained, "curve": at.shown_curve()} if at is not None else {}
        state = "done" if candidate.status == "measured" else candidate.status
        return {**_job(candidate.id, recipe, state), "reason": candidate.reason, **curve}
    if at is None or not at.index:
        return _job(candidate.id, recipe, "waiting")
    return {**_job(candidate.id, recipe, "running"), **_so_far(at, followed.left(recipe))}


def _job(candidate: str, recipe: "Recipe", state: str) -> dict[str, Any]:
    names = step_names(recipe)
    at = {"step": "", "index": 0, "of": len(names), "share": 0.0, "rate": 0.0, "left": None, "trained": "", "curve": []}
    return {
        "candidate": candidate,
        "label": "",
        "recipe": caption(recipe),
        "spelled": spelled(recipe),
        "state": state,
        "steps": list(names),
        **at,
        "reason": None,
    }


def _so_far(at: At, left: float | None) -> dict[str, Any]:
    where = {"step": at.step, "index": at.index, "of": at.of, "share": round(at.share, 3), "rate": round(at.rate, 1)}
    curve = {"trained": at.trained, "curve": at.shown_curve()}
    return {**where, **curve, "left": None if left is None else round(left, 1 if left < 10 else 0)}


def _baseline(followed: Following | None) -> dict[str, Any] | None:
    """The baseline's figure beside the training curve, which is of the same measure."""
    measure = followed.baseline if followed is not None else None
    return None if measure is None else {"metric": measure.name, "value": measure.value}


def _where(device: str) -> dict[str, Any]:
    """The devices to choose from and the one that is chosen, here now or not; `no_cuda` where GPUs are here for nothing."""
    known = machine.known_devices()
    found = known or (machine.CPU,)
    usable = found if machine.knows_cuda() else found[:1]
    told = [_device(d.name, d.title, _gigabytes(d.free_bytes)) for d in usable]
    if device != "auto" and device not in [d.name for d in usable]:
        told.append(_device(device, device, None) | {"away": known is not None})
    if len(told) > 1 or known is None:  # before GPUs are asked for, nobody knows that there is only the CPU
        told.insert(0, _device("auto", "", None))
    elif device == "auto":
        device = "cpu"
    return {"devices": told, "device": device, "no_cuda": len(usable) < len(found)}


def _device(name: str, title: str, free_gb: float | None) -> dict[str, Any]:
    return {"name": name, "title": title, "free_gb": free_gb, "away": False}


def _named(device: str) -> str:
    """A device by its name in the list: "cuda" is PyTorch's for the first GPU."""
    return "cuda:0" if device == "cuda" else device


def _gigabytes(count: int | None) -> float | None:
    return None if count is None else round(count / 1e9, 1)


def said(session: "Session") -> str:
    """ "1 running, 2 waiting; c3 failed: why"."""
    jobs = view(session)["jobs"]
    if not jobs:
        return "nothing runs"
    counts = {state: sum(job["state"] == state for job in jobs) for state in ("running", "waiting")}
    busy = ", ".join(f"{count} {state}" for state, count in counts.items() if count) or "nothing runs"
    ends = [j for j in reversed(jobs) if j["state"] not in counts]
    return "; ".join(
        [busy, *(" ".join([j["candidate"], j["state"]]) + (f": {j['reason']}" if j["reason"] else "") for j in ends)]
    )


def code(session: "Session") -> str:
    if not session.study_name:
        return ""
    try:
        recipe = session.steps_on().to_yaml().rstrip()
    except WorkbenchError as error:
        return f"# {error}\n"
    where = "" if session.device == "auto" else f", device={session.device!r}"
    lines = ["import workbench as wb", "", f"study = wb.Study.open({session.study_name!r}{where})"]
    lines += [f'recipe = wb.Recipe.from_yaml("""\n{recipe}\n""")']
    lines += ["run = study.submit(recipe)  # a worker has it: it goes on when this script ends", "for event in run.events():"]
    return "\n".join([*lines, "    print(event)", "print(run.candidate)", ""])
