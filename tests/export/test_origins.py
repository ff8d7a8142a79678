"""Weights that the exporter transposes, reorders or cuts keep their layer's name; the report and `leave_alone` know it."""

import numpy as np
import pytest
import torch
from torch import nn

from workbench.errors import InputError
from workbench.export import export
from workbench.graphs.costs import costs
from workbench.tasks.arrays import from_arrays
from workbench.techniques import StaticQuantization, StepContext
from workbench.techniques.conformance import run


class Sequence(nn.Module):
    """Linear layers on N x T x C, a recurrent layer of both directions, attention, and odd names."""

    def __init__(self):
        super().__init__()
        self.emb = nn.Linear(8, 16)
        self.lstm = nn.LSTM(16, 8, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(16, 16, batch_first=True)
        self.attn = nn.MultiheadAttention(16, 2, batch_first=True)
        self.fc_bias = nn.Linear(16, 16)
        self.my_scale = nn.Parameter(torch.randn(16, 16))
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        y, _ = self.lstm(self.emb(x))
        y, _ = self.gru(y)
        y, _ = self.attn(y, y, y, need_weights=False)
        return self.head((self.fc_bias(y) @ self.my_scale).mean(1))


class Slashed(nn.Module):
    """Names as nobody would choose them."""

    def __init__(self):
        super().__init__()
        for name, layer in {"/0": nn.Conv2d(1, 4, 3), "/s": nn.Conv2d(4, 4, 3), "a/b": nn.Linear(4, 3)}.items():
            self.add_module(name, layer)

    def forward(self, x):
        for layer in list(self.children())[:2]:
            x = layer(x).relu()
        return list(self.children())[2](x.mean((2, 3)))


def _exported(module, shape, path, names=("input",)):
    torch.manual_seed(0)
    draw = np.random.default_rng(0)

    def arrays():
        held = {name: draw.normal(size=(80, *shape)).astype(np.float32) for name in names}
        return (held if len(names) > 1 else held["input"]), None

    task = from_arrays("t", train=arrays(), validation=arrays(), test=arrays(), kind="outputs")
    file, _, _ = export(module.eval(), task, path)
    return file, StepContext(task.train, task.validation, task.kind, task.signature)


def test_layers_of_a_sequence_network_keep_their_names(tmp_path):
    module = Sequence()
    file, context = _exported(module, (5, 8), tmp_path / "m.onnx")
    found = costs(file.load())
    layers = {layer.layer.partition(":")[0] for layer in found.layers}
    assert {"emb", "lstm", "gru", "fc_bias", "my_scale", "head"} <= layers
    assert any(name.startswith("attn.") for name in layers)
    assert found.parameters == pytest.approx(sum(p.numel() for p in module.parameters()), rel=0.02), "equal biases are one"
    _, report = run(StaticQuantization(leave_alone=("emb", "fc_bias", "attn")), file, context)
    told = {line.layer: line.code for line in report.lines}
    assert told["emb"] == told["fc_bias"] == "left-in-float" and told["my_scale"] != "left-in-float"
    assert {code for name, code in told.items() if name.startswith("attn.")} == {"left-in-float"}


def test_odd_names_of_modules_are_names(tmp_path):
    module = Slashed()
    file, context = _exported(module, (1, 8, 8), tmp_path / "m.onnx")
    assert [layer.layer for layer in costs(file.load()).layers] == ["/0", "/s", "a/b"]
    assert costs(file.load()).parameters == sum(p.numel() for p in module.parameters())
    new, report = run(StaticQuantization(leave_alone=("/s",)), file, context)
    assert [line.code for line in report.lines] == ["quantized", "left-in-float", "quantized"]
    assert costs(new.load()).parameters == sum(p.numel() for p in module.parameters())
    with pytest.raises(InputError) as error:
        run(StaticQuantization(leave_alone=("/1",)), file, context)
    assert error.value.code == "no-layer"


class Twice(nn.Module):
    """One convolution and one linear layer, each used twice, and two inputs."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(1, 8, 3, padding=1)
        self.c = nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8, 8)

    def forward(self, one, two):
        x = self.c(self.c(self.a(one).relu()).relu()).relu() + self.a(two)
        return self.fc(self.fc(x.mean((2, 3))).relu())


@pytest.mark.parametrize("names", [("/0", "/1"), ("0", "1"), ("workbench-op0#", "x_scale")])
@pytest.mark.parametrize("granularity", ["tensor", "channel"])
def test_shared_weights_and_inputs_with_our_own_names(names, granularity, tmp_path):
    module = Twice()
    with torch.no_grad():
        for p in module.parameters():
            p.mul_(3)  # so that pairs of weights can saturate, and are mended
    file, context = _exported(module, (1, 8, 8), tmp_path / "m.onnx", names)
    feeds = dict(context.train.head(64).arrays)
    (truth,) = file.run(feeds).values()
    for portable in (False, True):
        new, _ = run(StaticQuantization(granularity=granularity, portable=portable), file, context)
        (answer,) = new.run(feeds).values()
        assert np.abs(answer - truth).max() < 0.1 * np.abs(truth).max(), portable
