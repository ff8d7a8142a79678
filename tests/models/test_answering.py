"""What a model answers as it is: the module's own numbers, by a worker; what cannot answer says why."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench import jobs
from workbench.errors import InputError
from workbench.models.weights import to_bytes

RNG = np.random.default_rng(0)


pytestmark = pytest.mark.usefixtures("one_home")


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.fc = nn.Embedding(9, 3), nn.Linear(3, 2)

    def forward(self, ids, mask):
        return self.fc((self.embed(ids) * mask[..., None]).sum(1))


class Apart(nn.Module):
    """Answers that cannot be: one divided by what goes in."""

    def forward(self, x):
        return 1 / x


def _task(x, y, kind="classification"):
    return wb.tasks.from_arrays("mine", (x, y), (x, y), (x, y), kind=kind)


def _same(module, task, count):
    with torch.no_grad():
        ours = module.eval()(*(torch.tensor(array[:count]) for array in task.validation.arrays.values()))
    given = wb.models.answers(module, task, count)
    assert given.dtype == np.float32 and given.shape == tuple(ours.shape)
    assert np.allclose(given, ours.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["classification", "regression", "outputs"])
def test_answers_are_the_modules_own(kind):
    y = {"classification": np.arange(150) % 3, "regression": RNG.normal(size=(150, 3)), "outputs": None}[kind]
    module = nn.Sequential(nn.Linear(5, 3), nn.BatchNorm1d(3), nn.Dropout(0.9))
    _same(module, _task(RNG.normal(size=(150, 5)), y, kind), 130)


def test_several_inputs_go_by_their_names():
    ids, mask = RNG.integers(0, 9, (20, 4)), RNG.integers(0, 2, (20, 4)) / 1.0
    task = _task({"mask": mask, "ids": ids}, np.arange(20) % 2)
    given = wb.models.answers(module := Two(), task, 12)
    with torch.no_grad():
        ours = module(torch.tensor(ids[:12]), torch.tensor(mask[:12], dtype=torch.float32))
    assert np.allclose(given, ours.numpy(), atol=1e-6)


def test_a_network_of_the_zoo_answers_in_a_process_without_torch():
    code = (
        "import sys, workbench as wb\ntask = wb.tasks.load('digits-tokens')\n"
        "shape = wb.models.answers(wb.models.create('lstm', task), task, 3).shape\n"
        "sys.exit(10 if 'torch' in sys.modules else 0 if shape == (3, 10) else 20)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_other_weights_answer_otherwise_and_the_same_are_not_asked_twice(tmp_path):
    task = wb.tasks.load("digits")
    given = []
    for seed in (1, 2):
        (tmp_path / "net.safetensors").write_bytes(to_bytes(wb.models.create("mlp", task, seed=seed).build()))
        given.append(wb.models.answers(wb.models.create("mlp", task, weights=tmp_path / "net.safetensors"), task, 12))
    assert not np.allclose(*given)
    begun = len(list(jobs.Job.named("x").folder.parent.iterdir()))
    again = wb.models.answers(wb.models.create("mlp", task, weights=tmp_path / "net.safetensors"), task, 12)
    assert np.array_equal(again, given[1]) and len(list(jobs.Job.named("x").folder.parent.iterdir())) == begun


def test_what_cannot_answer_says_why(tmp_path):
    task = wb.tasks.load("digits")
    module = wb.models.create("mlp", task).build()
    (tmp_path / "net.safetensors").write_bytes(to_bytes(module))
    broken = wb.models.create("mlp", task).build()
    with torch.no_grad():
        next(broken.parameters())[0] = torch.nan
    zeros = _task(np.r_[np.ones((15, 3)), np.zeros((1, 3))][::-1].copy(), np.arange(16) % 3)
    for model, code, data in (
        (wb.models.create("cnn", task, weights=tmp_path / "net.safetensors"), "weights-misfit", task),
        (broken, "nan-weights", task),
        (nn.Linear(5, 10), "input-misfit", task),
        (nn.Sequential(nn.Flatten(), nn.Linear(64, 3)), "output-misfit", task),
        (Apart(), "model-not-finite", zeros),
    ):
        with pytest.raises(InputError) as caught:
            wb.models.answers(model, data, 12)
        assert caught.value.code == code, caught.value
    assert (caught.value.fields["count"], caught.value.fields["samples"]) == (1, 12)
