"""Work in the background as traits: what a page hears of it, and that asking for an end ends it."""

import threading

import pytest
from workbench_widgets import Work

from workbench.errors import InputError
from workbench.events import EpochMeasured, Progress, StepFinished, StepStarted


def run(does):
    """Has it done, and waits for its end; the work and what it showed in between."""
    work, over, shown = Work(), threading.Event(), []
    work.observe(lambda _: over.set(), "finished")
    work.observe(lambda change: shown.append((change["name"], change["new"])), ["busy", "step", "share"])
    assert work.start(does) and over.wait(10)
    return work, shown


def test_it_says_where_it_is():
    def does(work):
        for event in (StepStarted("Export", 2, 4), Progress("Export", 1, 2), StepFinished("Export", 2, 4, 1.0)):
            work.read(event)

    work, shown = run(does)
    assert shown[0] == ("busy", True) and shown[-1] == ("busy", False) and not work.busy and work.error == ""
    assert [v for n, v in shown if n == "share"] == [0.25, 0.375, 0.5]
    assert [v for n, v in shown if n == "step"] == ["Export", "Export, 1 of 2", "Export"]


def test_epochs_are_named():
    def does(work):
        work.read(StepStarted("fit", 1, 1))
        work.read(EpochMeasured(3, 10, {}))

    work, _ = run(does)
    assert (work.step, work.share) == ("fit, epoch 3 of 10", pytest.approx(0.3))


def test_it_is_shown_at_most_ten_times_a_second():
    def does(work):
        for done in range(1, 500):
            work.read(Progress("fit", done, 500))

    _, shown = run(does)
    assert sum(name == "step" for name, _ in shown) < 20


@pytest.mark.parametrize(
    "error, said",
    [
        (InputError("file-missing", path="a"), "There is no file a."),
        (ZeroDivisionError("by nothing"), "ZeroDivisionError: by nothing"),
    ],
)
def test_what_goes_wrong_is_a_sentence(error, said):
    def does(work):
        raise error

    assert run(does)[0].error == said


def test_what_is_returned_is_what_went_wrong():
    assert run(lambda work: "It did not fit.")[0].error == "It did not fit."


def test_one_thing_at_a_time_and_an_end_on_asking():
    started, over, work = threading.Event(), threading.Event(), Work()
    work.observe(lambda _: over.set(), "finished")

    def does(work):
        while True:
            started.set()
            work.read(Progress("fit", 1, 2))

    assert work.start(does) and started.wait(10)
    assert not work.start(does)
    work.cancel()
    assert over.wait(10) and "Cancelled" in work.error and not work.busy
    over.clear()
    assert work.start(lambda work: None) and over.wait(10) and work.error == ""


class Run:
    """A run that is told to end before it is followed."""

    cancelled = False

    def cancel(self):
        self.cancelled = True

    def events(self):
        return iter([StepFinished("Export", 1, 2, 0.1)])


def test_a_run_that_is_submitted_after_the_asking_is_cancelled():
    the_run, go = Run(), threading.Event()

    def does(work):
        work.cancel()
        work.follow(the_run)
        go.set()

    work, _ = run(does)
    assert go.is_set() and the_run.cancelled and work.share == 0.5
