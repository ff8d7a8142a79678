"""What is being made ready in the panel Load is called off: in its training, in the queue, and for something else."""

import time

import pytest
from workbench_widgets import Session
from workbench_widgets.examples import EXAMPLES, Built

import workbench as wb
from workbench import jobs

from .own_files import idle, pictures, send, until, written


@pytest.fixture(autouse=True)
def long(home, monkeypatch):
    """A home for every test, in which the first example trains for an hour and the second one is soon there."""
    monkeypatch.setitem(EXAMPLES, "digits", Built("Digits", "mlp", 10_000))
    monkeypatch.setitem(EXAMPLES, "digits-tokens", Built("Tokens", "lstm", 1))
    yield
    jobs.retire()


def training(session):
    until(session, "load", lambda view: view["busy"] and view["busy"]["done"] >= 1)


def test_a_first_fit_stops_within_a_second_and_another_example_is_made_ready():
    session = Session()
    session.do("load", {"example": "digits"})
    training(session)
    began = time.monotonic()
    session.do("load-cancel", {})
    view = session.load
    assert (view["busy"], view["selected"], view["samples"], view["error"]) == (None, "", [], None)
    free = []
    session.later("load", lambda: free.append(time.monotonic()))
    until(session, "load", lambda view: free)
    assert free[0] - began < 10  # on a machine that tests run on; the job is asked at once, and killed after half a second
    session.do("load", {"example": "digits-tokens"})
    until(session, "load", lambda view: view["study"])
    assert wb.studies() == ["page-digits-tokens"] and session.load["busy"] is None


def test_choosing_another_example_calls_the_first_one_off():
    session = Session()
    session.do("load", {"example": "digits"})
    training(session)
    session.do("load", {"example": "digits-tokens"})
    view = until(session, "load", lambda view: view["study"])
    assert (view["study"], view["busy"]) == ("page-digits-tokens", None)


def test_what_waits_behind_somebody_else_s_work_is_called_off_too():
    other, mine = Session(), Session()
    other.do("load", {"example": "digits"})
    training(other)
    mine.do("load", {"example": "digits-tokens"})
    until(mine, "load", lambda view: view["busy"] and view["busy"]["step"] == "worker")
    mine.do("load-cancel", {})
    assert idle(mine, seconds=20)["busy"] is None, "its thread waits for nobody's work any more"
    assert other.load["busy"]["step"] == "fit", "and the other goes on"
    other.do("load-cancel", {})


def test_an_example_that_somebody_else_calls_off_is_told_and_can_be_chosen_again():
    mine, other = Session(), Session()
    for session in (mine, other):
        session.do("load", {"example": "digits"})
        training(session)
    other.do("load-cancel", {})
    view = until(mine, "load", lambda view: view["error"])
    assert "Cancelled" in view["error"] and not view["busy"] and view["selected"] == "" and other.load["error"] is None
    mine.do("load", {"example": "digits"})
    training(mine)
    mine.do("load-cancel", {})


def test_files_of_one_s_own_stay_when_their_fit_is_called_off(tmp_path):
    pictures(tmp_path / "shapes.npz")
    session = Session()
    session.do("load-path", {"path": str(tmp_path / "shapes.npz")})
    idle(session)
    session.do("own-open", {"study": "mine"})
    until(session, "load", lambda view: view["busy"] and view["busy"]["step"] != "data")
    session.do("load-cancel", {})
    view = idle(session)
    assert view["busy"] is None and view["own"]["ready"] and "Cancelled" in view["own"]["errors"]["open"]
    session.do("own-open", {"study": "mine"})
    until(session, "load", lambda view: view["study"] == "mine")


@pytest.fixture
def checked(tmp_path):
    """A session that waits for the check of its ONNX file, which does not end as long as the test measures."""
    data, (model, _) = pictures(tmp_path / "shapes.npz"), written(tmp_path)
    session = Session()
    send(session, "shapes.npz", data)
    idle(session)
    with jobs.measuring():
        send(session, "mine.onnx", model)
        until(session, "load", lambda _: getattr(session.memory.get("load-check"), "job", None))
        yield session


def test_an_onnx_file_that_is_taken_away_is_not_checked_any_more(checked):
    job = checked.memory["load-check"].job
    checked.do("own", {"away": True})
    view = idle(checked, seconds=20)
    assert not view["own"]["begun"] and not view["answering"] and job.ended().error["type"] == "Cancelled"


def test_what_is_given_next_need_not_wait_for_the_check_which_comes_after_it(checked, tmp_path):
    (tmp_path / "words.txt").write_text("no data")
    checked.do("load-path", {"path": str(tmp_path / "words.txt")})
    view = until(checked, "load", lambda view: view["own"]["errors"], seconds=20)
    assert "words.txt" in view["own"]["errors"]["path"] and view["answering"], "refused at once, and the model is still made"
    again = until(checked, "load", lambda _: getattr(checked.memory.get("load-check"), "job", None))
    assert again and checked.load["own"]["file"] == "mine.onnx" and not checked.load["own"]["ready"]


def test_a_model_whose_check_was_put_off_is_made_in_the_end(tmp_path):
    data, (model, _) = pictures(tmp_path / "shapes.npz"), written(tmp_path)
    session = Session()
    send(session, "mine.onnx", model)
    send(session, "shapes.npz", data)
    session.do("load-path", {"path": str(tmp_path / "nowhere.npz")})
    view = until(session, "load", lambda view: view["own"]["ready"] and not view["answering"])
    assert view["samples"][0]["answer"] is not None and "nowhere.npz" in view["own"]["errors"]["path"]


@pytest.fixture
def before():
    """A study that is there already."""
    task = wb.tasks.load("digits")
    wb.Study.open("before", task=task, model=wb.models.create("mlp", task, seed=0))


def test_a_study_is_opened_while_a_check_is_under_way_which_begins_again_after_it(before, checked):
    job = checked.memory["load-check"].job
    checked.do("load-study", {"study": "before"})
    view = until(checked, "load", lambda view: view["study"] == "before" and not view["busy"], seconds=20)
    assert job.ended().error["type"] == "Cancelled" and view["own"]["file"] == "mine.onnx"
    until(checked, "load", lambda _: getattr(checked.memory.get("load-check"), "job", None))


def test_files_that_are_given_while_a_study_is_made_are_read_after_it(tmp_path):
    data, (model, _) = pictures(tmp_path / "shapes.npz"), written(tmp_path)
    session = Session()
    send(session, "shapes.npz", data)
    idle(session)
    session.do("own", {"network": "mlp", "train": True})
    session.do("own-open", {"study": "mine"})
    until(session, "load", lambda view: view["busy"] and view["busy"]["step"] == "fit")
    send(session, "others.npz", data)
    send(session, "mine.onnx", model)
    assert session.load["next"] == ["others.npz", "mine.onnx"]
    view = until(session, "load", lambda view: view["own"]["ready"] and view["own"]["file"] == "mine.onnx")
    assert view["study"] == "mine" and view["own"]["tasks"][0]["title"] == "others.npz" and view["next"] == []
