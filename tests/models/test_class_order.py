"""In which order a model's outputs stand for the classes: against every order there is, and of models that were trained."""

from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import workbench as wb
from workbench.models.class_order import assigned

pytestmark = pytest.mark.usefixtures("one_home")

NAMES = ("zebra", "ape", "mouse", "cow")


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 4), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25))
def test_no_order_is_better_and_what_need_not_move_stays(classes, pairs):
    answers, targets = np.array(pairs).T % classes
    order, right, before = assigned(answers, targets, classes)
    assert sorted(order) == list(range(classes)) and before == np.mean(answers == targets)

    def share(o):
        return np.mean(np.array(o)[answers] == targets)

    orders = list(permutations(range(classes)))
    assert right == share(order) == max(map(share, orders))
    moved = [sum(a != b for a, b in enumerate(o)) for o in orders if share(o) == right]
    assert sum(a != b for a, b in enumerate(order)) == min(moved)


def _task(targets, classes=None, count=400):
    """Points around four corners; the corner is the class."""
    rng = np.random.default_rng(0)
    corner = rng.integers(0, 4, count)
    x = np.stack([corner % 2, corner // 2], 1) * 4 + rng.normal(size=(count, 2))
    parts = [
        (x[rows], np.array(targets)[corner[rows]]) for rows in np.split(np.arange(count), [count * 3 // 4, count * 7 // 8])
    ]
    return wb.tasks.from_arrays("corners", *parts, classes=classes)


def _corner():
    """Answers the corner, outputs in the corners' order."""
    net = nn.Linear(2, 4)
    with torch.no_grad():
        net.weight[:] = torch.tensor([[-1.0, -1], [1, -1], [-1, 1], [1, 1]])
        net.bias[:] = torch.tensor([4.0, 0, 0, -4])
    return net


def test_outputs_in_another_order_than_the_alphabet_s_are_found():
    found = wb.models.class_order(_corner(), _task(NAMES))
    assert found is not None and found.classes == NAMES and found.count == 256
    assert found.right > 0.9 and 0.15 < found.before < 0.35  # the mouse alone is where the alphabet has it
    assert wb.models.class_order(_corner(), _task(NAMES, classes=NAMES)) is None, "this order is the right one"


@pytest.mark.parametrize("seed", range(5))
def test_a_network_that_knows_nothing_speaks_for_no_order(seed):
    torch.manual_seed(seed)
    assert wb.models.class_order(nn.Linear(2, 4), _task(NAMES)) is None or _knows(seed)
    constant = nn.Linear(2, 4)
    nn.init.zeros_(constant.weight)
    assert wb.models.class_order(constant, _task(NAMES)) is None


def _knows(seed):
    """Whether a network of random weights tells the corners apart by chance."""
    torch.manual_seed(seed)
    net, task = nn.Linear(2, 4), _task(NAMES)
    with torch.no_grad():
        answers = net(torch.tensor(task.train.inputs)).argmax(1).numpy()
    return max(np.mean(np.array(o)[answers] == task.train.targets) for o in permutations(range(4))) > 0.6


def test_few_samples_a_class_and_tasks_without_classes_speak_for_none():
    assert wb.models.class_order(_corner(), _task(NAMES, count=24)) is None
    x = np.zeros((40, 2))
    for kind, y in (("regression", x), ("outputs", None)):
        task = wb.tasks.from_arrays("mine", (x, y), (x, y), (x, y), kind=kind)
        assert wb.models.class_order(nn.Linear(2, 2), task) is None
