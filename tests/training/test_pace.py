"""How fast a network learns is found out in about a second, and never at the cost of what it is found out for."""

import time

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.training.pace import SIZES, pace, seconds_of

TASK = wb.tasks.load("digits")


class Heads(nn.Module):
    """Answers with a tuple while it is trained, as networks with auxiliary heads do."""

    def __init__(self):
        super().__init__()
        self.line = nn.Linear(64, 10)

    def forward(self, x):
        answer = self.line(x.flatten(1))
        return (answer, answer) if self.training else answer


class Slow(nn.Module):
    def __init__(self, seconds):
        super().__init__()
        self.line, self.seconds, self.calls = nn.Linear(64, 10), seconds, []

    def forward(self, x):
        time.sleep(self.seconds * len(x))
        return self.line(x.flatten(1))


def test_it_times_each_size_and_changes_nothing():
    module = wb.models.create("mlp", TASK, seed=0).build()
    before, state = {k: v.clone() for k, v in module.state_dict().items()}, torch.get_rng_state()
    found = pace(module, TASK.train, "cpu")
    assert [size for size, _ in found] == list(SIZES) and all(seconds > 0 for _, seconds in found)
    assert all(torch.equal(v, before[k]) for k, v in module.state_dict().items()) and not module.training
    assert torch.equal(torch.get_rng_state(), state)


def test_a_slow_network_is_asked_for_a_small_batch_alone():
    began = time.monotonic()
    assert [size for size, _ in pace(Slow(0.4), TASK.train, "cpu")] == [2]
    assert time.monotonic() - began < 5  # 16 samples would have taken 6.4 s, 128 of them 51 s


@pytest.mark.parametrize(
    "module", [Heads(), nn.Flatten(), nn.Sequential(nn.Flatten(), nn.Unflatten(1, (64, 1)), nn.LazyLinear(3))]
)
def test_what_cannot_be_trained_so_is_not_timed(module):
    assert isinstance(pace(module, TASK.train, "cpu"), tuple)


def test_a_study_of_a_network_with_auxiliary_heads_is_opened(home):
    study = wb.Study.open("heads", task=TASK, model=Heads())
    assert study.baseline.status == "measured"
    assert study.expected_seconds(wb.Recipe([wb.FineTuning(epochs=1)])) is None, "nothing is known of its training"


def test_between_the_sizes_a_line_and_beyond_them_its_end():
    line = tuple((size, 0.01 + 0.002 * size) for size in SIZES)
    for batch in (2, 64, 128, 500):
        assert seconds_of(line, batch) == pytest.approx(0.01 + 0.002 * batch)
    assert seconds_of(((2, 0.4),), 64) == pytest.approx(0.4 * 32)
    assert seconds_of(((2, 0.4), (128, 0.3)), 64) == pytest.approx(0.3), "a second look was quicker: no slope below none"
    assert np.isfinite(seconds_of(line, 1))
