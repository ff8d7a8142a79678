"""The panel Run over a real study: started, followed, cancelled, failed, interrupted, seen by others, flooded with events."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import study_nets as nets
from workbench_widgets import Session
from workbench_widgets import watch as watching

import workbench as wb
from workbench import jobs, machine, words
from workbench.events import Progress

SEARCHED = str(Path(nets.__file__).parent)
PRUNE = {"technique": "StructuredPruning", "on": True, "fields": {"ratio": 0.25}}


def shift(mood, amount=0.0):
    return {"technique": "Shift", "on": True, "fields": {"mood": mood, "amount": amount}}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    patch, folder = pytest.MonkeyPatch(), tmp_path_factory.mktemp("run")
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    patch.setenv("PYTHONPATH", SEARCHED)
    yield folder
    jobs.retire()
    patch.undo()


@pytest.fixture(scope="module")
def study(place):
    task = wb.tasks.load("digits")
    return wb.Study.open("s", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=2, seed=0))


@pytest.fixture
def session(study):
    return Session(study_name=study.name)


def job_of(session, candidate):
    return next((job for job in session.run["jobs"] if job["candidate"] == candidate), None)


def until(session, holds, seconds=60.0):
    """Waits as a page does that is looked at: it says so, and its values change by themselves."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        session.watch.wake()
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError(session.run)


def held(session, amount):
    """A run that waits to be told, from the session's own cards: its candidate's id, once its step has begun."""
    session.steps = [shift("waits", amount)]
    known = {job["candidate"] for job in session.run["jobs"]}
    session.do("run", {})

    def begun():
        return [
            j for j in session.run["jobs"] if (j["state"], j["step"]) == ("running", "Shift") and j["candidate"] not in known
        ]

    until(session, begun)
    return begun()[0]["candidate"]


def test_the_recipe_of_the_cards_is_run_and_what_it_gives_is_shown(study, session):
    session.steps = [PRUNE, {**PRUNE, "on": False}]
    session.do("run", {})
    until(session, lambda: any(job["state"] == "done" for job in session.run["jobs"]))
    (made,) = study.candidates
    job = job_of(session, made.id)
    assert made.status == "measured" and made.recipe == wb.Recipe([wb.StructuredPruning(ratio=0.25)])
    assert job["steps"] == ["StructuredPruning", "Export", "Measure"] and "25 %" in job["recipe"] and job["reason"] is None
    until(session, lambda: [c["id"] for c in session.compare["columns"]] == ["baseline", made.id])  # other panels follow
    session.do("run", {})
    until(session, lambda: "run-asked" not in session.memory or not session.memory["run-asked"])
    assert len(study.candidates) == 1 and session.run["error"] is None, "an equal recipe is the same candidate"


def test_cancel_ends_a_run_that_is_under_way(study, session):
    id = held(session, 0.1)
    session.do("cancel", {"candidate": id})
    until(session, lambda: job_of(session, id)["state"] == "cancelled")
    assert study.candidate(id).status == "cancelled" and job_of(session, id)["reason"] == words.say("cancelled")
    session.do("cancel", {"candidate": id})
    assert session.run["error"] is None, "one that is over is left as it is"


def test_a_queue_runs_one_after_the_other_and_one_that_waits_can_be_cancelled(study, session):
    first = held(session, 0.2)
    session.do("run", {"recipes": [[shift("waits", 0.3)], [shift("good", 0.4)]]})
    until(session, lambda: sum(job["state"] == "waiting" and job["candidate"] != "" for job in session.run["jobs"]) == 2)
    second, third = (job["candidate"] for job in session.run["jobs"] if job["state"] == "waiting")
    session.do("cancel", {"candidate": second})
    until(session, lambda: job_of(session, second)["state"] == "cancelled")
    assert job_of(session, first)["state"] == "running" and job_of(session, third)["state"] == "waiting"
    assert session.describe(["run"]).startswith(f"1 running, 1 waiting; {second} cancelled: ") is False
    session.do("cancel", {"candidate": first})
    until(session, lambda: job_of(session, third)["state"] == "done")


def test_a_run_belongs_to_the_study_and_everybody_sees_it(study, session):
    id = held(session, 0.5)
    other = Session(study_name=study.name)
    assert job_of(other, id)["state"] == "running" and job_of(other, id)["step"] == "Shift"
    other.do("cancel", {"candidate": id})
    until(session, lambda: job_of(session, id)["state"] == "cancelled")


def test_what_fails_says_why_and_can_be_edited_and_tried_again(study, session):
    session.steps = [shift("raises")]
    session.do("run", {})
    until(session, lambda: any(job["state"] == "failed" for job in session.run["jobs"]))
    failed = next(job for job in session.run["jobs"] if job["state"] == "failed")
    assert "bad mood" in failed["reason"] and f"{failed['candidate']} failed: {failed['reason']}" in session.describe(["run"])
    session.steps = []
    session.do("edit", {"id": failed["candidate"]})
    assert session.steps_on() == study.candidate(failed["candidate"]).recipe
    session.do("again", {"candidate": failed["candidate"]})
    until(session, lambda: session.run["jobs"][0]["candidate"] == failed["candidate"])
    until(session, lambda: job_of(session, failed["candidate"])["state"] == "failed")
    assert len([c for c in study.candidates if c.status == "failed"]) == 1


def test_a_lost_worker_is_told_and_its_run_goes_on(study, session):
    id = held(session, 0.6)
    jobs.retire()
    until(session, lambda: job_of(session, id)["state"] == "interrupted")
    session.do("again", {"candidate": id})
    until(session, lambda: job_of(session, id)["state"] == "running")
    session.do("cancel", {"candidate": id})
    until(session, lambda: job_of(session, id)["state"] == "cancelled")


def test_ten_thousand_events_are_few_updates(study, session):
    id = held(session, 0.7)
    (run,) = study.running
    seen, began = [], time.monotonic()
    session.observe(lambda change: seen.append(change["new"]), "run")
    for k in range(10_000):
        run.job.log.append(Progress("Shift", k + 1, 20_000, 5.0))
    until(session, lambda: job_of(session, id)["share"] == 0.5)
    took = time.monotonic() - began
    assert 0 < len(seen) <= 10 * took + 1, f"{len(seen)} updates in {took:.1f} s"
    assert job_of(session, id)["rate"] == 5 and job_of(session, id)["left"] >= 2000, "and the steps after it"
    session.do("cancel", {"candidate": id})
    until(session, lambda: job_of(session, id)["state"] == "cancelled")


def test_nobody_looks_and_the_thread_ends(study, session, monkeypatch):
    monkeypatch.setattr(watching, "PATIENCE", 0.1)
    session.watch.wake()
    assert session.watch.awake
    deadline = time.monotonic() + 30
    while session.watch.awake and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not session.watch.awake
    session.watch.wake()
    assert session.watch.awake, "the next one who looks wakes it"


def test_nothing_is_loaded(place):
    session = Session()
    session.do("run", {})
    until(session, lambda: session.run["error"])
    assert session.run["error"] == words.say("nothing-loaded") and session.describe(["run"]) == "nothing runs"
    assert session.run["jobs"] == []


def test_a_device_is_chosen_for_the_next_runs(session):
    names = [device["name"] for device in session.run["devices"]]
    assert "cpu" in names and session.run["device"] == names[0]
    session.do("device", {"name": "cpu"})
    assert session.device == "cpu" and session.run["device"] == "cpu"


@pytest.fixture
def smi(tmp_path, monkeypatch):
    """How the tool answers from then on; it is asked ten times a second, beside a PyTorch that uses GPUs."""

    def answers(script):
        (tmp_path / "new").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "new").chmod(0o755)
        (tmp_path / "new").replace(tmp_path / "nvidia-smi")  # at once: it may be asked meanwhile

    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(machine, "versions", lambda: {"torch": "2.13.0+cu130"})
    monkeypatch.setattr(machine, "_told", None)
    monkeypatch.setattr(machine, "_stuck", None)
    monkeypatch.setattr(watching, "COUNTED", 0.1)
    return answers


CARD, HANGS = "echo '0, GPU-a, NVIDIA A10, 512'", "exec sleep 12"


def names(session):
    return [device["name"] for device in session.run["devices"]]


def test_a_tool_that_hangs_keeps_neither_the_first_view_nor_the_watch_waiting(smi, monkeypatch):
    smi(HANGS)
    began = time.monotonic()
    session = Session()
    assert names(session) == ["auto", "cpu"] and session.run["device"] == "auto", "nobody knows yet where that is"
    monkeypatch.setattr(watching, "PATIENCE", 0.3)
    session.watch.wake()
    time.sleep(0.1)
    assert session.watch.awake
    while session.watch.awake and time.monotonic() - began < 8:
        time.sleep(0.02)
    assert not session.watch.awake, "the watch ended in time"


def test_what_was_told_last_is_shown_while_the_tool_hangs_and_it_is_asked_on(smi, monkeypatch):
    smi(CARD)
    session = Session()
    until(session, lambda: names(session) == ["auto", "cpu", "cuda:0"])
    monkeypatch.setattr(machine, "_PATIENCE", 0.2)
    smi(HANGS)
    for _ in range(40):
        session.watch.wake()
        assert names(session) == ["auto", "cpu", "cuda:0"] == names(Session())
        time.sleep(0.02)
    monkeypatch.setattr(machine, "_PATIENCE", 10.0)
    smi("true")
    until(session, lambda: names(session) == ["cpu"])
    assert session.run["device"] == "cpu", "automatic is the CPU there"
    smi(CARD)
    until(session, lambda: names(session) == ["auto", "cpu", "cuda:0"])


@pytest.mark.parametrize("device", ["cuda:0", "cuda"])
def test_a_device_that_is_gone_stays_chosen_and_is_marked(smi, device):
    smi(CARD)
    session = Session(device=device)
    until(session, lambda: session.run["devices"][-1]["title"] == "NVIDIA A10")
    assert session.run["device"] == "cuda:0" and not any(d["away"] for d in session.run["devices"])
    smi("true")
    until(session, lambda: session.run["devices"][-1]["away"])
    assert session.run["device"] == "cuda:0" and names(session) == ["auto", "cpu", "cuda:0"]
    session.do("device", {"name": "cpu"})
    assert session.run["device"] == "cpu" and names(session) == ["cpu"]


def test_gpus_that_the_installed_pytorch_cannot_use_are_not_offered_and_it_is_said(smi, monkeypatch):
    smi(CARD)
    session = Session()
    until(session, lambda: "cuda:0" in names(session))
    assert session.run["no_cuda"] is False
    monkeypatch.setattr(machine, "versions", lambda: {"torch": "2.13.0+cpu"})
    until(session, lambda: session.run["no_cuda"])
    assert names(session) == ["cpu"] and session.run["device"] == "cpu"


def test_the_code_does_the_same_in_a_process_of_its_own(study, session):
    session.steps = [PRUNE]
    session.device = "cpu"
    session.refresh("run")
    done = subprocess.run([sys.executable, "-c", session.code["run"]], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert repr(study.candidates[0]) in done.stdout and "device='cpu'" in session.code["run"]
    assert os.environ["WORKBENCH_HOME"] not in session.code["run"]
