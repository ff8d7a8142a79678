"""Training on an NVIDIA GPU."""

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import Cancelled, StepFailed
from workbench.tasks import Split
from workbench.training import Settings
from workbench.training.loop import train

pytestmark = pytest.mark.gpu


def _equal(one, two):
    a, b = one.state_dict(), two.state_dict()
    return list(a) == list(b) and all(torch.equal(a[k], b[k]) for k in a)


def test_a_gpu_trains_pictures_in_three_dimensions_and_goes_on_where_it_was_interrupted(tmp_path):
    x = np.random.default_rng(0).normal(size=(64, 1, 4, 4, 4)).astype(np.float32)
    data = Split("train", x, np.arange(64) % 2)
    solid = nn.Sequential(nn.Conv3d(1, 8, 3), nn.Flatten(), nn.Linear(64, 2))
    assert train(solid, data, data, "classification", Settings(epochs=1), seed=0, device="cuda")[1]
    flat = nn.Sequential(nn.Flatten(2), nn.Unflatten(2, (8, 8)), nn.Conv2d(1, 8, 3), nn.Flatten(), nn.Linear(288, 2))
    for optimizer in ("adamw", "sgd"):
        settings, path, seen = Settings(epochs=4, optimizer=optimizer), tmp_path / optimizer, []

        def check(seen=seen):
            seen.append(1)
            if len(seen) == 3:
                raise Cancelled("cancelled")

        words = {"seed": 0, "device": "cuda"}
        whole, _ = train(flat, data, data, "classification", settings, **words)
        with pytest.raises(Cancelled):
            train(flat, data, data, "classification", settings, check=check, checkpoint=path, **words)
        resumed, _ = train(flat, data, data, "classification", settings, checkpoint=path, **words)
        assert _equal(resumed, whole)


class Hungry(nn.Linear):
    def forward(self, x):
        return super().forward(x) + torch.empty(2**40, device=x.device)[:1]


def test_more_than_a_gpu_holds_is_a_sentence_with_the_remedy():
    data = Split("train", np.zeros((60, 2), np.float32), np.arange(60) % 2)
    with pytest.raises(StepFailed) as caught:
        train(Hungry(2, 2), data, None, "classification", Settings(epochs=1), seed=0, device="cuda")
    assert caught.value.code == "gpu-out-of-memory"


def test_a_gpu_trains_in_bfloat16_and_gives_the_module_back_where_it_was():
    task = wb.tasks.load("digits")
    module = wb.models.create("resnet8", task).build()
    settings = Settings(epochs=10)
    one, two = (train(module, task.train, task.validation, task.kind, settings, seed=0, device="cuda")[0] for _ in range(2))
    assert _equal(one, two) and next(one.parameters()).device.type == "cpu"
    assert all(p.is_contiguous() for p in one.parameters())
    with torch.no_grad():
        hits = (one(torch.tensor(task.validation.inputs)).argmax(1).numpy() == task.validation.targets).mean()
    assert hits > 0.95
