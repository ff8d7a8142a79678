"""A session's folder of uploads: it outlives its session for a while, and then goes with the next that is opened."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from workbench_widgets import Session
from workbench_widgets.uploads import Folder, Upload, is_upload

from .own_files import idle, pictures, send

OWNER = """
import sys
from workbench_widgets.uploads import Folder
folder = Folder()
(folder.path / "given.npz").write_bytes(b"given")
print(folder.path, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def owner():
    """Starts a process that holds a folder until a line comes; it has said which."""
    started = []

    def start():
        process = subprocess.Popen([sys.executable, "-c", OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def old(folder):
    """As if its session had ended two hours ago."""
    long_ago = time.time() - 2 * 3600
    os.utime(folder, (long_ago, long_ago))


def test_a_killed_owners_folder_goes_when_its_time_is_over_and_a_living_ones_stays(owner, home):
    (dead, left), (_, kept) = owner(), owner()
    assert os.path.exists(f"{left}/given.npz") and left.startswith(str(home / "uploads"))
    os.kill(dead.pid, signal.SIGKILL)
    dead.wait()
    old(kept)
    first = Folder()
    assert os.path.exists(f"{left}/given.npz"), "a page that is loaded again may still ask for it"
    old(left)
    mine = Folder()
    assert not os.path.exists(left)
    assert os.path.exists(f"{kept}/given.npz") and mine.path.is_dir() and first.path.is_dir()


def test_a_session_that_ends_leaves_its_folder_for_a_while_however_long_it_was(owner):
    process, left = owner()
    old(left)
    process.communicate("over\n")
    assert process.returncode == 0
    mine = Folder()
    assert os.path.exists(f"{left}/given.npz")
    path = mine.path
    del mine
    old(path)
    Folder()
    assert not path.exists()


def test_the_next_session_takes_over_what_was_given_and_has_it_for_itself(owner, monkeypatch):
    process, left = owner()
    Path(left, "given.npz.data").write_bytes(b"weights beside")
    Path(left, "other.npz").write_bytes(b"not asked for")
    old(left)
    mine = Folder(Path(left, "given.npz"))
    assert mine.take_over(Path(left, "given.npz")) == mine.path / "given.npz"
    assert sorted(p.name for p in mine.path.iterdir() if p.name != ".alive") == ["given.npz", "given.npz.data"]
    assert mine.take_over(mine.path / "given.npz").read_bytes() == b"given", "and its own file stays where it is"
    process.communicate("over\n")
    old(left)
    Folder()
    assert not os.path.exists(left) and (mine.path / "given.npz").read_bytes() == b"given"
    assert is_upload(mine.path / "given.npz") and not is_upload(Path(__file__))


def test_where_a_disk_makes_no_links_the_bytes_are_copied(owner, monkeypatch):
    _, left = owner()
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "no links here")))
    assert Folder().take_over(Path(left, "given.npz")).read_bytes() == b"given"


@pytest.mark.parametrize(
    ("called", "kept"),
    [
        ("../../x.npz", "x.npz"),
        ("C:\\data\\x.npz", "x.npz"),
        (".alive", "alive"),
        ("a\0b\n.npz", "ab.npz"),
        ("", "file"),
        ("数" * 100 + ".npz", "数" * 65 + ".npz"),
        ("x." + "数" * 100, "x." + "数" * 66),
    ],
)
def test_a_file_is_called_as_a_disk_can_take_it(home, called, kept):
    folder = Folder()
    upload = Upload(folder.path, called, 2)
    upload.add(0, b"ab")
    path = upload.finish(hashlib.sha256(b"ab").hexdigest())
    assert path == folder.path / kept and path.read_bytes() == b"ab"


def test_of_two_files_the_one_that_was_chosen_last_stays_however_long_the_other_takes(home, tmp_path):
    session, data = Session(), pictures(tmp_path / "small.npz")
    large = {"name": "large.npz", "size": len(data), "upload": "l", "first": True}
    session.do("upload", {**large, "offset": 0}, [memoryview(data[:1000])])
    send(session, "small.npz", data)
    idle(session)
    rest = {"offset": 1000, "sha256": hashlib.sha256(data).hexdigest()}
    session.do("upload", {**large, **rest}, [memoryview(data[1000:])])
    assert idle(session)["own"]["tasks"][0]["title"] == "small.npz"
    session.do("upload", {**large, "upload": "m", "offset": 0, "sha256": rest["sha256"]}, [memoryview(data)])
    assert idle(session)["own"]["tasks"][0]["title"] == "large.npz"


def test_a_file_that_was_refused_is_no_reason_to_leave_an_earlier_one_out(home, tmp_path):
    session, data = Session(), pictures(tmp_path / "a.npz")
    slow = {"name": "good.npz", "size": len(data), "upload": "slow"}
    session.do("upload", {**slow, "offset": 0}, [memoryview(data[:1000])])
    send(session, "bad.npz", data[: len(data) // 2])
    assert "bad.npz" in idle(session)["own"]["errors"]["file"]
    session.do("upload", {**slow, "offset": 1000, "sha256": hashlib.sha256(data).hexdigest()}, [memoryview(data[1000:])])
    assert idle(session)["own"]["tasks"][0]["title"] == "good.npz"


def test_a_file_is_not_replaced_by_an_earlier_one_of_its_name(home, tmp_path):
    session, first, then = Session(), pictures(tmp_path / "a.npz", 40), pictures(tmp_path / "b.npz", 80)
    slow = {"name": "x.npz", "size": len(first), "upload": "slow"}
    session.do("upload", {**slow, "offset": 0}, [memoryview(first[:1000])])
    send(session, "x.npz", then)
    (given,) = idle(session)["own"]["given"]
    session.do("upload", {**slow, "offset": 1000, "sha256": hashlib.sha256(first).hexdigest()}, [memoryview(first[1000:])])
    assert Path(given).read_bytes() == then and not idle(session)["own"]["errors"]


@pytest.mark.parametrize("away", [False, True])
def test_an_upload_that_is_stopped_leaves_nothing(home, tmp_path, away):
    session, data = Session(), pictures(tmp_path / "small.npz")
    session.do("upload", {"name": "a.npz", "size": len(data), "upload": "u", "offset": 0}, [memoryview(data[:1000])])
    session.do("own", {"away": True}) if away else session.do("upload-drop", {"upload": "u"})
    session.do("upload-drop", {"upload": "never"})
    left = [path for path in (home / "uploads").rglob("*") if path.is_file() and path.stat().st_size]
    assert left == [] and not session.load["own"]["begun"] and not session.load["error"]
