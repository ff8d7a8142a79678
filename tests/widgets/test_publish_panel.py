"""The panel Publish without a browser: the file in hand, what is typed and checked, and what is published."""

import errno
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from workbench_widgets import Publish, Session

import workbench as wb
from workbench import jobs
from workbench.files import digest_file

FORM = {"name": "shapes-small", "licence": "MIT", "intended_use": 'Telling "squares" from\nstripes.', "packed": False}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A home with the studies "shapes" and "other", each with a quantized file."""
    patch, home = pytest.MonkeyPatch(), tmp_path_factory.mktemp("publish") / "home"
    patch.setenv("WORKBENCH_HOME", str(home))
    x = np.random.default_rng(0).normal(size=(80, 1, 8, 8)).astype(np.float32)
    x[::2, :, 2:6] += 2
    parts = [(x[k : k + n], np.arange(n) % 2) for k, n in ((0, 40), (40, 20), (60, 20))]
    task = wb.tasks.from_arrays("shapes", *parts)
    for name, seed in (("shapes", 0), ("other", 1)):
        study = wb.Study.open(name, task=task, model=wb.models.create("mlp", task, seed=seed))
        study.run(wb.Recipe([wb.DynamicQuantization()]))
    yield home
    jobs.retire()
    patch.undo()


def settled(session):
    """The panel's values when the session's thread has done what it was asked for."""
    for _ in range(3):  # what was asked may ask for more: a look at a new file
        done = []
        session.later("publish", lambda done=done: done.append(True), asked=False)
        end = time.monotonic() + 120
        while not done:
            assert time.monotonic() < end
            time.sleep(0.01)
    return session.publish


def states(view):
    return {check["key"]: check["state"] for check in view["checks"]}


def test_without_a_study_it_says_what_to_do(place):
    session = Session()
    assert session.publish["file"] is None and repr(Publish(session)) == "Publish(nothing to publish)"
    session.do("publish", FORM)
    assert "Nothing is loaded yet" in settled(session)["errors"][""] and session.publish["name"] == FORM["name"]


def test_the_file_in_hand_is_checked_before_it_is_published(place):
    view = settled(session := Session(study_name="shapes", chosen=["c1"]))
    file = wb.Study.open("shapes").candidate("c1").file
    assert (view["candidate"], view["file"]["digest"]) == ("c1", digest_file(file)) and view["name"] == "shapes-small"
    assert states(view)["parity"] == states(view)["bytes"] == states(view)["size"] == "done"
    assert states(view)["cpu"] == ("done" if wb.certify(file).portable else "warn") and states(view)["test"] == "todo"
    rows = dict(view["card"])
    assert "2 classes" in rows["what"] and "smaller" in rows["verdict"] and "validation" in rows["quality"]
    assert repr(Publish(session)) == f"Publish(c1 in hand, {file.stat().st_size} bytes; not published)"


def test_without_a_choice_it_is_the_best_within_the_margin_else_the_nearest(place):
    study = wb.Study.open("shapes")
    assert settled(Session(study_name="shapes"))["candidate"] in {c.id for c in study.candidates}
    assert settled(Session(study_name="shapes", chosen=["baseline"]))["candidate"] == "baseline"


def test_a_bad_name_is_said_at_its_field_and_nothing_typed_is_lost(place):
    session = Session(study_name="shapes", chosen=["c1"])
    for name, said in (("", "needs a name"), ("<b>x</b>", "cannot be the name")):
        session.do("publish", {**FORM, "name": name})
        view = settled(session)
        assert said in view["errors"]["name"] and not view["busy"] and view["done"] is None and view["error"] is None
        session.do("publish-typed", {**FORM, "name": name})
        assert session.publish["errors"] == view["errors"], "what was typed before the click is heard after it"
        assert [view[field] for field in ("name", "licence", "intended_use")] == [name, "MIT", FORM["intended_use"]]
    session.do("publish-typed", {**FORM, "name": "two words"})
    assert "cannot be the name" in session.publish["errors"]["name"], "while it is typed"
    session.do("publish-typed", FORM)
    assert session.publish["errors"] == {} and wb.publish.names() == []


def test_published_is_the_measured_file_and_the_code_runs(place):
    session = Session(study_name="shapes", chosen=["c1"])
    seen = []
    session.observe(lambda change: seen.append(change["new"]), "publish")
    session.do("publish", FORM)
    assert session.publish["busy"]
    view = settled(session)
    done, study = view["done"], wb.Study.open("shapes")
    assert (done["path"], done["version"], view["busy"], view["errors"]) == (f"{place}/published/shapes-small/1/", 1, False, {})
    assert (Path(done["path"]) / "model.onnx").read_bytes() == study.candidate("c1").file.read_bytes()
    assert any(states(v).get("test") == "doing" for v in seen) and set(states(view).values()) <= {"done", "warn"}
    artifact = wb.load_artifact("shapes-small:1")
    assert artifact.manifest["licence"]["model"] == "MIT" and FORM["intended_use"] == artifact.manifest["intended_use"]
    assert done["card"] == artifact.card and view["taken"] == {"next_version": 2, "same": 1}
    assert [(v["version"], v["file"]) for v in view["versions"]] == [(1, "c1")]
    assert repr(Publish(session)).endswith("; published as shapes-small, version 1)")
    later = Session(study_name="shapes", chosen=["c1"])
    later.do("publish-typed", FORM)
    assert later.publish["done"] == done and states(later.publish)["test"] == "done", "a page that is loaded again knows it"
    later.do("publish-typed", FORM | {"name": "another"})
    assert later.publish["done"] is None
    code = f"{done['code']}\n{session.code['publish']}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    answer, path = ran.stdout.splitlines()
    assert len(artifact.predict(np.zeros((1, 1, 8, 8), np.float32)).labels) == 1 and answer.startswith("["), ran.stderr
    assert path == str(place / "published/shapes-small/1"), ran.stderr
    shell = f"import shlex, sys; from workbench.cli import main; sys.argv = shlex.split({done['command']!r}); main()"
    assert "version 1" in subprocess.run([sys.executable, "-c", shell], capture_output=True, text=True).stdout


def fetched(session, save, size=1000):
    """All pieces of an archive as a page asks for them; None where one is refused."""
    whole, end = b"", time.monotonic() + 60
    while True:
        piece = session.do("publish-piece", {"save": save, "offset": len(whole)})
        if piece is None or piece == b"":
            return None if piece is None else whole
        assert time.monotonic() < end and (piece == {"wait": True} or len(piece) <= size)
        whole += b"" if isinstance(piece, dict) else piece


def test_what_was_published_is_handed_over_piece_by_piece(place, tmp_path, monkeypatch):
    session = Session(study_name="shapes", chosen=["c1"])
    for name in ("carried", "other-carried"):
        session.do("publish", {**FORM, "name": name})
        settled(session)
    monkeypatch.setattr("workbench_widgets.doing.saving.PIECE", 1000)
    for name in ("carried", "other-carried"):  # two at once
        assert session.do("publish-pack", {"save": name, "name": name, "version": 1})
    for name in ("other-carried", "carried"):
        (tmp_path / f"{name}.zip").write_bytes(fetched(session, name))
        shutil.unpack_archive(tmp_path / f"{name}.zip", tmp_path)
        assert wb.load_artifact(tmp_path / f"{name}-1").manifest == wb.load_artifact(name).manifest
    assert session.do("publish-piece", {"save": "carried", "offset": 0}) is None, "all of it has gone"
    assert "Save it again" in session.publish["error"]


@pytest.mark.parametrize(
    "asked",
    [{"name": "nobody", "version": 1}, {"name": "../shapes", "version": 1}, {"name": "shapes", "version": "@latest"}],
)
def test_what_was_not_published_is_not_handed_over_and_why_stays(place, asked):
    session = Session(study_name="shapes", chosen=["c1"])
    assert session.do("publish-pack", {"save": "s", **asked}) is None
    settled(session)  # what the panel does of itself, a look at the file, does not take the sentence away
    assert "nothing is published" in session.publish["error"].lower() or "no artifact" in session.publish["error"]


def test_a_damaged_version_is_told_when_it_is_saved(place, tmp_path):
    session = Session(study_name="shapes", chosen=["c1"])
    session.do("publish", {**FORM, "name": "spoilt"})
    card = Path(settled(session)["done"]["path"]) / "README.md"
    card.chmod(0o644)
    card.write_text("Other words")
    assert session.do("publish-pack", {"save": "s", "name": "spoilt", "version": 1})
    assert fetched(session, "s") is None and "README.md" in session.publish["error"]


def test_each_study_has_a_form_of_its_own(place):
    session = Session()
    session.do("publish-typed", {**FORM, "name": "typed-before"})
    session.do("load-study", {"study": "shapes"})
    assert settled(session)["name"] == "typed-before", "what was typed before there was a study is the first one's"
    session.do("load-study", {"study": "other"})
    view = settled(session)
    assert [view[field] for field in ("name", "licence", "intended_use")] == ["other-small", "unspecified", ""]
    assert view["errors"] == {}
    session.do("load-study", {"study": "shapes"})
    assert settled(session)["intended_use"] == FORM["intended_use"]


def test_a_name_of_another_study_is_taken_and_said_while_it_is_typed(place):
    mine, other = Session(study_name="shapes", chosen=["c1"]), Session(study_name="other", chosen=["c1"])
    mine.do("publish", {**FORM, "name": "mine"})
    assert settled(mine)["done"]["version"] == 1
    other.do("publish-typed", {**FORM, "name": "mine"})
    assert "belongs to the study shapes" in other.publish["errors"]["name"]
    other.do("publish", {**FORM, "name": "mine"})
    assert "belongs to the study shapes" in settled(other)["errors"]["name"] and other.publish["done"] is None
    mine.do("publish-typed", {**FORM, "name": "a b/c"})
    assert not mine.publish["nameable"] and other.publish["nameable"]
    mine.do("publish-typed", {**FORM, "name": "mine"})
    mine.chosen = ["baseline"]
    mine.refresh("publish")
    assert settled(mine)["taken"] == {"next_version": 2, "same": None} and mine.publish["done"] is None


def test_a_full_disk_is_said_and_the_form_kept(place, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    session = Session(study_name="shapes", chosen=["c1"])
    settled(session)
    monkeypatch.setattr("workbench.publish.publishing.write_card", full)
    session.do("publish", {**FORM, "name": "full"})
    view = settled(session)
    assert "The disk is full" in view["errors"][""] and view["name"] == "full" and "full" not in wb.publish.names()
