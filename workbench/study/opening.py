"""Opening a study: made with its task and model, found by its name, its baseline put right where it is damaged."""

import re
from collections.abc import Callable

from workbench import jobs
from workbench.errors import Conflict, InputError, NotFound
from workbench.events import Event
from workbench.files import digest_json
from workbench.models import Model, as_called
from workbench.objects import Objects
from workbench.records import BASELINE, Records, StudyRow
from workbench.study.catalog import studies
from workbench.tasks import Task, as_described, can_be_named
from workbench.words import nearest, part

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,79}")


def opened(
    records: Records,
    name: str,
    task: Task | None,
    model: Model | None,
    seed: int | None,
    device: str,
    on_event: Callable[[Event], None],
) -> StudyRow:
    """The study's row: as it was, or made now. Raises what `Study.open` says."""
    if not _NAME.fullmatch(name):
        raise InputError("study-name", name=name)
    row = records.study(name)
    if row is None:
        if task is None or model is None:
            raise _unknown(name, given=task is not None or model is not None)
        task = as_called(task, model)
        asked = {"task": task.spec(), "model": model.to_json(), "seed": seed or 0, "identity": _identity(task, model)}
        return _made(records, name, asked, model, device, on_event)
    _same(row, task, model, seed)
    at_hand = model or Model.from_json(row.model)
    if not _whole(records, name) and (at_hand.payload is not None or not at_hand.source.startswith("live:")):
        asked = {"task": row.task, "model": row.model, "seed": row.seed, "identity": row.identity}
        return _made(records, name, asked, at_hand, device, on_event)
    return row


def called(row: StudyRow, task: Task) -> Task:
    """The task with its tensors called as in the study; as it is where it has not as many."""
    tensors = row.task["source"].get("tensors")
    fits = tensors is not None and can_be_named(task, tensors["inputs"], tensors["output"])
    return as_described(task, row.task["source"]) if fits else task


def _made(
    records: Records, name: str, asked: dict[str, object], model: Model, device: str, on_event: Callable[[Event], None]
) -> StudyRow:
    blobs = {"model": model.payload} if model.payload is not None else {}
    payload = {"name": name, "device": device, **asked}
    key = digest_json({"baseline": payload})
    jobs.run_job("workbench.study.work:baseline", payload, blobs=blobs, key=key, on_event=on_event)
    row = records.study(name)
    assert row is not None
    return row


def _whole(records: Records, name: str) -> bool:
    row = records.candidate(name, BASELINE)
    return row is not None and row.object is not None and Objects().get(row.object) is not None


def _identity(task: Task, model: Model) -> dict[str, str]:
    """What a study must be opened with again: data, question and preprocessing, the test split too; and the model."""
    data = [task.digest, task.test.digest, dict(task.preprocessing)]
    return {"data": digest_json(data), "model": model.digest, "code": model.code}


def _same(row: StudyRow, task: Task | None, model: Model | None, seed: int | None) -> None:
    """A study is never continued with something else than it was made with."""
    if model is not None and model.digest != row.identity["model"]:
        changed = model.code != row.identity["code"] and model.source == row.model["source"]
        raise Conflict("study-differs", name=row.name, what=part("what-code" if changed else "what-model"))
    if task is not None and _identity(called(row, task), Model.from_json(row.model))["data"] != row.identity["data"]:
        raise Conflict("study-differs", name=row.name, what=part("what-data-set"))
    if seed is not None and seed != row.seed:
        raise Conflict("study-differs", name=row.name, what=part("what-seed", seed=row.seed))


def _unknown(name: str, given: bool) -> InputError:
    if given:
        return InputError("study-needs", name=name)
    known = studies()
    return NotFound("no-study", name=name, nearest=nearest(name, known)) if known else NotFound("no-study-yet", name=name)
