"""How far a run is, from its events alone."""

from workbench_widgets.following import step_names
from workbench_widgets.progress import POINTS, At

import workbench as wb
from workbench.events import Done, EpochMeasured, Failed, Progress, Said, StepFinished, StepStarted


def after(*events, at=None):
    at = at or At()
    for k, event in enumerate(events):
        at = at.after(event, float(k))
    return at


def test_events_add_up():
    at = after(StepStarted("Distillation", 1, 3), Progress("Distillation", 30, 120, 10.0), Said("x", {}))
    assert (at.step, at.index, at.of, at.share, at.rate, at.began) == ("Distillation", 1, 3, 0.25, 10.0, 0.0)
    at = after(StepFinished("Distillation", 1, 3, 8.5), StepStarted("Export", 2, 3), at=at)
    assert (at.step, at.index, at.share, at.rate) == ("Export", 2, 0.0, 0.0)
    assert after(StepFinished("Export", 2, 3, 0.1), at=at).share == 1
    assert not at.over and after(Done({}), at=at).over and after(Failed({}), at=at).over


def test_a_curve_is_of_one_training_step():
    first = [EpochMeasured(k, 2, {"train_loss": 1 / k}) for k in (1, 2)]
    at = after(StepStarted("Distillation", 1, 4), *first)
    assert (
        [p["epoch"] for p in at.curve] == [1, 2]
        and at.trained == "Distillation"
        and at.curve[1]["figures"] == {"train_loss": 0.5}
    )
    at = after(StepStarted("FineTuning", 2, 4), EpochMeasured(1, 5, {"train_loss": 3.0}), at=at)
    assert [p["epochs"] for p in at.curve] == [5] and at.trained == "FineTuning"


def test_a_long_curve_is_thinned_and_keeps_its_end():
    at = after(StepStarted("FineTuning", 1, 3), *(EpochMeasured(k, 1001, {"a": 0.0}) for k in range(1, 1002)))
    shown = [p["epoch"] for p in at.shown_curve()]
    assert len(shown) <= POINTS + 1 and shown[0] == 1 and shown[-1] == 1001 and shown == sorted(set(shown))


def test_what_is_left_is_this_step_and_what_such_steps_took():
    took, new = [99.0, 2.0, 5.0], [None, None, None]
    at = after(StepStarted("Distillation", 1, 3), Progress("Distillation", 30, 120, 10.0))
    assert at.left(took, 1.0) == 9 + 2 + 5 and at.left(new, 1.0) == 9
    at = after(StepStarted("Export", 2, 3), at=at)
    assert at.left(took, 0.5) == 1.5 + 5 and at.left(took, 60.0) == 5 and at.left(new, 0.0) is None
    assert At().left(took, 0.0) is None and at.left([], 0.0) is None


def test_steps_have_the_export_before_the_first_one_on_a_file():
    prune, store = wb.StructuredPruning(ratio=0.5), wb.DynamicQuantization()
    assert step_names(wb.Recipe([])) == ("Export", "Measure")
    assert step_names(wb.Recipe([prune])) == ("StructuredPruning", "Export", "Measure")
    assert step_names(wb.Recipe([prune, store])) == ("StructuredPruning", "Export", "DynamicQuantization", "Measure")
