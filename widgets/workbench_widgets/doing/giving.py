"""Files of a person's own: in pieces or by their path on the server, and what they are."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Cancelled, InputError, WorkbenchError
from workbench_widgets.asked import Asked
from workbench_widgets.brought import CHECK, WAITING, ask, changed, drop_check, own_of, placed, refused, turn
from workbench_widgets.own import DATA, Own, kind_of, networks_of, with_task
from workbench_widgets.refusals import kept
from workbench_widgets.uploads import Folder, Upload, is_upload
from workbench_widgets.views.load import described, described_file

if TYPE_CHECKING:
    from workbench.tasks import Task
    from workbench_widgets.session import Session


def upload(
    session: "Session",
    name: str,
    size: int,
    upload: str,
    offset: int,
    buffers: Sequence[Any] = (),
    sha256: str = "",
    first: bool = True,
) -> int | None:
    """Takes a piece of a file; the last one comes with the digest of all. Returns how many bytes are there; None: refused.

    The refusals of other files stay unless the file is the `first` one of those that were given at once.
    """
    uploads: dict[str, Upload] = session.memory.setdefault("load-uploads", {})
    try:
        if offset == 0:
            if first:
                changed(session, lambda own: replace(own, errors=own.lasting()))
            if upload in uploads:
                uploads.pop(upload).drop()
            uploads[upload] = Upload(_folder(session).path, name, size, _number(session))
        if upload not in uploads:
            raise InputError("upload-broken", name=name)
        received = uploads[upload].add(offset, b"".join(bytes(piece) for piece in buffers))
        if sha256:
            whole: dict[str, int] = session.memory.setdefault("load-whole", {})  # by name, which is a place on the disk
            number = uploads[upload].number
            if number < whole.get(name, 0):
                uploads.pop(upload).drop()
            else:
                whole[name], path = number, uploads.pop(upload).finish(sha256)
                _take(session, str(path), "file", number)
    except WorkbenchError as error:
        if upload in uploads:
            uploads.pop(upload).drop()
        refused(session, "file", error)
        return None
    return received


def drop_upload(session: "Session", upload: str) -> None:
    """Nobody waits for the rest of it."""
    found: Upload | None = session.memory.get("load-uploads", {}).pop(upload, None)
    if found is not None:
        found.drop()


def load_path(session: "Session", path: str) -> None:
    """Takes a file of the server, or a "package.module:factory"."""
    changed(session, lambda own: replace(own, errors=own.lasting()))
    _take(session, path.strip(), "path", _number(session))


def take_again(session: "Session", given: Sequence[str]) -> bool:
    """Takes what a page had been given before it was loaded again; files that came by the browser out of its folder then.

    Says whether all of it is there: at the first part that is not, it ends, and what is wrong with it stands at the files.
    """
    asked = turn(session)
    for name in given:
        taken = False
        with placed(session, "file"):
            path = Path(name)
            if path.is_file() and is_upload(path):
                name = str(_folder(session, path).take_over(path))
            how = _read(session, name, own_of(session))
            taken = turn(session) == asked
            if taken:
                preview(session, how)
        if not taken:
            return False
    return True


def _take(session: "Session", given: str, place: str, number: int) -> None:
    """Reads it in its turn, unless one of its kind that was chosen after it has been read: a large file takes its time."""
    asked, before = turn(session), own_of(session)
    kind = "data" if given.lower().endswith(DATA) else Path(given).suffix.lower()
    last: dict[str, int] = session.memory.setdefault("load-last", {})

    def act() -> None:
        with placed(session, place):
            if number < last.get(kind, 0):
                return
            how = _read(session, given, before)
            last[kind] = number
            if turn(session) == asked:  # else all was taken away meanwhile
                preview(session, how)

    put_next(session, act, Path(given).name)


def _number(session: "Session") -> int:
    """What is given is numbered in the order in which it was chosen."""
    session.memory["load-number"] = number = session.memory.get("load-number", 0) + 1
    return int(number)


def _read(session: "Session", given: str, before: Own) -> Callable[[Own], Own]:
    """What a file or a factory, by its kind, changes of what is there once it has been read.

    A model comes trained; whether it is trained all the same stays as it was chosen since `before`.
    """
    import workbench as wb

    kind = kind_of(given)
    if kind == "part":
        kind, given = "model", _model_of(session, Path(given))
    if kind != "factory":
        given = str(Path(given).expanduser().absolute())
    if kind == "data":
        task = wb.tasks.from_file(given)
        networks = networks_of(task)
        return lambda now: replace(
            with_task(now, task, networks, Path(given), ""), errors=now.of_files(), loaded=None, classes=()
        )
    found: dict[str, Any] = {"file": None, "loaded": None}
    if kind != "factory":
        found["held_bytes"] = Path(given).stat().st_size
    if kind == "weights":
        found |= {"weights": Path(given), "shapes": wb.models.tensor_shapes(given)}
    elif kind == "model":
        session.memory["load-model"] = Path(given)
        shapes = wb.models.file_form(given).shapes
        found |= {"file": Path(given), "shapes": shapes, "weights": None, "factory": ""}
    else:
        wb.models.load(given)
        found |= {"factory": given}
    begun = _begun(session) if kind != "model" and own_of(session).task is None else lambda now: now

    def how(now: Own) -> Own:
        train = now.train if now.train != before.train else False
        made = replace(now, **found, errors=now.of_files(), train=train)
        return begun(made if made.weights or made.file else replace(made, shapes={}))

    return how


def _begun(session: "Session") -> Callable[[Own], Own]:
    """The library's task that stands in for data as long as there is none."""
    import workbench as wb

    builtin = session.example or "digits"
    task = wb.tasks.load(builtin)
    networks = networks_of(task)
    return lambda now: with_task(now, task, networks, None, builtin)


def _model_of(session: "Session", part: Path) -> str:
    """The model whose weights are in a file that was given after it."""
    model: Path | None = session.memory.get("load-model")
    if model is None or model.parent.resolve() != part.parent.resolve():
        raise InputError("own-part", name=part.name)
    return str(model)


def choose_task(session: "Session", task: str, classes: Sequence[str] | None = None) -> None:
    """Another task of the library, or "", the person's own data, which is read anew: with its classes in that order, or in the
    one that was chosen before."""
    put_next(session, lambda: _choose_task(session, task, classes))


def _choose_task(session: "Session", task: str, classes: Sequence[str] | None) -> None:
    import workbench as wb

    with placed(session, "task"):
        own = own_of(session)
        data, order = own.data, own.classes if classes is None else tuple(str(name) for name in classes)
        if task or data is not None:  # else it is the choice of none
            found = wb.tasks.load(task) if task else wb.tasks.from_file(data or "", classes=order or None)
            networks = networks_of(found)

            def how(now: Own) -> Own:
                made = with_task(now, found, networks, data, task)
                return replace(made, errors=now.of_files(), loaded=None, classes=order)

            preview(session, how)


def put_next(session: "Session", act: Callable[[], None], name: str = "") -> None:
    """Has it done by the session's thread; `name` is that of a file. It need not wait for the check of an ONNX file that was
    given before: that is ended, or not begun, and comes after what was asked for last, for the task that there is then."""
    waiting: list[tuple[Callable[[], None], str]] = session.memory.setdefault(WAITING, [])
    waiting.append((act, name))
    drop_check(session)
    session.show("load")

    def then() -> None:
        waiting.remove((act, name))
        try:
            act()
        finally:
            checked(session)

    session.later("load", then)


def preview(session: "Session", how: Callable[[Own], Own]) -> None:
    """Shows the pair before anything runs: what goes in and comes out, samples, numbers of weights; without data, the file.

    Then the model of an ONNX file is made, and the model is asked for its answers.
    """
    own = changed(session, how, another=True)
    shown = None
    if own.task is not None:
        shown = _described(own, own.task)
    elif own.file is not None:
        shown = described_file(own.file)
    session.memory["load-preview"] = ("own", shown)
    session.refresh("load")
    checked(session)


def checked(session: "Session") -> None:
    """Makes the model of an ONNX file where that is to be done, and asks it."""
    own, asked = own_of(session), Asked()
    session.memory[CHECK] = asked  # before it is looked who waits: what is given from now on ends it
    if session.memory.get(WAITING):
        return
    if own.awaited and own.file is not None and own.task is not None:
        _load(session, own.file, own.task, asked)
    ask(session)
    session.refresh("load")


def _described(own: Own, task: "Task") -> dict[str, Any]:
    """What is shown of the task, with the name of the column that a table is asked for, and classes that train has not."""
    import workbench as wb

    asked = wb.tasks.target_column(own.data) if own.data is not None and not own.builtin else None
    return described(task, shapes=own.shapes) | {"asked": asked, "unlearned": list(task.unlearned)}


def _load(session: "Session", file: Path, task: "Task", asked: Asked) -> None:
    """Makes the model of an ONNX file; why there is none stands at the network."""
    import workbench as wb

    def keep(now: Own, **found: Any) -> Own:
        return replace(now, **found) if (now.file, now.task) == (file, task) else now

    try:
        model = wb.models.load(file, task, on_event=asked.heard)
    except Exception as error:  # whatever it is, the panel must not say that it goes on
        if isinstance(error, Cancelled) and not asked.wanted:
            return  # it was taken away, or something else was given, which comes next
        why = kept(error)
        changed(session, lambda now: keep(now, errors={**now.errors, "network": why}))
    else:
        changed(session, lambda now: keep(now, loaded=model), another=True)
        shown = session.memory.get("load-preview", ("",))[0] == "own"  # else a study has been opened meanwhile
        if shown and own_of(session).loaded is model:  # else it was taken away, or another one given
            session.memory["load-preview"] = ("own", _described(own_of(session), wb.models.as_called(task, model)))
    finally:
        session.memory.pop(CHECK, None)


def _folder(session: "Session", spared: Path | None = None) -> Folder:
    """The session's folder for uploads. When it is made, the one with the file `spared` is left as it is, however old."""
    if "load-folder" not in session.memory:
        session.memory["load-folder"] = Folder(spared)
    folder: Folder = session.memory["load-folder"]
    return folder
