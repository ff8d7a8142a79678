"""Whether a module fits a task, and how it is called."""

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import InputError
from workbench.models.calling import batches, call, input_order, tensors


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.fc = nn.Embedding(9, 3), nn.Linear(3, 2)

    def forward(self, ids, mask):
        assert not ids.is_floating_point() and mask.is_floating_point()
        return self.fc((self.embed(ids) * mask[..., None]).sum(1))


class Any(nn.Module):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def forward(self, x):
        return self.answer(x)


def _task(x, y=(0, 1, 2, 0), kind="classification"):
    part = (x, None if kind == "outputs" else np.array(y))
    return wb.tasks.from_arrays("mine", train=part, validation=part, test=part, kind=kind)


IDS, MASK = np.array([[1, 2], [3, 4], [5, 6], [7, 8]]), np.ones((4, 2))


@pytest.mark.parametrize("inputs", [{"ids": IDS, "mask": MASK}, {"mask": MASK, "ids": IDS}, {"a": IDS, "b": MASK}])
def test_inputs_go_by_name_where_names_agree_and_by_place_where_not(inputs):
    task = _task(inputs, (0, 1, 0, 1))
    module = Two()
    wb.models.check_fits(module, task)
    answer = call(module, tensors(task.train.arrays))
    assert torch.equal(answer, module(torch.tensor(IDS), torch.tensor(MASK, dtype=torch.float32)))


def test_the_order_is_that_of_forward():
    assert input_order(Two(), ("mask", "ids")) == ("ids", "mask")
    assert input_order(Two(), ("b", "a")) == ("b", "a")
    assert input_order(nn.ReLU(), ("input",)) == ("input",)
    assert input_order(torch.jit.trace(nn.ReLU(), torch.ones(1)), ("x",)) == ("x",)


def test_wrong_places_are_told():
    with pytest.raises(InputError) as caught:
        wb.models.check_fits(Two(), _task({"a": MASK, "b": IDS}, (0, 1, 0, 1)))
    assert caught.value.code == "input-misfit" and "a N x 2 float32" in str(caught.value)


@pytest.mark.parametrize("found, code", [(3, None), (10, "output-misfit"), (1, "output-misfit")])
def test_a_classification_needs_a_number_a_class(found, code):
    task = _task(np.zeros((4, 5)))
    if code is None:
        wb.models.check_fits(nn.Linear(5, found), task)
        return
    with pytest.raises(InputError) as caught:
        wb.models.check_fits(nn.Linear(5, found), task)
    assert caught.value.code == code and str(found) in str(caught.value) and "3" in str(caught.value)


@pytest.mark.parametrize(
    "target, answer, fits", [((4,), (1,), True), ((4, 1), (), True), ((4,), (2,), False), ((4, 2), (2,), True)]
)
def test_a_regression_takes_a_column_for_a_row(target, answer, fits):
    task = _task(np.zeros((4, 5)), np.zeros(target), "regression")
    module = Any(lambda x: torch.zeros(len(x), *answer))
    if fits:
        wb.models.check_fits(module, task)
    else:
        with pytest.raises(InputError):
            wb.models.check_fits(module, task)


@pytest.mark.parametrize(
    "answer, word",
    [
        (lambda x: (x, x), "tuple"),
        (lambda x: {"logits": x}, "dict"),
        (lambda x: x.sum(), "one number"),
        (lambda x: x[:2], "2 x 5"),
        (lambda x: x.argmax(1), "int64"),
    ],
)
def test_an_answer_is_one_tensor_with_a_row_a_sample(answer, word):
    with pytest.raises(InputError) as caught:
        wb.models.check_fits(Any(answer), _task(np.zeros((4, 5))))
    assert caught.value.code == "output-form" and word in str(caught.value)


def test_outputs_only_takes_any_answer():
    wb.models.check_fits(nn.Linear(5, 7), _task(np.zeros((4, 5)), kind="outputs"))


def test_the_modes_of_the_parts_stay_as_they_were():
    module = nn.Sequential(nn.Linear(5, 3), nn.BatchNorm1d(3), nn.Dropout()).train()
    module[1].eval()
    before = module[1].running_mean.clone()
    wb.models.check_fits(module, _task(np.ones((4, 5))))
    assert [part.training for part in module] == [True, False, True] and torch.equal(module[1].running_mean, before)


def test_tensors_have_memory_of_their_own():
    array = np.zeros(3, np.float32)
    tensors({"a": array})["a"][0] = 1
    assert array[0] == 0


def test_batches_are_consecutive_and_complete():
    parts = batches({"a": np.arange(7), "b": np.arange(7) * 2}, 3)
    assert [list(p["a"]) for p in parts] == [[0, 1, 2], [3, 4, 5], [6]] and list(parts[1]["b"]) == [6, 8, 10]
