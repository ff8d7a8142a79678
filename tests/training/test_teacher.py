"""A teacher is asked once, and what is kept is what it answers."""

import numpy as np
import pytest
import torch
from torch import nn

from workbench.tasks.task import Split
from workbench.training import teacher as teachers
from workbench.training.loop import train
from workbench.training.losses import distilling
from workbench.training.settings import Settings
from workbench.training.teacher import Taught


class Doubling(nn.Module):
    """Answers twice its input, sample by sample, and counts how many it was asked about."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def forward(self, x):
        self.asked += len(x)
        return x * 2


def _splits(samples):
    draw = np.random.default_rng(3)
    return [
        Split(name, draw.normal(size=(n, 4)).astype(np.float32), None) for name, n in (("train", samples), ("validation", 40))
    ]


def _student(teacher, epochs):
    torch.manual_seed(0)
    loss, (held, validation) = distilling("outputs", 0.0), _splits(1100)
    settings = Settings(epochs=epochs, learning_rate=0.1, optimizer="sgd")
    return train(nn.Linear(4, 4), held, validation, "outputs", settings, seed=0, device="cpu", loss=loss, teacher=teacher)


def test_each_sample_is_asked_about_once_however_many_epochs():
    teacher = Doubling()
    student, history = _student(teacher, 3)
    assert teacher.asked == 1100 + 40
    assert history[-1]["validation_loss"] < 0.1 * history[0]["validation_loss"]
    x = torch.eye(4)
    assert torch.allclose(student(x), 2 * x, atol=0.2), "the student has learnt to double"


def test_where_answers_are_too_many_the_teacher_is_asked_at_every_step(monkeypatch):
    kept, _ = _student(Doubling(), 2)
    monkeypatch.setattr(teachers, "MOST_KEPT", 1100 * 4 * 4 - 1)
    teacher = Doubling()
    asked, _ = _student(teacher, 2)
    assert teacher.asked > 2 * 1100
    assert torch.equal(kept.weight, asked.weight) and torch.equal(kept.bias, asked.bias)


@pytest.mark.parametrize("rows", [torch.tensor([5, 0, 1099]), slice(512, 1024)])
def test_answers_are_those_of_the_samples(rows):
    inputs = {"x": torch.arange(1100.0).reshape(-1, 1)}
    assert torch.equal(Taught(Doubling(), inputs)(rows), 2 * inputs["x"][rows])


def test_the_teacher_learns_nothing():
    teacher = nn.Linear(4, 4)
    before = teacher.weight.clone()
    _student(teacher, 1)
    assert torch.equal(teacher.weight, before) and teacher.weight.grad is None
