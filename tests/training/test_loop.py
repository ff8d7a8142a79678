"""The training loop: it learns, repeats itself to the bit, resumes to the bit, and says what goes wrong."""

import copy
import warnings

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import InputError, StepFailed
from workbench.events import EpochMeasured, Progress
from workbench.tasks import Split
from workbench.training import Settings
from workbench.training.device import pick
from workbench.training.loop import train
from workbench.training.repeatable import shuffled


@pytest.fixture(autouse=True)
def one_thread():
    """Small networks on a busy machine lose more to waiting threads than they gain by them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _line(samples=40, column=False, seed=0):
    """y = 2 a - b + 1, without noise."""
    x = np.random.default_rng(seed).normal(size=(samples, 2)).astype(np.float32)
    y = (2 * x[:, 0] - x[:, 1] + 1).astype(np.float32)
    return Split("train", x, y[:, None] if column else y)


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


@pytest.mark.parametrize("optimizer, rate", [("adamw", 0.1), ("sgd", 0.05)])
@pytest.mark.parametrize("column", [False, True])
def test_linear_regression_is_found(optimizer, rate, column):
    net = nn.Linear(2, 1)
    fitted, history = _train(
        net,
        _line(column=column),
        _line(20, column, 1),
        "regression",
        epochs=60,
        learning_rate=rate,
        weight_decay=0.0,
        batch_size=8,
        optimizer=optimizer,
    )
    assert torch.allclose(fitted.weight, torch.tensor([[2.0, -1.0]]), atol=0.02) and abs(fitted.bias.item() - 1) < 0.02
    assert history[-1]["validation_rmse"] < 0.05 < history[0]["validation_rmse"]
    assert history[-1]["validation_rmse"] == pytest.approx(history[-1]["validation_loss"] ** 0.5, rel=1e-4)


def test_the_figures_are_those_of_the_returned_network():
    held = _classes(700, 1)
    fitted, history = _train(_net(), _classes(), held, epochs=5, learning_rate=0.05)
    assert not fitted.training and len(history) == 5 and [h["epoch"] for h in history] == [1, 2, 3, 4, 5]
    with torch.no_grad():
        answer = fitted(torch.tensor(held.inputs))
        loss = nn.functional.cross_entropy(answer, torch.tensor(held.targets))
    hits = (answer.argmax(1).numpy() == held.targets).mean()
    assert history[-1]["validation_accuracy"] == pytest.approx(hits, abs=1e-6) and hits > 0.8
    assert history[-1]["validation_loss"] == pytest.approx(float(loss), rel=1e-5)
    assert history[-1]["train_loss"] < history[0]["train_loss"]


def test_the_given_module_stays_as_it_is_and_no_random_number_moves():
    net = _net(dropout=0.5).train()
    before = copy.deepcopy(net)
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    fitted, _ = _train(net, _classes(), epochs=2)
    assert torch.equal(torch.rand(3), expected) and not torch.are_deterministic_algorithms_enabled()
    assert _equal(net, before) and net.training and net[0].weight.grad is None
    assert not _equal(net, fitted) and fitted[0].weight.grad is None


def test_the_seed_decides_the_bits():
    one, two, other = (_train(_net(dropout=0.5), _classes(), epochs=3, seed=s)[0] for s in (3, 3, 4))
    assert _equal(one, two) and not _equal(one, other)


def test_an_sgd_step_is_the_gradient_times_the_rate():
    net, data = nn.Linear(2, 1), _line(8)
    fitted, _ = _train(
        net,
        data,
        kind="regression",
        epochs=1,
        batch_size=8,
        optimizer="sgd",
        schedule="constant",
        learning_rate=0.1,
        weight_decay=0.0,
    )
    x, y = torch.tensor(data.inputs), torch.tensor(data.targets)
    nn.functional.mse_loss(net(x)[:, 0], y).backward()
    nesterov = 1.9
    assert torch.allclose(fitted.weight, net.weight - 0.1 * nesterov * net.weight.grad, atol=1e-5)
    assert torch.allclose(fitted.bias, net.bias - 0.1 * nesterov * net.bias.grad, atol=1e-5)


def test_weight_decay_shrinks_weights_and_spares_biases_and_norms():
    net = _net()
    still = {"loss": lambda answer, targets, taught: answer.sum() * 0}
    words = {"epochs": 1, "batch_size": 64, "schedule": "constant", "learning_rate": 0.1}
    fitted, _ = _train(net, _classes(), weight_decay=0.5, **words, **still)
    assert torch.allclose(fitted[0].weight, net[0].weight * (1 - 0.1 * 0.5), atol=1e-6)
    assert torch.equal(fitted[0].bias, net[0].bias) and torch.equal(fitted[1].weight, net[1].weight)
    assert _equal_parameters(_train(net, _classes(), weight_decay=0.0, **words, **still)[0], net)


def _equal_parameters(one, two):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_l1_drives_weights_to_zero_by_their_sign():
    net = _net()
    still = {"loss": lambda answer, targets, taught: answer.sum() * 0}
    words = {
        "epochs": 1,
        "batch_size": 64,
        "schedule": "constant",
        "optimizer": "sgd",
        "learning_rate": 0.01,
        "weight_decay": 0.0,
    }
    fitted, history = _train(net, _classes(), l1=0.1, **words, **still)
    assert torch.allclose(fitted[0].weight, net[0].weight - 0.01 * 1.9 * 0.1 * net[0].weight.sign(), atol=1e-6)
    assert torch.equal(fitted[0].bias, net[0].bias) and history[0]["train_loss"] == 0


def test_early_stopping_goes_back_to_the_best_epoch():
    held = Split("validation", _classes(30, 1).inputs, 1 - _classes(30, 1).targets)
    words = {"epochs": 30, "learning_rate": 0.05, "schedule": "constant"}
    fitted, history = _train(_net(), _classes(), held, patience=3, **words)
    losses = [h["validation_loss"] for h in history]
    best = int(np.argmin(losses))
    assert len(history) == best + 1 + 3 < 30
    with torch.no_grad():
        loss = nn.functional.cross_entropy(fitted(torch.tensor(held.inputs)), torch.tensor(held.targets))
    assert float(loss) == pytest.approx(min(losses), rel=1e-5)
    last, _ = _train(_net(), _classes(), held, **(words | {"epochs": len(history)}))
    assert not _equal(last, fitted), "without patience it is the last epoch"


@pytest.mark.parametrize(
    "samples, size, sizes", [(9, 4, [4, 5]), (8, 4, [4, 4]), (10, 4, [4, 4, 2]), (1, 4, [1]), (3, 64, [3])]
)
def test_a_last_batch_of_one_joins_the_one_before(samples, size, sizes):
    batches = shuffled(samples, size, 5)
    assert [len(b) for b in batches] == sizes and sorted(torch.cat(batches).tolist()) == list(range(samples))
    assert torch.equal(torch.cat(batches), torch.cat(shuffled(samples, size, 5)))
    assert samples < 8 or not torch.equal(torch.cat(batches), torch.cat(shuffled(samples, size, 6)))


def test_batch_normalisation_survives_a_last_batch_of_one():
    _train(_net(), _classes(17), epochs=1, batch_size=16)


def test_zeros_stay_zero_when_asked():
    net = _net()
    with torch.no_grad():
        net[0].weight[::2] = 0
    kept, _ = _train(net, _classes(), epochs=2, keep_zeros=True, learning_rate=0.05)
    assert not kept[0].weight[::2].any() and kept[0].weight[1::2].all() and not torch.equal(kept[4].weight, net[4].weight)
    assert _train(net, _classes(), epochs=2, learning_rate=0.05)[0][0].weight[::2].any()


def test_frozen_weights_are_left_alone():
    net = _net()
    net[0].weight.requires_grad_(False)
    fitted, _ = _train(net, _classes(), epochs=2)
    assert torch.equal(fitted[0].weight, net[0].weight) and not torch.equal(fitted[4].weight, net[4].weight)
    with pytest.raises(InputError) as caught:
        _train(net.requires_grad_(False), _classes(), epochs=1)
    assert caught.value.code == "nothing-to-train"


@pytest.mark.parametrize(
    "kind, data", [("outputs", Split("train", np.zeros((4, 2), np.float32), None)), ("outputs", _classes())]
)
def test_without_labels_a_loss_is_needed(kind, data):
    with pytest.raises(InputError) as caught:
        _train(_net(), data, kind=kind, epochs=1)
    assert caught.value.code == "needs-labels"


def test_a_loss_of_ones_own_needs_no_labels():
    data = Split("train", np.ones((8, 2), np.float32), None)
    settings = {"epochs": 200, "learning_rate": 0.05, "weight_decay": 0.0}
    fitted, history = _train(
        nn.Linear(2, 1), data, data, "outputs", loss=lambda answer, y, taught: (answer - 3).square().mean(), **settings
    )
    assert fitted(torch.ones(1, 2)).item() == pytest.approx(3, abs=0.05)
    assert set(history[0]) == {"epoch", "train_loss", "validation_loss"}


def test_patience_needs_validation():
    with pytest.raises(InputError) as caught:
        _train(_net(), _classes(), epochs=3, patience=1)
    assert caught.value.code == "needs-validation"


@pytest.mark.parametrize(
    "loss",
    [
        None,
        lambda answer, y, taught: answer.sum() * float("nan"),
    ],
)
def test_a_run_that_diverges_says_which_rate(loss):
    words = {"learning_rate": 10.0, "optimizer": "sgd", "schedule": "constant", "epochs": 40, "batch_size": 2}
    with pytest.raises(StepFailed) as caught:
        _train(nn.Linear(2, 1), _line(), kind="regression", loss=loss, step_name="the step", **words)
    assert caught.value.code == "diverged" and "learning_rate below 10" in str(caught.value) and "the step" in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        torch.AcceleratorError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_out_of_memory_on_a_gpu_is_a_sentence_with_the_remedy(error):
    def loss(answer, targets, taught):
        raise error

    with pytest.raises(StepFailed) as caught:
        _train(_net(), _classes(), epochs=1, batch_size=48, loss=loss)
    assert caught.value.code == "gpu-out-of-memory" and "48" in str(caught.value) and "batch_size" in str(caught.value)


class Small(nn.Linear):
    """Bears so many samples at once, as a GPU of little memory does."""

    def forward(self, x):
        if len(x) > 40:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return super().forward(x)


def test_what_is_only_asked_is_asked_in_batches_that_fit():
    """Validation and teacher see more samples at once than the training, whose batch size is what a person can lower."""
    x = torch.randn(300, 2, generator=torch.Generator().manual_seed(0)).numpy()
    data = [Split(name, x, x @ np.array([1, 2], np.float32)) for name in ("train", "validation")]
    small, large = Small(2, 1), nn.Linear(2, 1)
    large.load_state_dict(small.state_dict())
    words = {"seed": 0, "device": "cpu", "loss": lambda answer, y, taught: (answer - taught - 1).square().mean()}
    settings, told = Settings(epochs=2, batch_size=20), []
    for net in (small, large):
        told.append(train(net, *data, "regression", settings, teacher=net, **words)[1])
    assert [e["validation_loss"] for e in told[0]] == pytest.approx([e["validation_loss"] for e in told[1]], abs=1e-5)
    with pytest.raises(StepFailed) as caught:
        train(small, *data, "regression", Settings(epochs=1, batch_size=64), seed=0, device="cpu")
    assert caught.value.code == "gpu-out-of-memory"


def test_events_tell_of_each_epoch_and_of_progress_to_the_end():
    seen, checks = [], []
    _train(_net(), _classes(60), epochs=4, batch_size=10, emit=seen.append, check=lambda: checks.append(1), step_name="s")
    epochs = [e for e in seen if isinstance(e, EpochMeasured)]
    assert [(e.epoch, e.epochs) for e in epochs] == [(1, 4), (2, 4), (3, 4), (4, 4)] and "train_loss" in epochs[0].figures
    assert "epoch" not in epochs[0].figures and len(checks) == 24
    told = [e for e in seen if isinstance(e, Progress)]
    assert (told[-1].step, told[-1].done, told[-1].total) == ("s", 24, 24) and told[-1].rate > 0 and len(told) < 24


def test_two_inputs_and_whole_numbers_are_trained():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.embed, self.fc = nn.Embedding(6, 8), nn.Linear(8, 2)

        def forward(self, ids, mask):
            return self.fc((self.embed(ids) * mask[..., None]).sum(1))

    ids = np.random.default_rng(0).integers(0, 6, (200, 3))
    mask = np.ones((200, 3), np.float32)
    mask[:, 2] = 0
    data = Split("train", {"mask": mask, "ids": ids}, (ids[:, 0] + ids[:, 1] > 4).astype(np.int64))
    _, history = _train(Two(), data, data, epochs=25, learning_rate=0.05, batch_size=16)
    assert history[-1]["validation_accuracy"] > 0.95


def test_resnet8_learns_the_digits():
    task = wb.tasks.load("digits")
    module = wb.models.create("resnet8", task).build()
    with warnings.catch_warnings(action="error"):
        fitted, history = _train(module, task.train, task.validation, epochs=4)
    assert history[-1]["validation_accuracy"] > 0.95
    assert all(p.is_contiguous() for p in fitted.parameters())


def test_random_labels_give_chance():
    task = wb.tasks.load("digits")
    noise = Split("train", task.train.inputs, np.random.default_rng(0).integers(0, 10, len(task.train)))
    _, history = _train(wb.models.create("mlp", task).build(), noise, task.validation, epochs=3)
    assert history[-1]["validation_accuracy"] < 0.25


@pytest.mark.parametrize("width", [4, 6, 7])
def test_networks_of_4_6_and_7_channels_train_in_the_plain_layout(width):
    task = wb.tasks.load("digits")
    layouts = []

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.fc = nn.Conv2d(1, width, 3), nn.Linear(width, 10)

        def forward(self, x):
            y = self.conv(x)
            layouts.append(y.is_contiguous())
            return self.fc(y.mean((2, 3)))

    _train(Net(), task.train.head(128), epochs=1)
    assert layouts and all(layouts)


def test_devices():
    assert pick("cpu") == "cpu" and pick("auto") == ("cuda:0" if torch.cuda.is_available() else "cpu")
    gone = "no-device" if torch.cuda.is_available() else "no-cuda"
    for device, code in (("tpu", "no-device"), ("cuda:99", gone)):
        with pytest.raises(InputError) as caught:
            pick(device)
        assert caught.value.code == code and device in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"learning_rate": 0},
        {"batch_size": 1},
        {"optimizer": "adam"},
        {"patience": 0},
        {"momentum": 0.9},
        {"l1": -1},
    ],
)
def test_settings_are_checked(wrong):
    with pytest.raises(InputError) as caught:
        Settings(**wrong)
    assert caught.value.code in ("knob-value", "knob-unknown") and next(iter(wrong)) in str(caught.value)
