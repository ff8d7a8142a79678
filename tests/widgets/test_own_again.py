"""A page that is loaded again has another kernel: what a person has brought of his own comes back, and what was made of it."""

import gc
import threading
import time
import weakref

import pytest
from workbench_widgets import Session

import workbench as wb
from workbench.jobs import Job

from .own_files import idle, pictures, send, until


@pytest.fixture(autouse=True)
def ours(home):
    """A home for every test."""


@pytest.fixture
def left(tmp_path):
    """A session that was given data by the browser, chose another network for it, and is gone; what its page has kept."""
    session = Session()
    data = pictures(tmp_path / "pictures.npz")
    send(session, "pictures.npz", data)
    idle(session)
    session.do("own", {"network": "mlp", "train": True})
    own = session.load["own"]
    kept = {name: own[name] for name in ("given", "task", "network", "train")}
    del session
    (tmp_path / "pictures.npz").unlink()  # the copy that the person has is on another machine
    return kept


def test_files_and_choices_come_back(left):
    session = Session()
    session.do("resume", {"own": left})
    view = idle(session)
    own = view["own"]
    assert own["begun"] and own["ready"] and (own["network"], own["train"]) == ("mlp", True)
    assert own["tasks"][0]["title"] == "pictures.npz" and len(view["samples"]) == 9
    assert own["given"] != left["given"], "the files are this session's own now"


def test_a_study_that_was_being_made_is_gone_on_with(left):
    session = Session()
    session.do("resume", {"own": left, "opening": "own:of mine"})
    until(session, "load", lambda view: view["study"] == "of mine")
    assert wb.Study.open("of mine").baseline.status == "measured" and not session.load["own"]["begun"]
    again = Session()  # and by a tab that had not heard that it was done
    again.do("resume", {"own": left, "opening": "own:of mine"})
    until(again, "load", lambda view: view["study"] == "of mine")
    assert not again.load["own"]["errors"]


def test_it_is_under_way_from_the_first_moment_also_with_another_study_in_hand(left):
    task = wb.tasks.load("digits")
    wb.Study.open("before", task=task, model=wb.models.create("mlp", task, seed=0))
    session = Session()
    seen = []
    session.observe(lambda change: seen.append(change["new"]), "load")
    session.do("resume", {"study": "before", "own": left, "opening": "own:of mine"})
    assert session.load["busy"] and session.load["resuming"] and session.load["selected"] == "own:of mine"
    until(session, "load", lambda view: view["study"] == "of mine")
    idle(session)
    there = [view["study"] for view in seen]
    assert "before" in there and there.index("before") < there.index("of mine")
    begun = next(k for k, view in enumerate(seen) if view["busy"])
    before_end = seen[begun : there.index("of mine")]
    assert all(view["busy"] and view["selected"] == "own:of mine" for view in before_end), "else a second reload loses it"
    assert not session.load["resuming"]


def test_what_is_called_off_while_its_files_are_read_is_not_made(left):
    task = wb.tasks.load("digits")
    wb.Study.open("before", task=task, model=wb.models.create("mlp", task, seed=0))
    session = Session()
    session.do("resume", {"study": "before", "own": left, "opening": "own:of mine"})
    session.do("load-study", {"study": "before"})
    view = idle(session)
    assert view["study"] == "before" and wb.studies() == ["before"] and not view["busy"] and not view["resuming"]


def test_a_study_of_that_name_with_other_data_is_not_taken_for_it(left, tmp_path):
    task = wb.tasks.load("digits")
    wb.Study.open("of mine", task=task, model=wb.models.create("mlp", task, seed=0))
    session = Session()
    session.do("resume", {"own": left, "opening": "own:of mine"})
    view = until(session, "load", lambda view: view["own"]["errors"])
    assert "of mine" in view["own"]["errors"]["study"] and view["own"]["begun"] and session.study_name == ""


def test_where_a_part_is_gone_nothing_else_is_made_in_its_place(left, tmp_path):
    weights = tmp_path / "lost.safetensors"
    for given in ([*left["given"], str(weights)], [str(weights), *left["given"]], ["/gone.npz", "shapes:make"]):
        session = Session()
        session.do("resume", {"own": {**left, "given": given}, "opening": "own:of mine"})
        view = idle(session)
        assert ("lost" if "lost" in "".join(given) else "gone") in view["own"]["errors"]["file"]
        assert wb.studies() == [] and not view["busy"] and session.study_name == ""


def test_a_page_that_is_loaded_again_joins_what_is_under_way_and_ends_it_for_the_old_one_too(left, tmp_path):
    before, now = Session(), Session()  # the kernel of the page as it was, which does not know that it is gone
    for session in (before, now):
        session.do("resume", {"own": left, "opening": "own:of mine"})
        until(session, "load", lambda view: view["busy"] and view["busy"]["step"] not in ("data", "worker"))
    begun = [path for path in (wb.files.home() / "jobs").glob("*/job.json") if "fit" in path.read_text()]
    assert len(begun) == 1
    now.do("load-cancel", {})
    assert idle(now)["busy"] is None and idle(before)["busy"] is None and wb.studies() == []


def test_a_cancel_before_the_files_are_read_again_ends_what_the_page_had_begun(left):
    before = Session()
    before.do("resume", {"own": left, "opening": "own:of mine"})
    view = until(before, "load", lambda view: view["busy"] and view["busy"]["step"] == "fit")
    job = Job.named(view["busy"]["job"])
    assert job.ended() is None
    now = Session()
    now.do("resume", {"own": left, "opening": "own:of mine", "job": job.id})
    now.do("load-cancel", {})
    until(now, "load", lambda _: job.ended() is not None, seconds=10)
    assert job.ended().error["type"] == "Cancelled" and idle(now)["busy"] is None and wb.studies() == []


@pytest.mark.parametrize("job", [5, None, "", "../../x", "20200101-000000-00000000"])
def test_what_is_no_job_is_not_called_off(home, job):
    session = Session()
    session.do("resume", {"opening": "own:x", "job": job})
    session.do("load-cancel", {})
    assert not list(home.parent.rglob("cancel")) and not session.load["error"]


def test_the_name_of_a_study_stays_when_it_is_called_off_after_a_reload(left):
    session = Session()
    session.do("resume", {"own": left, "opening": "own:of mine"})
    until(session, "load", lambda view: view["busy"] and view["busy"]["step"] != "data")
    session.do("load-cancel", {})
    assert idle(session)["own"]["study"] == "of mine"
    session.do("own", {"away": True})
    assert session.load["own"]["study"] == ""


def test_files_of_one_s_own_outlive_a_second_reload_while_an_example_is_made(left):
    task = wb.tasks.load("digits")
    wb.Study.open("before", task=task, model=wb.models.create("mlp", task, seed=0))
    session, seen = Session(), []
    session.observe(lambda change: seen.append(change["new"]), "load")
    session.do("resume", {"study": "before", "own": left, "opening": "digits"})
    until(session, "load", lambda view: view["own"]["begun"] and not view["resuming"])
    assert all(view["resuming"] for view in seen if not view["own"]["begun"]), "its page keeps its place as long as it has less"
    session.do("load-cancel", {})
    idle(session)


def test_what_is_taken_away_stays_away_also_while_a_study_is_made_of_it(left):
    session = Session()
    session.do("resume", {"own": left, "opening": "own:of mine"})
    until(session, "load", lambda view: view["busy"] and view["busy"]["step"] != "data")
    session.do("own", {"away": True})
    view = idle(session)
    assert not view["own"]["begun"] and view["busy"] is None and session.study_name == ""


def test_a_session_ends_with_its_last_user_and_its_thread_too(left):
    before = threading.active_count()
    session = Session()
    session.do("resume", {"own": left})
    idle(session)
    gone = weakref.ref(session)
    session.watch.wake()
    del session
    end = time.monotonic() + 40
    while (gone() is not None or threading.active_count() > before) and time.monotonic() < end:
        gc.collect()
        time.sleep(0.2)
    assert gone() is None and threading.active_count() <= before


@pytest.mark.parametrize("kept", [{"opening": 5}, {"own": [1]}, {"own": {"given": [["x"]]}}])
def test_a_place_that_was_damaged_is_not_kept_for_ever(kept):
    session = Session()
    session.do("resume", {"own": {"given": ["/nowhere/x.npz"]}, "opening": "own:x", **kept})
    view = until(session, "load", lambda view: not view["resuming"] and not view["busy"])
    assert view["study"] == ""


@pytest.mark.parametrize("own", [{}, {"given": "x"}, {"given": []}, {"given": [5]}, {"given": ["/nowhere/x.npz"]}])
def test_what_is_not_there_or_is_no_place_leaves_a_page_that_works(own):
    session = Session()
    session.do("resume", {"own": own, "opening": "own:x"})
    view = idle(session)
    assert view["study"] == "" and not view["own"]["ready"] and not view["busy"]
    if own.get("given") == ["/nowhere/x.npz"]:
        assert "x.npz" in view["own"]["errors"]["file"]
