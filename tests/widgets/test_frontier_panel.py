"""The panel Frontier over a real study: its points are the study's, its controls change the study, its code runs."""

import subprocess
import sys
import time

import numpy as np
import pytest
from workbench_widgets import Frontier, Session

import workbench as wb
from workbench import jobs


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("frontier") / "home"))
    task = wb.tasks.load("digits")
    made = wb.Study.open("s", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=3, seed=0))
    made.run([wb.Recipe([wb.DynamicQuantization()]), wb.Recipe([wb.StructuredPruning(ratio=0.9)])])
    yield made
    jobs.retire()
    patch.undo()


@pytest.fixture
def session(study):
    """A session when every verdict is there."""
    made = Session(study_name=study.name)
    deadline = time.monotonic() + 60
    while any("verdict" not in point for point in made.files["points"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    yield made
    for id in ("c1", "c2"):
        study.mark(id, starred=False, hidden=False, label="")


def points(session):
    return {point["id"]: point for point in session.files["points"]}


def test_points_are_the_study_s_files_with_their_verdicts(study, session):
    shown = session.frontier
    assert (shown["study"], shown["metric"], shown["chosen"], shown["error"]) == ("s", "accuracy", [], None)
    sizes = np.frombuffer(session.files["columns"]["size_bytes"]["value"], "<f8").tolist()
    assert sizes == [c.measures["size_bytes"].value for c in (study.baseline, *study.candidates)]
    for id, point in points(session).items():
        assert wb.compare(study.baseline, study.candidate(id)).sentence.startswith(point["verdict"])


def test_a_star_a_name_and_hiding_are_the_study_s(study, session):
    session.do("star", {"id": "c1", "starred": True})
    session.do("label", {"id": "c1", "label": "the small one"})
    session.do("hide", {"id": "c2", "hidden": True})
    assert points(session)["c1"]["starred"] and points(session)["c1"]["label"] == "the small one"
    assert points(session)["c2"]["hidden"] and points(Session(study_name="s"))["c2"]["hidden"]
    assert study.marks["c1"].label == "the small one"
    session.do("label", {"id": "c1", "label": "x" * 100})
    assert "at most 60 letters" in session.frontier["error"] and points(session)["c1"]["label"] == "the small one"
    session.do("hide", {"id": "c2", "hidden": False})
    assert session.frontier["error"] is None and "hidden" not in points(session)["c2"]


def test_a_name_of_one_s_own_is_seen_wherever_the_file_is(study, session):
    session.do("choose", {"ids": ["c1"]})
    session.do("label", {"id": "c1", "label": "the small one"})
    (column,) = [c["label"] for c in session.compare["columns"] if c["id"] == "c1"]
    jobs = {job["candidate"]: job["label"] for job in session.run["jobs"]}
    assert column == session.publish["file"]["label"] == jobs["c1"] == "the small one" and jobs["c2"] == ""
    session.watch.wake()
    study.mark("c1", label="renamed elsewhere")
    deadline = time.monotonic() + 20
    while session.publish["file"]["label"] != "renamed elsewhere" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert session.publish["file"]["label"] == "renamed elsewhere"


def test_a_star_that_somebody_else_gives_comes_by_itself(study, session):
    session.watch.wake()
    study.mark("c1", starred=True)
    deadline = time.monotonic() + 20
    while not points(session)["c1"].get("starred") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert points(session)["c1"].get("starred")


def test_choosing_reads_and_sends_no_file_again_and_others_see_it(session, monkeypatch):
    from workbench.study.study import Study

    monkeypatch.setattr(Study, "chart", lambda self: pytest.fail("the study was read again"))
    panel = Frontier(session)
    panel.observe(lambda change: pytest.fail("the files were sent again"), "files")
    session.do("choose", {"ids": ["c2", "c1", "c2"]})
    assert session.chosen == ["c2", "c1"] == session.frontier["chosen"]
    session.do("choose", {"ids": ["c9"]})
    assert session.chosen == ["c2", "c1"] and "c9" in session.frontier["error"]


def test_the_recipe_of_a_file_comes_into_the_cards(session):
    session.do("edit", {"id": "c2"})
    assert [(s["technique"], s["on"], s["fields"]["ratio"]) for s in session.steps] == [("StructuredPruning", True, 0.9)]


def test_a_new_file_is_a_new_point(study, session):
    before = len(session.files["points"])
    made = study.run(wb.Recipe([wb.HalfPrecision()]))
    session.refresh("frontier")
    assert len(session.files["points"]) == before + 1 and made.id in points(session)


def test_two_views_of_a_session_look_at_the_same(session):
    look = {"study": "s", "x": "latency_b1_ms", "y": "accuracy", "limits": {"x": 0.5, "y": None}}
    one, other = Frontier(session), Frontier(session)
    one._heard(None, {"ask": "look", "look": look}, [])
    assert one.frontier["look"] == look == other.frontier["look"]
    session.do("look", {"look": {"limits": {"x": "1; import os"}}})
    assert session.frontier.get("look") is None, "of no study, and not a number"


def test_its_text_says_the_smallest_within_the_margin(study, session):
    best = study.frontier().best(max_drop=0.01)
    text = repr(Frontier(session))
    sizes = [c.measures["size_bytes"].value / 1000 for c in study.candidates if c.status == "measured"]
    assert text.startswith(f"Frontier({len(sizes)} files of {min(sizes):.3g} kB to {max(sizes):.3g} kB, ")
    assert f"smallest within 1 point: {best.id}, " in text and " kB)" in text
    assert repr(Frontier(Session())) == "Frontier(nothing measured)"


def test_where_no_kernel_is_there_is_a_picture_and_a_table(session):
    bundle, _ = Frontier(session)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle and bundle["text/plain"].startswith("Frontier(")
    assert (
        bundle["text/html"].startswith('<div class="workbench-still measured"><img alt=')
        and bundle["text/html"].count("<tr>") >= 3
    )
    assert "text/html" not in Frontier(Session())._repr_mimebundle_()[0]


@pytest.mark.parametrize("limits", [{"x": None}, {"x": 30_000, "y": 0.5}, {"x": 1, "y": None}])
def test_the_code_finds_the_file_that_the_panel_names(study, session, limits):
    session.do("look", {"look": {"study": "s", "x": "size_bytes", "y": "accuracy", "limits": limits}})
    code = session.code["frontier"]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    asked = {"size_bytes": limits["x"]} if limits["x"] else {}
    asked |= {"accuracy": limits["y"]} if limits.get("y") else {}
    within = [c for c in study.frontier().candidates if all(_within(c, name, bound) for name, bound in asked.items())]
    if "y" not in limits:
        within = [c for c in within if c.measures["accuracy"].value >= study.baseline.measures["accuracy"].value - 0.01]
    assert done.stdout.splitlines()[-1] == f"best: {within[0] if within else 'no file is within the limits'}"


def _within(candidate, name, bound):
    value = candidate.measures[name].value
    return value >= bound if name == "accuracy" else value <= bound
