"""What the two readers of events write, for a log and for a terminal."""

import io
import sys

import pytest
from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import TextColumn

from workbench.cli.progress import Bars, showing
from workbench.events import CandidateStarted, EpochMeasured, Progress, Said, StepFinished, StepStarted
from workbench.jobs.progress import Lines, reader

NEWS = [
    CandidateStarted("c2", "Prune", 2, 3),
    StepStarted("Export", 1, 4),
    Progress("Export", 5, 8),
    EpochMeasured(2, 9, {}),
    StepFinished("Export", 1, 4, 1.25),
    StepFinished("Measure", 2, 4, 0.0, reused=True),
    Said("file-missing", {"path": "a.onnx"}),
]


def test_a_log_gets_a_line_for_each_step_that_was_done(capsys):
    for event in NEWS:
        Lines()(event)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["2 of 3: Prune", "  Export, 1.2 s", "  Measure, reused", "There is no file a.onnx."]


@pytest.fixture
def bars():
    columns = (TextColumn("{task.description}|{task.fields[step]}|{task.completed}/{task.total}"),)
    console = Console(file=io.StringIO(), width=100)
    return Bars(RichProgress(*columns, console=console, auto_refresh=False), "baseline")


def state(bars):
    return [(t.description, t.fields["step"], t.completed, t.total) for t in bars.bars.tasks]


def test_a_terminal_gets_a_bar_for_each_candidate(bars):
    shown = []
    for event in NEWS[:6]:
        bars(event)
        shown.append(state(bars)[-1])
    assert shown[0] == ("2 of 3: Prune", "", 0, None)
    assert shown[1] == ("2 of 3: Prune", "Export", 0, 4)
    assert [s[1] for s in shown[2:]] == ["Export 5 of 8", "epoch 2 of 9", "Export", "Measure"]
    assert [s[2] for s in shown[2:]] == [0, 0, 1, 2]
    bars(CandidateStarted("c3", "Clip", 3, 3))
    assert [s[0] for s in state(bars)] == ["2 of 3: Prune", "3 of 3: Clip"]
    bars(NEWS[6])
    assert "There is no file a.onnx." in bars.bars.console.file.getvalue()


def test_work_without_a_candidate_has_the_title(bars):
    bars(StepStarted("fit", 1, 1))
    assert state(bars) == [("baseline", "fit", 0, 1)]


def test_a_pipe_is_no_terminal(capsys):
    with showing() as on_event:
        assert isinstance(on_event, Lines)


def test_a_script_that_writes_to_a_log_is_told_too(capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    with reader(None) as read:
        for event in NEWS:
            read(event)
    said = capsys.readouterr()
    assert said.out == "" and said.err.splitlines()[:2] == ["2 of 3: Prune", "  Export, 1.2 s"]


def test_a_notebook_and_a_reader_of_ones_own_are_left_alone(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    seen = []
    for on_event in (None, seen.append):
        with reader(on_event) as read:
            for event in NEWS:
                read(event)
    assert capsys.readouterr().err == "" and seen == NEWS
