"""Modules that live in this process: described the same in every one, handed over by value, never mistaken."""

import functools
import os
import subprocess
import sys
import threading

import cloudpickle
import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import InputError
from workbench.models.fingerprint import fingerprint


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


SCRIPT = """
import functools, os, sys
import torch
from torch import nn
import torch.nn.functional as F
from mymodule import scale

FACTOR = 2.0
WORDS = {"alpha", "beta", "gamma", "delta"}

def double(x):
    return x * FACTOR if "alpha" in {"alpha", "beta", "gamma"} else x

class Part(nn.Module):
    def forward(self, x):
        return scale(F.relu(double(x)))

class Net(nn.Module):
    width = 3
    def __init__(self):
        super().__init__()
        self.part, self.fc = Part(), nn.Linear(4, self.width)
        self.act, self.options = functools.partial(F.leaky_relu, negative_slope=0.2), {"a": [1, (2, 3)], "b": None}
        self.register_buffer("ramp", torch.arange(4.0), persistent=False)

    @property
    def doubled(self):
        return 2 * self.width

    @torch.no_grad()
    def forward(self, x):
        return self.act(self.fc(self.part(x + self.ramp)))

torch.manual_seed(0)
net = Net()
import workbench as wb
m = wb.models.describe(net)
print("IS", m.digest, m.source, m.name)
"""


def _described(code, tmp_path, way="stdin", helper="def scale(x):\n    return x * 3"):
    (tmp_path / "mymodule.py").write_text(helper)
    (tmp_path / "script.py").write_text(code)
    words = {"stdin": ["-"], "file": ["script.py"], "argument": ["-c", code]}[way]
    done = subprocess.run(
        [sys.executable, *words],
        input=code if way == "stdin" else None,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("IS ")[1].split()


def test_a_class_without_source_is_described_the_same_in_every_process(tmp_path):
    ways = [_described(SCRIPT, tmp_path, way) for way in ("stdin", "file", "argument")]
    assert ways[0] == ways[1] == ways[2] and ways[0][1:] == ["live:Net", "Net"]


@pytest.mark.parametrize(
    "old, new",
    [
        ("FACTOR = 2.0", "FACTOR = 2.5"),
        ("x * FACTOR if", "x + FACTOR if"),
        ("width = 3", "width = 3\n    extra = 1"),
        ("negative_slope=0.2", "negative_slope=0.3"),
        ("(2, 3)", "(2, 4)"),
        ("torch.arange(4.0)", "torch.ones(4)"),
        ("return 2 * self.width", "return 3 * self.width"),
        ("F.relu(double", "F.gelu(double"),
        ("x + self.ramp", "x - self.ramp"),
        ("class Part(nn.Module)", "class Part(nn.Sequential)"),
        ("functools.partial(F.leaky_relu", "functools.partial(F.threshold"),
    ],
)
def test_a_change_of_code_or_structure_changes_the_digest(old, new):
    one, two = (_namespace(SCRIPT.replace(old, n)) for n in (old, new))
    assert one != two and one == _namespace(SCRIPT)


def _namespace(code, helper="x * 3"):
    body = code.split("torch.manual_seed(0)")[0].replace("from mymodule import scale", f"def scale(x):\n    return {helper}")
    space = {"__name__": "__main__"}
    exec(compile(body, "<cell>", "exec"), space)
    return fingerprint(space["Net"]())


def test_a_change_in_an_imported_module_of_ones_own_changes_the_digest(tmp_path):
    assert _described(SCRIPT, tmp_path)[0] != _described(SCRIPT, tmp_path, helper="def scale(x):\n    return x * 4")[0]
    assert _namespace(SCRIPT) != _namespace(SCRIPT, helper="x * 5")


def test_where_the_code_stands_and_its_hooks_make_no_difference():
    assert _namespace("\n\n\n" + SCRIPT) == _namespace(SCRIPT)
    net = _net()
    before = fingerprint(net)
    net.train()
    net.register_forward_hook(lambda *given: None)
    with torch.no_grad():
        net.fc.weight.add_(1)
    assert fingerprint(net) == before


class _Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        self.table = torch.arange(3.0)

    def forward(self, x):
        return self.fc(x + self.table)


def _net():
    torch.manual_seed(0)
    return _Net()


def test_weights_are_no_part_of_the_code_but_other_tensors_are():
    one, two = _net(), _net()
    nn.init.zeros_(two.fc.weight)
    assert wb.models.describe(one).code == wb.models.describe(two).code
    assert wb.models.describe(one).digest != wb.models.describe(two).digest
    two.table[0] = 9
    assert fingerprint(one) != fingerprint(two)


@pytest.mark.parametrize(
    "change",
    [
        lambda net: setattr(net, "size", 3),
        lambda net: setattr(net, "fc", nn.Linear(3, 2, bias=False)),
        lambda net: setattr(net, "table", np.arange(3.0)),
        lambda net: net.fc.weight.requires_grad_(False),
        lambda net: net.add_module("more", nn.ReLU()),
        lambda net: setattr(net, "kind", torch.float16),
        lambda net: setattr(net, "act", functools.partial(torch.add, alpha=2)),
        lambda net: setattr(net, "loop", net.forward),
    ],
)
def test_attributes_are_part_of_the_structure(change):
    net = _net()
    change(net)
    assert fingerprint(net) != fingerprint(_net())


def test_a_module_that_stands_twice_is_another_structure_than_two_modules():
    one, two = nn.Linear(2, 2), nn.Linear(2, 2)
    assert fingerprint(nn.Sequential(one, one)) != fingerprint(nn.Sequential(one, two))


def test_things_that_hold_themselves_do_not_hang():
    net = _net()
    net.around = [net.table]
    net.around.append(net.around)
    assert fingerprint(net) == fingerprint(net)


@pytest.mark.parametrize("make", [nn.LSTM, nn.GRU])
def test_recurrent_networks_do_not_count_their_weights_as_structure(make):
    torch.manual_seed(0)
    one = fingerprint(make(3, 4))
    assert fingerprint(make(3, 4)) == one != fingerprint(make(3, 5))


def test_it_is_built_again_with_its_weights():
    net = _net()
    model = wb.models.describe(net)
    x = torch.randn(4, 3)
    built = model.build()
    assert torch.equal(built(x), net(x)) and not built.training and built is not net
    assert model.cuts == () and model.arguments == {}


def test_a_model_is_described_by_itself():
    model = wb.models.describe(_net())
    assert wb.models.describe(model) is model


@pytest.mark.parametrize("value", [5, "resnet8", nn.Linear, None])
def test_what_is_no_model_is_refused(value):
    with pytest.raises(InputError) as caught:
        wb.models.describe(value)
    assert caught.value.code == "not-a-model"


def test_weights_without_a_network_are_told_from_a_model():
    with pytest.raises(InputError) as caught:
        wb.models.describe(_net().state_dict())
    assert caught.value.code == "weights-alone" and "type OrderedDict" in str(caught.value)


def test_the_payload_has_shapes_and_no_weights():
    net = nn.Sequential(nn.Linear(300, 300), nn.BatchNorm1d(300))
    model = wb.models.describe(net)
    assert len(model.payload) < 20_000
    blank = cloudpickle.loads(model.payload)
    assert not blank[0].weight.any() and blank[0].weight.shape == (300, 300)


def test_another_process_builds_it_without_any_file(tmp_path, home):
    class Here(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = _net()

        def forward(self, x):
            return self.body(x) * 2

    net = Here()
    model = wb.models.describe(net)
    (tmp_path / "payload").write_bytes(model.payload)
    code = (
        "import json, sys, torch, workbench as wb; "
        "m = wb.Model.from_json(json.loads(sys.argv[1]), payload=open('payload', 'rb').read()); "
        "print(m.build()(torch.ones(1, 3)).tolist()); print(m.digest)"
    )
    import json

    words = [sys.executable, "-c", code, json.dumps(model.to_json())]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == [str(net(torch.ones(1, 3)).tolist()), model.digest]


def test_without_its_class_it_asks_for_it():
    model = wb.models.describe(_net())
    again = wb.Model.from_json(model.to_json())
    assert again == model and again.digest == model.digest
    with pytest.raises(InputError) as caught:
        again.build()
    assert caught.value.code == "class-gone" and "_Net" in str(caught.value)


def test_what_cannot_cross_to_a_worker_is_said():
    net = _net()
    net.lock = threading.Lock()
    with pytest.raises(InputError) as caught:
        wb.models.describe(net)
    assert caught.value.code == "class-not-portable" and "_Net" in str(caught.value)


def test_tied_weights_stay_tied():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.out = nn.Embedding(5, 3), nn.Linear(3, 5, bias=False)
            self.out.weight = self.embed.weight
            self.twice = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
            self.twice.append(self.twice[0])

        def forward(self, ids):
            return self.out(self.twice(self.embed(ids)))

    net = Tied()
    built = wb.models.describe(net).build()
    assert built.out.weight is built.embed.weight and built.twice[2] is built.twice[0]
    ids = torch.arange(5)
    assert torch.equal(built(ids), net(ids))


def test_a_half_precision_module_keeps_its_type():
    built = wb.models.describe(nn.Linear(2, 2).bfloat16()).build()
    assert built.weight.dtype == torch.bfloat16
