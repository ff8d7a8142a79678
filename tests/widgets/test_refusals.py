"""What goes wrong is said in the panel that it concerns, and the session goes on: its other panels, and its thread."""

import threading

import pytest
from workbench_widgets import Session
from workbench_widgets.cards import first_steps

from workbench.errors import InputError

NO_STEP = [{"bogus": 1}]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))


def carries_out(session):
    done = threading.Event()
    session.later("load", done.set)
    return done.wait(20)


def test_a_panel_that_cannot_be_made_says_so_and_keeps_what_it_showed():
    session = Session()
    before = session.recipe["steps"]
    session.steps = NO_STEP
    session.refresh()
    assert session.recipe["error"] and session.recipe["steps"] == before and session.code["recipe"] == ""
    session.steps = before
    session.refresh()
    assert session.recipe["error"] is None


def test_the_thread_outlives_a_panel_that_cannot_be_made():
    session = Session()
    session.steps = NO_STEP
    session.do("load-path", {"path": "/etc/hostname"})
    assert carries_out(session) and "hostname" in session.load["own"]["errors"]["path"]


def test_cards_of_another_version_that_a_browser_kept_are_left():
    session = Session()
    session.do("resume", {"steps": NO_STEP, "typed": {"name": "x", "licence": "MIT", "intended_use": "", "packed": False}})
    assert session.steps == first_steps() and session.publish["name"] == "x"


@pytest.mark.parametrize("path", ["~nobody_of_that_name/x.npz", "/" + 300 * "a" + ".npz"])
def test_a_path_that_none_can_be_is_refused_at_the_field(path):
    session = Session()
    session.do("load-path", {"path": path})
    assert carries_out(session)
    assert "is not on the server" in session.load["own"]["errors"]["path"] and session.load["error"] is None


def test_a_path_at_ones_home_is_taken_and_its_code_runs_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.csv").write_text("a,b,label\n" + "".join(f"{k},{-k},{k % 2}\n" for k in range(60)))
    session = Session()
    session.do("load-path", {"path": "~/mine.csv"})
    assert carries_out(session) and session.load["error"] is None
    assert str(tmp_path / "mine.csv") in session.code["load"]


def test_what_a_thread_refuses_at_once_is_still_said_when_its_beginning_has_gone_well():
    session = Session()
    said = threading.Event()
    session.observe(lambda change: said.set() if change["new"]["error"] else None, "run")

    def refuse():
        raise InputError("nothing-loaded")

    def begin():
        session.aside("run", refuse)
        assert said.wait(20)

    session.refusing("run", begin)
    assert session.run["error"] == str(InputError("nothing-loaded"))
    session.refusing("run", lambda: None)
    assert session.run["error"] is None
