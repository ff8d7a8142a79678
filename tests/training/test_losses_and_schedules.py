"""Losses against numpy, step sizes against torch's own schedulers."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from workbench.training.losses import against_targets, against_teacher, distilling, supervised
from workbench.training.schedules import share

FLOATS = st.lists(st.floats(-8, 8, width=32), min_size=3, max_size=3)
ROWS = st.lists(FLOATS, min_size=2, max_size=2)


def _softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def _by_hand(student, teacher, y, alpha, temperature):
    """alpha CE + (1 - alpha) T^2 KL(teacher || student), in double precision."""
    f, t = np.array(student, np.float64), np.array(teacher, np.float64)
    ce = -np.log(_softmax(f)[np.arange(len(y)), y]).mean()
    p, q = _softmax(t / temperature), _softmax(f / temperature)
    kl = (p * (np.log(p) - np.log(q))).sum(1).mean()
    return alpha * ce + (1 - alpha) * temperature**2 * kl


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS, st.lists(st.integers(0, 2), min_size=2, max_size=2), st.floats(0, 1), st.floats(1, 8))
def test_distillation_of_a_classification(student, teacher, y, alpha, temperature):
    found = distilling("classification", alpha, temperature)(torch.tensor(student), torch.tensor(y), torch.tensor(teacher))
    assert found.item() == pytest.approx(_by_hand(student, teacher, y, alpha, temperature), rel=1e-3, abs=1e-3)


def test_distillation_is_nothing_at_the_teacher():
    rows = torch.tensor([[1.0, 2, 3]])
    assert float(distilling("classification", 0.0, 4.0)(rows, None, rows)) == pytest.approx(0, abs=1e-6)


def test_the_divergence_is_taken_from_the_teacher():
    f, t = torch.tensor([[0.0, 4.0]]), torch.tensor([[0.0, 0.0]])
    p, q = np.array([0.5, 0.5]), _softmax(np.array([[0.0, 4.0]]))[0]
    assert float(against_teacher("classification", f, t, 1.0)) == pytest.approx((p * np.log(p / q)).sum(), rel=1e-5)
    assert float(against_teacher("classification", t, f, 1.0)) == pytest.approx((q * np.log(q / p)).sum(), rel=1e-5)


@pytest.mark.parametrize("kind", ["regression", "outputs"])
def test_distillation_of_numbers(kind):
    student, teacher, y = torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [5.0]]), torch.tensor([0.0, 1.0])
    loss = distilling(kind, 0.25, 3.0)
    targets = y if kind == "regression" else None
    expected = 0.25 * (1 + 1) / 2 + 0.75 * (4 + 9) / 2 if targets is not None else (4 + 9) / 2
    assert float(loss(student, targets, teacher)) == pytest.approx(expected)


def test_without_labels_only_the_teacher_counts():
    loss = distilling("classification", 0.9, 2.0)
    found = loss(torch.tensor([[3.0, 2, 1]]), None, torch.tensor([[1.0, 2, 3]]))
    assert found.item() == pytest.approx(_by_hand([[3.0, 2, 1]], [[1.0, 2, 3]], [0], 0.0, 2.0), rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.lists(st.integers(0, 2), min_size=2, max_size=2))
def test_cross_entropy(rows, y):
    expected = -np.log(_softmax(np.array(rows, np.float64))[[0, 1], y]).mean()
    found = supervised("classification")(torch.tensor(rows), torch.tensor(y), None)
    assert found.item() == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("answer, target", [((4, 1), (4,)), ((4,), (4, 1)), ((4,), (4,)), ((4, 1), (4, 1)), ((4, 2), (4, 2))])
def test_a_column_and_a_row_are_the_same_numbers(answer, target):
    a, t = torch.randn(answer), torch.randn(target)
    expected = ((a.numpy().ravel() - t.numpy().ravel()) ** 2).mean()
    assert float(against_targets("regression", a, t)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("steps", [2, 7, 10, 100, 333])
def test_one_cycle_is_that_of_torch(steps):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 1.0)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=steps, cycle_momentum=False)
    with warnings.catch_warnings(action="ignore"):
        for step in range(steps):
            assert share("onecycle", step, steps) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-6)
            if step < steps - 1:
                scheduler.step()


@pytest.mark.parametrize("steps", [1, 2, 50])
def test_cosine_is_that_of_torch(steps):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    with warnings.catch_warnings(action="ignore"):
        for step in range(steps):
            assert share("cosine", step, steps) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-6)
            scheduler.step()


def test_constant_is_constant_and_every_share_is_positive():
    assert {share("constant", k, 9) for k in range(9)} == {1.0}
    for steps in range(1, 12):
        assert all(0 < share("onecycle", k, steps) <= 1 for k in range(steps))
