"""Real workers: results, errors, crashes, limits, cancel, changed code, lost foremen. One home for all, as people have."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from workbench import jobs
from workbench.errors import Cancelled, InputError, StepFailed, WorkerLost
from workbench.events import Done, Failed, Progress, StepStarted
from workbench.jobs import Job, run_job, submit
from workbench.jobs.lane import COLD

ENTRIES = """
import os, sys, time
from workbench.errors import InputError
from workbench.events import Progress, StepStarted

def add(payload, desk):
    print("a person's module prints")
    return {"sum": payload["a"] + payload["b"], "blob": (desk.blob("b") or b"").decode(), "pid": os.getpid()}

def around(payload, desk): return {"env": os.environ.get(payload["name"]), "cwd": os.getcwd(), "stdin": sys.stdin.closed}
def raises(payload, desk): raise ValueError("seven is " + "x" * payload.get("more", 0))
def refuses(payload, desk): raise InputError("no-technique", name="a", nearest="b")
def memory(payload, desk): raise MemoryError

def crash(payload, desk):
    desk.emit(StepStarted("Breaking", 1, 1))
    os.write(2, b"free(): invalid pointer\\n")
    os.abort()

def leave(payload, desk): os._exit(3)

def loop(payload, desk):
    desk.emit(StepStarted("Looping", 1, 1))
    while True:
        time.sleep(.005)
        if payload.get("checks"): desk.check()

def eat(payload, desk):
    held = []
    while True: held.append(bytearray(20_000_000))

def gpu_breaks(payload, desk):
    import torch  # no GPU is needed to have CUDA say what it says from an illegal access on
    def said(device): raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")
    for name, value in (("is_initialized", True), ("device_count", 1), ("memory_reserved", 1)):
        setattr(torch.cuda, name, lambda *_, value=value: value)
    torch.cuda.synchronize = said
    return os.getpid()

def measures(payload, desk):
    from workbench import jobs
    desk.check()
    with jobs.measuring(desk.check): desk.check()
    desk.emit(StepStarted("Busy", 1, 1))
    end = time.monotonic() + payload.get("then", 0)
    while time.monotonic() < end: pass
    desk.check()

def export(payload, desk):
    desk.check()
    desk.emit(StepStarted("Busy", 1, 1))
    end = time.monotonic() + payload["seconds"]
    while time.monotonic() < end: pass
    desk.check()
    desk.emit(Progress("Busy", 1, 1))
    while payload.get("goes_on") and not os.path.exists(payload["goes_on"]): desk.check()

def tell(payload, desk):
    for k in range(payload["n"]): desk.emit(Progress("tell", k, payload["n"]))
    return None
"""


@pytest.fixture(scope="module", autouse=True)
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "job_entries.py").write_text(ENTRIES)
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    patch.syspath_prepend(str(folder))
    yield folder
    jobs.retire()
    patch.undo()


def run(name, payload=None, **words):
    return run_job(f"job_entries:{name}", payload or {}, **words)


def test_a_payload_goes_in_and_a_result_comes_out():
    first = run("add", {"a": 1, "b": 2}, blobs={"b": b"bytes"})
    again = run("add", {"a": 2, "b": 2})
    assert (first["sum"], first["blob"]) == (3, "bytes") and (again["sum"], again["blob"]) == (4, "")
    assert first["pid"] == again["pid"] != os.getpid(), "the worker stays warm"


def test_a_worker_whose_gpu_has_failed_is_replaced():
    broken = run("gpu_breaks")
    assert run("add", {"a": 1, "b": 2})["pid"] != broken


def test_two_lanes_are_two_workers():
    assert run("add", {"a": 1, "b": 1}, lane="quick")["pid"] != run("add", {"a": 1, "b": 1}, lane="long")["pid"]


def test_blobs_and_environment_never_reach_the_disk(place, monkeypatch):
    monkeypatch.setenv("A_SECRET", "swordfish-1")
    run("tell", {"n": 1}, blobs={"b": b"swordfish-2"})
    files = [f for f in (place / "home").rglob("*") if f.is_file()]
    assert files and not [f for f in files if b"swordfish" in f.read_bytes()]


def test_the_callers_surroundings_are_the_workers(monkeypatch, tmp_path):
    monkeypatch.setenv("A_VARIABLE", "seen")
    monkeypatch.chdir(tmp_path)
    assert run("around", {"name": "A_VARIABLE"}) == {"env": "seen", "cwd": str(tmp_path), "stdin": False}


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [("raises", StepFailed, "step-raised"), ("refuses", InputError, "no-technique"), ("memory", StepFailed, "out-of-memory")],
)
def test_what_an_entry_raises_reaches_the_caller(name, kind, code):
    with pytest.raises(kind) as caught:
        run(name)
    assert caught.value.code == code


def test_a_long_reason_is_cut():
    with pytest.raises(StepFailed) as caught:
        run("raises", {"more": 5000})
    assert caught.value.fields["what"] == "ValueError" and "seven is" in str(caught.value) and len(str(caught.value)) < 600


def test_a_native_crash_ends_the_job_with_its_reason_and_nothing_else():
    before = run("add", {"a": 1, "b": 1})["pid"]
    with pytest.raises(WorkerLost) as caught:
        run("crash")
    assert caught.value.code == "worker-crashed"
    assert "SIGABRT" in str(caught.value) and "Breaking" in str(caught.value)
    assert run("add", {"a": 1, "b": 1})["pid"] != before
    with pytest.raises(WorkerLost) as caught:
        run("leave")
    assert "exit code 3" in str(caught.value)


def test_a_job_is_held_to_its_time():
    with pytest.raises(WorkerLost) as caught:
        run("loop", limit=0.5)
    assert caught.value.code == "worker-limit" and "0.5 s" in str(caught.value) and "Looping" in str(caught.value)


def test_a_job_is_held_to_its_memory(monkeypatch):
    monkeypatch.setenv("WORKBENCH_MEMORY_BYTES", "400000000")
    with pytest.raises(WorkerLost) as caught:
        run("eat")
    assert caught.value.code == "worker-memory" and "0.4 GB" in str(caught.value)


@pytest.mark.parametrize("checks", [True, False])
def test_cancel_acts_whether_the_job_looks_or_not(checks):
    job = submit("job_entries:loop", {"checks": checks})
    next(e for e in job.events() if isinstance(e, StepStarted))
    worker_before = job.alive()
    job.cancel()
    with pytest.raises(Cancelled):
        job.wait()
    assert worker_before and isinstance(job.ended(), Failed)
    assert run("add", {"a": 1, "b": 1})["sum"] == 2


def test_a_job_that_waits_is_cancelled_without_being_begun():
    first, second = submit("job_entries:loop", {"checks": True}), submit("job_entries:add", {"a": 1, "b": 1})
    second.cancel()
    with pytest.raises(Cancelled):
        second.wait()
    assert isinstance(second.ended(), Failed) and first.alive() and first.ended() is None, "it does not wait for its turn"
    first.cancel()
    assert run("add", {"a": 1, "b": 1})["sum"] == 2
    assert not [e for _, e in second.log.read() if isinstance(e, Done)]


def test_nobody_waits_for_what_somebody_else_asked_for(place):
    held = Job.named(_elsewhere(place, 'print(submit("job_entries:loop", {"checks": True}).id)'))
    next(e for e in held.events() if isinstance(e, StepStarted))
    assert run("add", {"a": 1, "b": 1})["sum"] == 2 and held.alive() and held.ended() is None
    own, next_one = submit("job_entries:loop", {"checks": True}), submit("job_entries:add", {"a": 1, "b": 1})
    next(e for e in own.events() if isinstance(e, StepStarted))
    time.sleep(COLD + 0.5)
    assert not list(next_one.log.read()), "one's own jobs are done one after the other"
    held.cancel()
    own.cancel()
    assert next_one.wait()["sum"] == 2


def test_who_asks_for_the_same_at_the_same_time_shares_one_job(place):
    heard = [[], []]
    asked = [threading.Thread(target=_shared, args=(told,)) for told in heard]
    for thread in asked:
        thread.start()
    end = time.monotonic() + 60
    while not all(any(isinstance(e, StepStarted) for e in told) for told in heard) and time.monotonic() < end:
        time.sleep(0.02)
    ids = [told[0].job for told in heard]
    assert ids[0] == ids[1]
    Job.named(ids[0]).cancel()
    for thread in asked:
        thread.join(20)
    assert [told[-1] for told in heard] == ["cancelled", "cancelled"]
    assert run("add", {"a": 1, "b": 1}, key="same")["sum"] == 2, "and the next one is another"


def _shared(told):
    try:
        run("loop", {"checks": True}, key="same", on_event=told.append)
    except Cancelled as error:
        told.append(error.code)


def test_what_one_asks_for_in_a_row_stays_with_one_worker():
    warm = run("add", {"a": 1, "b": 1})["pid"]
    first = submit("job_entries:loop", {"checks": True})
    others = [submit("job_entries:add", {"a": k, "b": k}) for k in range(4)]
    time.sleep(COLD + 0.2)
    first.cancel()
    assert {job.wait()["pid"] for job in others} == {warm}, "another worker would have to be started, and know nothing"


def test_every_event_arrives_in_order_for_any_reader():
    job = submit("job_entries:tell", {"n": 50})
    told = [e.done for e in job.events() if isinstance(e, Progress)]
    assert told == list(range(50)) == [e.done for e in Job.named(job.id).events() if isinstance(e, Progress)]
    assert job.ended() == Done(None)


def test_a_module_that_was_edited_is_imported_anew(place):
    assert run("add", {"a": 1, "b": 2})["sum"] == 3
    text = ENTRIES.replace('payload["a"] + payload["b"]', 'payload["a"] * 10 + payload["b"]')
    (place / "job_entries.py").write_text(text)
    assert run("add", {"a": 1, "b": 2})["sum"] == 12
    (place / "job_entries.py").write_text(ENTRIES)


def test_the_worker_outlives_the_script_that_asked(place):
    assert Job.named(_elsewhere(place, 'print(submit("job_entries:tell", {"n": 3}).id)')).wait() is None


def test_a_lost_foreman_is_an_interrupted_job_and_the_next_one_starts_another(place):
    job = submit("job_entries:loop", {})
    next(e for e in job.events() if isinstance(e, StepStarted))
    foreman = _foremen(place / "home")
    for pid in foreman:
        os.kill(int(pid), signal.SIGKILL)
    with pytest.raises(WorkerLost) as caught:
        job.wait()
    assert foreman and caught.value.code == "worker-interrupted" and not job.alive()
    assert run("add", {"a": 3, "b": 4})["sum"] == 7


def test_work_waits_while_somebody_measures():
    with jobs.measuring():
        waiting = submit("job_entries:tell", {"n": 1})
        time.sleep(0.3)
        assert waiting.alive() and waiting.ended() is None, "it must not run beside a measurement"
        cancelled = submit("job_entries:loop", {"checks": True}, lane="quick")
        cancelled.cancel()  # a waiting job still learns that it is to stop
        with pytest.raises(Cancelled):
            cancelled.wait()
    assert waiting.wait() is None


def test_who_measures_waits_for_work_that_cannot_be_interrupted(tmp_path):
    """And no longer than until its next check, where it waits in turn."""
    job = submit("job_entries:export", {"seconds": 1.5, "goes_on": str(tmp_path / "end")})
    next(e for e in job.events() if isinstance(e, StepStarted))
    with jobs.measuring():
        assert time.time() - (job.folder / "events.jsonl").stat().st_mtime >= 1.4, "it has done what it was at"
        assert not any(isinstance(e, Progress) for _, e in job.log.read()), "and stands still at its check"
    next(e for e in job.events() if isinstance(e, Progress))
    (tmp_path / "end").touch()
    job.wait()


def test_who_measures_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("workbench.jobs.exclusive.PATIENCE", 0.3)
    job = submit("job_entries:loop", {})
    next(e for e in job.events() if isinstance(e, StepStarted))
    with jobs.measuring():
        assert job.ended() is None
    job.cancel()


def test_measuring_within_a_job_does_not_wait_for_the_job_itself(monkeypatch):
    monkeypatch.setenv("WORKBENCH_EXECUTOR", "inline")
    began = time.monotonic()
    job = submit("job_entries:measures", {})
    assert job.wait() is None and time.monotonic() - began < 4, "patience was not needed"


def test_a_job_is_at_work_again_when_it_has_measured(tmp_path):
    job = submit("job_entries:measures", {"then": 1.0})
    next(e for e in job.events() if isinstance(e, StepStarted))
    began = time.monotonic()
    with jobs.measuring():
        assert time.monotonic() - began > 0.7
    job.wait()


def test_jobs_in_threads_of_one_process_are_all_at_work(monkeypatch):
    monkeypatch.setenv("WORKBENCH_EXECUTOR", "inline")
    made = []
    threads = [
        threading.Thread(target=lambda: made.extend(submit("job_entries:tell", {"n": 1}) for _ in range(25))) for _ in range(4)
    ]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    sys.setswitchinterval(before)
    assert [job.wait() for job in made] == [None] * 100
    links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    assert not [link for link in links if os.path.islink(link) and "workbench-working" in os.readlink(link)]


def test_a_job_that_cannot_be_taken_is_refused_and_the_foreman_stays(place):
    run("add", {"a": 1, "b": 1})
    before = _foremen(place / "home")
    with pytest.raises(WorkerLost) as caught:
        submit("job_entries:tell", {"n": 1}, announce=lambda job: shutil.rmtree(job.folder))
    assert caught.value.code == "worker-no-start" and _foremen(place / "home") == before
    assert run("add", {"a": 1, "b": 1})["sum"] == 2


def test_a_foreman_that_is_not_wanted_any_more_ends_by_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("WORKBENCH_IDLE_SECONDS", "0.2")
    run("add", {"a": 1, "b": 1})
    deadline = time.time() + 20
    while time.time() < deadline and _foremen(tmp_path / "other"):
        time.sleep(0.1)
    assert not _foremen(tmp_path / "other")


def test_inline_jobs_leave_the_same_log(monkeypatch):
    monkeypatch.setenv("WORKBENCH_EXECUTOR", "inline")
    job = submit("job_entries:add", {"a": 1, "b": 2})
    assert job.wait()["pid"] == os.getpid() and json.loads((job.folder / "job.json").read_text())["payload"] == {"a": 1, "b": 2}


def _elsewhere(place, line):
    """What a script of its own prints that has `submit`."""
    script = f"from workbench.jobs import submit\n{line}"
    done = subprocess.run([sys.executable, "-"], input=script, capture_output=True, text=True, cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _foremen(home):
    return subprocess.run(["pgrep", "-f", f"workbench.jobs {home}"], capture_output=True, text=True).stdout.split()
