"""`fit` through the jobs: reused, resumed, refused; and cross-validation on top of it."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import Cancelled, InputError, StepFailed
from workbench.events import EpochMeasured, StepFinished, StepStarted, Submitted
from workbench.jobs import Desk
from workbench.models.model import WEIGHTS
from workbench.objects import Objects
from workbench.training import cross_validate, history
from workbench.training import work as working
from workbench.training.fitting import fit_key
from workbench.training.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WORKBENCH_EXECUTOR", "inline")
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # small networks on a busy machine lose more to waiting threads than they gain by them
    yield tmp_path / "home"
    torch.set_num_threads(before)


DIGITS = wb.tasks.load("digits")


def _small(samples=60, seed=0, kind="classification"):
    x = np.random.default_rng(seed).normal(size=(samples, 2)).astype(np.float32)
    y = (x[:, 0] > x[:, 1]).astype(np.int64) if kind == "classification" else x[:, 0] * 2
    return wb.tasks.from_arrays("small", train=(x, y), validation=(x[:20], y[:20]), test=(x[20:30], y[20:30]), kind=kind)


class Net(nn.Module):
    def __init__(self, outputs=2):
        super().__init__()
        torch.manual_seed(0)
        self.fc = nn.Linear(2, outputs)

    def forward(self, x):
        return self.fc(x)


def test_a_described_model_is_fitted_once():
    model, events = wb.models.create("mlp", DIGITS), []
    fitted = wb.fit(model, DIGITS, epochs=3, seed=1, on_event=events.append)
    assert model.weights is None and fitted.source == model.source and len(history(fitted)) == 3
    kinds = [type(e) for e in events]
    assert kinds[:2] == [Submitted, StepStarted] and StepFinished in kinds and kinds.count(EpochMeasured) == 3
    again = []
    assert wb.fit(model, DIGITS, epochs=3, seed=1, on_event=again.append) == fitted and again == []
    others = [wb.fit(model, DIGITS, epochs=3, seed=2), wb.fit(model, DIGITS, epochs=2, seed=1)]
    others += [wb.fit(model, DIGITS, epochs=3, seed=1, learning_rate=1e-3), wb.fit(fitted, DIGITS, epochs=3, seed=1)]
    assert len({m.weights for m in [fitted, *others]}) == 5


def test_the_weights_are_those_of_the_last_epoch():
    task = _small()
    fitted = wb.fit(Net(), task, epochs=20, learning_rate=0.1)
    with torch.no_grad():
        answer = fitted.build()(torch.tensor(task.validation.inputs)).argmax(1).numpy()
    accuracy = (answer == task.validation.targets).mean()
    assert accuracy == pytest.approx(history(fitted)[-1]["validation_accuracy"]) and accuracy > 0.8


def test_the_given_module_and_its_ties_stay():
    net = Net()
    before = net.fc.weight.detach().clone()
    fitted = wb.fit(net, _small(), epochs=2)
    assert torch.equal(net.fc.weight, before) and fitted.payload is not None and fitted.source == "live:Net"
    assert not torch.equal(fitted.build().fc.weight, before)


def test_cuts_are_kept():
    from workbench.models.cuts import cuts_from_source

    task = _small()
    model = wb.models.create("mlp", task, hidden=8)
    narrow = wb.models.create("mlp", task, hidden=5).build()
    cut = model.with_weights(wb.models.store_weights(narrow), cuts_from_source(model, narrow))
    fitted = wb.fit(cut, task, epochs=1)
    assert fitted.cuts == cut.cuts and fitted.build()[1].out_features == 5


def test_the_key_is_of_everything_that_decides_and_never_of_the_test_split():
    task, model = _small(), wb.models.create("mlp", _small())
    other = wb.tasks.from_arrays(
        "small",
        train=(task.train.inputs, task.train.targets),
        validation=(task.validation.inputs, task.validation.targets),
        test=(task.test.inputs + 1, task.test.targets),
    )
    settings = Settings(epochs=3)
    key = fit_key(model, task, settings, 0)
    assert fit_key(model, other, settings, 0) == key
    changed = [
        fit_key(wb.models.create("mlp", task, seed=1), task, settings, 0),
        fit_key(model, _small(seed=1), settings, 0),
        fit_key(model, task, Settings(epochs=4), 0),
        fit_key(model, task, settings, 1),
    ]
    assert len({key, *changed}) == 5


def test_a_killed_fit_goes_on_from_its_checkpoint(home, tmp_path):
    model, task = wb.models.create("mlp", DIGITS), DIGITS
    settings = Settings(epochs=4)
    key = fit_key(model, task, settings, 0)
    payload = {
        "model": model.to_json(),
        "task": task.spec(),
        "settings": settings.to_json(),
        "seed": 0,
        "device": "cpu",
        "key": key,
    }

    class Interrupted(Desk):
        left = 50

        def check(self):
            self.left -= 1
            if not self.left:
                raise Cancelled("cancelled")

    (tmp_path / "one").mkdir()
    with pytest.raises(Cancelled):
        working.fit(payload, Interrupted(tmp_path / "one", {}))
    assert Objects().get(key) is None and (home / "checkpoints" / key / "checkpoint.safetensors").exists()
    events = []
    resumed = wb.fit(model, task, epochs=4, on_event=events.append)
    assert [e.epoch for e in events if isinstance(e, EpochMeasured)] == [3, 4] and len(history(resumed)) == 4
    assert not (home / "checkpoints" / key).exists()
    resumed_bytes = (Objects().get(key) / WEIGHTS).read_bytes()
    import shutil

    shutil.rmtree(home / "objects")
    wb.fit(model, task, epochs=4)
    assert (Objects().get(key) / WEIGHTS).read_bytes() == resumed_bytes


def test_a_damaged_fit_is_found_and_done_anew(home):
    model = wb.models.create("mlp", DIGITS)
    fitted = wb.fit(model, DIGITS, epochs=1)
    file = Objects().get(fitted.weights) / WEIGHTS
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert wb.fit(model, DIGITS, epochs=1) == fitted
    assert (Objects().get(fitted.weights) / WEIGHTS).read_bytes() == whole


@pytest.mark.parametrize(
    "module, code",
    [
        (Net(3), "output-misfit"),
        (nn.Linear(5, 2), "input-misfit"),
        (nn.Identity(), "nothing-to-train"),
    ],
)
def test_what_does_not_fit_is_refused(module, code):
    with pytest.raises(InputError) as caught:
        wb.fit(module, _small(), epochs=1)
    assert caught.value.code == code


def test_weights_that_are_no_numbers_are_refused():
    net = Net()
    nn.init.constant_(net.fc.weight, float("nan"))
    with pytest.raises(InputError) as caught:
        wb.fit(net, _small(), epochs=1)
    assert caught.value.code == "nan-weights" and "fc" in str(caught.value)


def test_wrong_settings_and_missing_labels_are_said_before_any_work(home):
    with pytest.raises(InputError) as caught:
        wb.fit(Net(), _small(), learning_rat=1)
    assert caught.value.code == "knob-unknown" and "learning_rate" in str(caught.value)
    part = (np.zeros((4, 2)), None)
    task = wb.tasks.from_arrays("o", train=part, validation=part, test=part, kind="outputs")
    with pytest.raises(InputError) as caught:
        wb.fit(Net(), task)
    assert caught.value.code == "needs-labels" and not (home / "jobs").exists()


def test_a_fit_that_diverges_keeps_nothing(home):
    with pytest.raises(StepFailed) as caught:
        wb.fit(
            Net(1), _small(kind="regression"), epochs=80, learning_rate=10.0, optimizer="sgd", schedule="constant", batch_size=2
        )
    assert caught.value.code == "diverged"
    assert not list((home / "objects").rglob("history.json"))


def test_a_model_that_nothing_fitted_has_no_history():
    assert history(wb.models.create("mlp", DIGITS)) == [] == history(wb.models.describe(Net()))


@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_cross_validation_holds_out_each_sample_once(kind):
    task = _small(61, kind=kind)
    model = wb.models.create("mlp", task, hidden=16, depth=1)
    found = cross_validate(model, task, folds=3, epochs=12, learning_rate=0.03, batch_size=8)
    assert found.figure == ("validation_accuracy" if kind == "classification" else "validation_rmse")
    assert len(found.values) == len(found.models) == 3
    assert found.mean == pytest.approx(np.mean(found.values)) and found.deviation == pytest.approx(np.std(found.values, ddof=1))
    assert found.mean > 0.75 if kind == "classification" else found.mean < 1.0
    assert cross_validate(model, task, folds=3, epochs=12, learning_rate=0.03, batch_size=8) == found


def test_the_parts_of_a_cross_validation_are_disjoint_and_whole():
    from workbench.training.crossvalidation import _parts, _without

    task = _small(61)
    parts = _parts(task, 4, 0)
    assert [len(p) for p in parts] == [16, 15, 15, 15] and sorted(np.concatenate(parts)) == list(range(61))
    for k, part in enumerate(parts):
        fold = _without(task, k, parts)
        assert len(fold.train) == 61 - len(part) and len(fold.validation) == len(part)
        held = {row.tobytes() for row in fold.validation.inputs}
        assert held == {task.train.inputs[i].tobytes() for i in part} and not held & {r.tobytes() for r in fold.train.inputs}
        assert fold.signature == task.signature and np.array_equal(np.sort(part), part[np.argsort(part)])


@pytest.mark.parametrize("folds", [1, 0, 62, 2.5])
def test_folds_are_a_whole_number_from_two(folds):
    with pytest.raises(InputError) as caught:
        cross_validate(Net(), _small(61), folds=folds)
    assert caught.value.code == "folds-value"


def test_a_class_from_standard_input_is_fitted_in_a_worker_process_without_torch_in_mind(home, monkeypatch):
    code = """
import torch, workbench as wb
from torch import nn
class FromNowhere(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 10)
    def forward(self, x):
        return self.fc(x.flatten(1))
torch.manual_seed(0)
task = wb.tasks.load("digits")
model = wb.fit(FromNowhere(), task, epochs=4, learning_rate=0.02)
print("ACC", wb.training.history(model)[-1]["validation_accuracy"], model.digest)
"""
    monkeypatch.delenv("WORKBENCH_EXECUTOR")
    outs = []
    try:
        for _ in range(2):
            done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            outs.append(done.stdout)
    finally:
        from workbench.jobs import retire

        retire()
    assert outs[0] == outs[1] and float(outs[0].split()[1]) > 0.85
    jobs = list((home / "jobs").iterdir())
    assert len([j for j in jobs if j.is_dir()]) == 1, "the second run reads the first one's fit back"
    assert json.loads(json.dumps(outs[0].split()[2]))
