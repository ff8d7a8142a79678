"""What a person brings of his own: files in pieces, paths on the server, and what is to be made of them."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Conflict, InputError, NotFound, WorkbenchError
from workbench_widgets.doing.busy import Listener, busy
from workbench_widgets.doing.taking import taken
from workbench_widgets.own import EPOCHS, Own, kind_of, loaded, place_of, with_task
from workbench_widgets.uploads import Upload
from workbench_widgets.views.load import described, described_file

if TYPE_CHECKING:
    from workbench_widgets.session import Session


def own_of(session: "Session") -> Own:
    """What there is so far."""
    found: Own = session.memory.get("load-own") or Own()
    return found


def upload(
    session: "Session", name: str, size: int, upload: str, offset: int, buffers: Sequence[Any] = (), sha256: str = ""
) -> int | None:
    """Takes a piece of a file; the last one comes with the digest of all. Returns how many bytes are there; None: refused."""
    uploads: dict[str, Upload] = session.memory.setdefault("load-uploads", {})
    try:
        if offset == 0:
            _keep(session, replace(own_of(session), errors={}))
            uploads[upload] = Upload(_folder(session), name, size)
        if upload not in uploads:
            raise InputError("upload-broken", name=name)
        received = uploads[upload].add(offset, b"".join(bytes(piece) for piece in buffers))
        if sha256:
            path = uploads[upload].finish(sha256)
            del uploads[upload]
            session.later("load", lambda: _given(session, str(path), "file"))
    except WorkbenchError as refused:
        if upload in uploads:
            uploads.pop(upload).drop()
        _refused(session, "file", refused)
        return None
    return received


def load_path(session: "Session", path: str) -> None:
    """Takes a file of the server, or a "package.module:factory"."""
    session.later("load", lambda: _given(session, path.strip(), "path"))


def choose(
    session: "Session",
    task: str | None = None,
    network: str | None = None,
    train: bool | None = None,
    away: bool = False,
) -> None:
    """Another task ("" is the person's own data), another network, with training or without; or all of it away."""
    if away:
        session.memory.pop("load-own", None)
        session.memory.pop("load-preview", None)
        session.memory.pop("load-model", None)
        session.refresh("load")
        return
    own = replace(own_of(session), errors={})
    own = own if network is None else replace(own, network=network)
    own = own if train is None else replace(own, train=bool(train))
    _keep(session, own)
    session.refresh("load")
    if task is not None:
        session.later("load", lambda: _with_builtin(session, task))


def open_own(session: "Session", study: str) -> None:
    """Has the person's model fitted, where that is wished, and measured: it is the baseline of a study of that name."""
    own = own_of(session)
    session.memory["load-wanted"] = mark = f"own:{study}"
    busy(session, "data")

    def act() -> None:
        with _placed(session, ""):
            _open(session, own, study.strip(), lambda: session.memory.get("load-wanted") == mark)

    session.later("load", act)


def _open(session: "Session", own: Own, study: str, wanted: Callable[[], bool]) -> None:
    import workbench as wb

    try:
        try:
            wb.Study.open(study)
        except NotFound:
            pass  # as it should be: the name is free
        else:
            raise Conflict("own-study-there", name=study)
        hear, model = Listener(session, wanted), own.model()
        assert own.task is not None
        if own.train and own.task.kind != "outputs":
            model = wb.fit(model, own.task, epochs=EPOCHS, seed=0, on_event=hear)
        made = wb.Study.open(study, task=own.task, model=model, on_event=hear)
        session.memory.pop("load-own", None)
        taken(session, made)
    finally:
        session.memory.pop("load-busy", None)


def _given(session: "Session", given: str, place: str) -> None:
    """Looks at what was given, by its kind. What is wrong with it is said at the control it came through."""
    import workbench as wb

    with _placed(session, place):
        kind, own = kind_of(given), replace(own_of(session), errors={})
        if kind == "part":
            kind, given = "model", _model_of(session, Path(given))
        if kind != "factory":
            given = str(Path(given).expanduser().absolute())
        if kind == "data":
            own = with_task(own, wb.tasks.from_file(given), Path(given), "")
        elif kind == "weights":
            own = replace(own, weights=Path(given), shapes=wb.models.tensor_shapes(given), train=False, file=None)
        elif kind == "model":
            session.memory["load-model"] = Path(given)
            shapes = wb.models.file_form(given).shapes
            own = replace(own, file=Path(given), shapes=shapes, weights=None, factory="", train=False)
        else:
            wb.models.load(given)
            own = replace(own, factory=given, train=False, file=None)
        if own.task is None and not own.file:
            example = session.example or "digits"
            own = with_task(own, wb.tasks.load(example), None, example)
        _previewed(session, loaded(own))


def _model_of(session: "Session", part: Path) -> str:
    """The model whose weights are in a file that was given after it."""
    model: Path | None = session.memory.get("load-model")
    if model is None or model.parent.resolve() != part.parent.resolve():
        raise InputError("own-part", name=part.name)
    return str(model)


def _with_builtin(session: "Session", task: str) -> None:
    import workbench as wb

    with _placed(session, "task"):
        own = own_of(session)
        if not task and own.data is None:
            return  # the choice of none
        found = wb.tasks.load(task) if task else wb.tasks.from_file(own.data or "")
        _previewed(session, loaded(with_task(own, found, own.data, task)))


def _previewed(session: "Session", own: Own) -> None:
    """Shows the pair before anything runs: what goes in and comes out, samples, numbers of weights; without data, the file."""
    if own.task is not None:
        shown = described(own.task, shapes=own.shapes)
    else:
        assert own.file is not None
        shown = described_file(own.file)
    session.memory["load-preview"] = ("own", shown)
    _keep(session, own)
    session.refresh("load")


def _keep(session: "Session", own: Own) -> None:
    session.memory["load-own"] = own


def _refused(session: "Session", place: str, error: WorkbenchError) -> None:
    _keep(session, replace(own_of(session), errors={place: str(error)}))
    session.refresh("load")


@contextmanager
def _placed(session: "Session", place: str) -> Iterator[None]:
    """A refusal stands at the control; without a place, at the one that it concerns by its code."""
    try:
        yield
    except WorkbenchError as error:
        _refused(session, place or place_of(error), error)


def _folder(session: "Session") -> Path:
    """A folder for uploads that ends with the session."""
    if "load-folder" not in session.memory:
        session.memory["load-folder"] = tempfile.TemporaryDirectory(prefix="workbench-upload-")
    return Path(session.memory["load-folder"].name)


COMMANDS: dict[str, Callable[..., Any]] = {"upload": upload, "load-path": load_path, "own": choose, "own-open": open_own}
