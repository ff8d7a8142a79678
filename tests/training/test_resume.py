"""Interrupted runs go on to the very same bits."""

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import Cancelled
from workbench.events import EpochMeasured
from workbench.tasks import Split
from workbench.training import Settings
from workbench.training.loop import train


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks on a busy machine lose more to waiting threads than they gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _classes(samples=60, seed=0):
    x = np.random.default_rng(seed).normal(size=(samples, 2)).astype(np.float32)
    return Split("train", x, (x[:, 0] > x[:, 1]).astype(np.int64))


def _net(outputs=2, dropout=0.0):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, outputs))


def _train(module, data, validation=None, kind="classification", seed=0, **words):
    settings = {k: words.pop(k) for k in list(words) if k in Settings.model_fields}
    return train(module, data, validation, kind, Settings(**settings), seed=seed, device="cpu", **words)


def _equal(one, two):
    a, b = one.state_dict(), two.state_dict()
    return list(a) == list(b) and all(torch.equal(a[k], b[k]) for k in a)


@pytest.mark.parametrize("words", [{}, {"optimizer": "sgd"}, {"patience": 2, "learning_rate": 0.1}, {"schedule": "cosine"}])
@pytest.mark.parametrize("stop", [1, 7, 11])
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, words, stop):
    words = {"epochs": 6, "batch_size": 16} | words
    data, held = _classes(50), _classes(30, 1)
    whole, history = _train(_net(dropout=0.5), data, held, **words)
    path, count = tmp_path / "checkpoint.safetensors", [0]

    def check():
        count[0] += 1
        if count[0] == stop + 4:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        _train(_net(dropout=0.5), data, held, check=check, checkpoint=path, **words)
    seen = []
    resumed, again = _train(_net(dropout=0.5), data, held, emit=seen.append, checkpoint=path, **words)
    assert _equal(resumed, whole) and again == history
    first = next(e.epoch for e in seen if isinstance(e, EpochMeasured))
    assert first == (stop + 3) // 4 + 1, "finished epochs are not done again"


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_weights_in_another_layout_go_on_to_the_same_bits(tmp_path, optimizer):
    """As they are on a GPU: moments that lie otherwise than their weights are added to the wrong ones."""
    x = np.random.default_rng(0).normal(size=(48, 8, 6, 6)).astype(np.float32)
    data, words = Split("train", x, np.arange(48) % 2), {"epochs": 4, "batch_size": 16, "optimizer": optimizer}

    def net():
        torch.manual_seed(0)
        return nn.Sequential(nn.Conv2d(8, 8, 3), nn.Flatten(), nn.Linear(128, 2)).to(memory_format=torch.channels_last)

    whole, path, seen = _train(net(), data, **words)[0], tmp_path / "c", []

    def check():
        seen.append(1)
        if len(seen) == 8:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        _train(net(), data, check=check, checkpoint=path, **words)
    assert _equal(_train(net(), data, checkpoint=path, **words)[0], whole)


def test_a_checkpoint_of_another_run_or_a_damaged_one_is_left_aside(tmp_path):
    path = tmp_path / "c.safetensors"
    _train(_net(), _classes(), epochs=2, checkpoint=path)
    expected, _ = _train(_net(), _classes(), epochs=3)
    assert _equal(_train(_net(), _classes(), epochs=3, checkpoint=path)[0], expected)
    path.write_bytes(path.read_bytes()[:100])
    assert _equal(_train(_net(), _classes(), epochs=3, checkpoint=path)[0], expected)
    kept = _train(_net(), _classes(), epochs=3, checkpoint=path, check=lambda: pytest.fail("it is finished"))
    assert _equal(kept[0], expected)
    assert path.read_bytes()[8:9] == b"{" and [p.name for p in tmp_path.iterdir()] == ["c.safetensors"]


def test_tied_weights_are_trained_as_one_and_resumed(tmp_path):
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.b(torch.relu(self.a(x)))

    whole, _ = _train(Tied(), _classes(), epochs=3)
    assert whole.b.weight is whole.a.weight
    count = [0]

    def check():
        count[0] += 1
        if count[0] == 2:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        _train(Tied(), _classes(), epochs=3, checkpoint=tmp_path / "c", check=check)
    assert _equal(_train(Tied(), _classes(), epochs=3, checkpoint=tmp_path / "c")[0], whole)


def test_a_recurrent_network_is_trained_and_resumed(tmp_path):
    tokens = wb.tasks.load("digits-tokens")
    data = tokens.train.head(200)
    net = wb.models.create("lstm", tokens).build()
    whole, history = _train(net, data, tokens.validation, epochs=2)
    _train(net, data, tokens.validation, epochs=2, checkpoint=tmp_path / "c")
    again, _ = _train(net, data, tokens.validation, epochs=2, checkpoint=tmp_path / "c")
    assert _equal(whole, again) and history[1]["train_loss"] < history[0]["train_loss"]
