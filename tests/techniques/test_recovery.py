"""Fine-tuning and distillation: what they learn from, what they keep."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from workbench.errors import InputError
from workbench.events import EpochMeasured
from workbench.tasks.task import Split
from workbench.techniques import Distillation, FineTuning, WeightPruning
from workbench.techniques.conformance import example_context, example_module, run

CONTEXT = example_context()


@pytest.mark.parametrize("technique", [FineTuning(epochs=2), Distillation(epochs=2)])
def test_zeros_stay_zero_and_everything_else_learns(technique):
    sparse, _ = run(WeightPruning(ratio=0.5), example_module(), CONTEXT)
    seen = []
    new, report = run(technique, sparse, replace(CONTEXT, emit_to=seen.append))
    for old, weight in zip(sparse.parameters(), new.parameters(), strict=True):
        if old.dim() > 1:
            assert torch.equal(weight == 0, old == 0) and not torch.equal(weight, old)
    assert [type(e) for e in seen].count(EpochMeasured) == 2 and report.figures["epoch"] == 2
    assert {line.code for line in report.lines} == {"trained"} and len(report.lines) == 4


def test_frozen_layers_do_not_learn():
    module = example_module()
    module[0].requires_grad_(False)
    new, report = run(FineTuning(epochs=1), module, CONTEXT)
    assert torch.equal(new[0].weight, module[0].weight) and not torch.equal(new[3].weight, module[3].weight)
    assert (report.lines[0].code, report.lines[3].code) == ("frozen", "trained")


def distance(student, teacher, inputs):
    with torch.no_grad():
        return float((student(inputs).softmax(1) - teacher(inputs).softmax(1)).abs().mean())


def test_distilling_without_labels_comes_near_the_teacher():
    inputs = np.random.default_rng(0).standard_normal((256, 6)).astype(np.float32)
    split = Split("train", inputs, None)
    torch.manual_seed(0)
    teacher, student = nn.Sequential(nn.Linear(6, 3)), nn.Sequential(nn.Linear(6, 3))
    around = replace(CONTEXT, train=split, validation=split, kind="classification", teacher_of=lambda: teacher)
    before = {k: v.clone() for k, v in teacher.state_dict().items()}
    new, _ = run(Distillation(epochs=20, alpha=0.0, learning_rate=0.05), student, around)
    there = torch.from_numpy(inputs)
    assert distance(new, teacher, there) < 0.2 * distance(student, teacher, there)
    assert all(torch.equal(before[k], v) for k, v in teacher.state_dict().items())


def test_alpha_weighs_the_labels_against_the_teacher():
    """The teacher says class 0, the labels say class 1."""
    inputs = np.random.default_rng(0).standard_normal((128, 4)).astype(np.float32)
    split = Split("train", inputs, np.ones(128, np.int64))
    teacher, student = nn.Sequential(nn.Linear(4, 2)), nn.Sequential(nn.Linear(4, 2))
    with torch.no_grad():
        teacher[0].weight.zero_()
        teacher[0].bias[:] = torch.tensor([4.0, -4.0])
    around = replace(CONTEXT, train=split, validation=split, teacher_of=lambda: teacher)
    answers = {}
    for alpha in (0.0, 1.0):
        new, _ = run(Distillation(epochs=15, alpha=alpha, temperature=1.0, learning_rate=0.1), student, around)
        answers[alpha] = float((new(torch.from_numpy(inputs)).argmax(1) == 1).float().mean())
    assert answers[0.0] < 0.1 and answers[1.0] > 0.9


def test_what_is_missing_is_named():
    split = Split("train", CONTEXT.train.inputs, None)
    bare = replace(CONTEXT, train=split, validation=split, kind="outputs")
    for technique in (FineTuning(epochs=1), Distillation(epochs=1)):
        with pytest.raises(InputError) as error:
            run(technique, example_module(), bare)
        assert error.value.code == "needs-labels" and error.value.fields["step"] == type(technique).__name__
    assert Distillation(alpha=0.0).needed == {"teacher"} and "labels" in Distillation(alpha=0.1).needed
    from workbench.techniques import StepContext

    with pytest.raises(InputError) as error:
        StepContext(split, split, "outputs", CONTEXT.signature).teacher()
    assert error.value.code == "no-teacher"
    with pytest.raises(InputError) as error:
        StepContext(split, split, "outputs", CONTEXT.signature).evaluate(None)
    assert error.value.code == "no-measures"


def test_settings_reach_the_training():
    """A step size that is nothing changes nothing; another seed, another order of samples."""
    still, _ = run(FineTuning(epochs=1, learning_rate=1e-12), example_module(), CONTEXT)
    torch.testing.assert_close(still[7].weight, example_module()[7].weight, atol=1e-9, rtol=0)
    steps = []
    run(FineTuning(epochs=2, batch_size=16), example_module(), replace(CONTEXT, check_with=lambda: steps.append(1)))
    assert len(steps) == 2 * 64 / 16
    one, two = (run(FineTuning(epochs=1, batch_size=16), example_module(), replace(CONTEXT, seed=s))[0] for s in (1, 2))
    assert not torch.equal(one[7].weight, two[7].weight)
