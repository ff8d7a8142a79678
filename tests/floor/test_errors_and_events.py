"""Errors cross processes as code and fields; events are read from one append-only log."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import errors, events, words
from workbench.errors import Cancelled, InputError, NotFound, StepFailed, WorkbenchError, WorkerLost


def test_an_error_is_its_code_and_its_fields():
    error = NotFound("no-technique", name="Squeeze", nearest="StructuredPruning")
    assert str(error) == "There is no technique called Squeeze. The nearest is StructuredPruning."
    assert isinstance(error, InputError) and isinstance(error, WorkbenchError)


@pytest.mark.parametrize("kind", [NotFound, StepFailed, WorkerLost, Cancelled])
def test_an_error_survives_json_and_pickle(kind):
    error = kind("parity", truth="x", difference="1", limit="2")
    for again in (errors.from_json(error.to_json()), pickle.loads(pickle.dumps(error))):
        assert type(again) is kind and again.code == "parity" and again.fields == error.fields and str(again) == str(error)


def test_fields_that_are_no_json_become_text(tmp_path):
    assert InputError("file-missing", path=tmp_path).to_json()["fields"] == {"path": str(tmp_path)}


def test_an_unknown_type_comes_back_as_the_root():
    assert type(errors.from_json({"type": "Odd", "code": "x", "fields": {}})) is WorkbenchError


def test_a_plug_ins_own_words_are_said_as_they_are():
    assert words.say("my-code", text="It is too hot.") == "It is too hot."
    assert words.say("my-code", a=1) == "my-code a=1"


def test_the_nearest_name_is_found_and_else_all_are_listed():
    assert words.nearest("StructuredPrunning", ["Distillation", "StructuredPruning"]) == "StructuredPruning"
    assert words.nearest("zzz", ["b", "a"]) == "a, b"
    assert words.nearest("digitz", ["digits", "fashion-mnist"]) == "digits"


EVENTS = [
    events.StepStarted("Export", 1, 3),
    events.StepFinished("Export", 1, 3, 2.5, True),
    events.Progress("Export", 1, 10, 2.0),
    events.EpochMeasured(1, 3, {"train_loss": 0.5}),
    events.Said("parity", {"limit": 1}),
    events.CandidateStarted("c1", "StructuredPruning", 1, 2),
    events.Submitted("20261201-001122-ab12cd34"),
    events.FileMeasured("f", {"a": {}}, {"n": 1}),
    events.Failed({"type": "StepFailed", "code": "x", "fields": {}}, "trace"),
    events.Done({"a": [1]}),
]


def test_every_kind_of_event_comes_back_from_the_log(tmp_path):
    log = events.EventLog(tmp_path / "events.jsonl")
    for event in EVENTS:
        log.append(event)
    assert [e for _, e in log.read()] == EVENTS
    assert {type(e) for e in EVENTS} == set(events.KINDS.values())
    assert [e.final for e in EVENTS] == [False] * 8 + [True] * 2


@given(st.integers(0, len(EVENTS)))
def test_a_reader_starts_where_it_stopped(tmp_path_factory, k):
    log = events.EventLog(tmp_path_factory.mktemp("log") / "e")
    for event in EVENTS:
        log.append(event)
    offsets = [0, *(offset for offset, _ in log.read())]
    assert [e for _, e in log.read(offsets[k])] == EVENTS[k:]


def test_half_a_line_is_not_read_yet(tmp_path):
    log = events.EventLog(tmp_path / "e")
    log.append(EVENTS[0])
    with open(log.path, "ab") as f:
        f.write(b'{"kind": "done", ')
    assert [e for _, e in log.read()] == EVENTS[:1]
    assert list(events.EventLog(tmp_path / "none").read()) == []


@given(st.integers(0, 60), st.integers(0, 3000))
def test_the_newest_event_is_found_from_the_end(tmp_path_factory, count, width):
    log = events.EventLog(tmp_path_factory.mktemp("log") / "e")
    assert log.last() is None
    for k in range(count):
        log.append(events.Said("x", {"k": k, "text": "y" * (width if k % 3 else 20_000)}))
    with open(log.path, "ab") as f:
        f.write(b'{"kind": "said", "code": "half')
    assert log.last() == (None if count == 0 else [e for _, e in log.read()][-1])
