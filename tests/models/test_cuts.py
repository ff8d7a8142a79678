"""Pruned networks are made again from their description, without the library that pruned them."""

import pytest
import torch
import torch_pruning as tp
from torch import nn

import workbench as wb
from workbench.models.cuts import cuts_between, cuts_from_source
from workbench.models.model import Cut


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))


def _pruned(module, x, ratio=0.5, keep=(), **words):
    importance = tp.importance.MagnitudeImportance(p=1)
    kept = [module.get_submodule(name) for name in keep]
    tp.pruner.BasePruner(module, x, importance, pruning_ratio=ratio, ignored_layers=kept, **words).step()
    return module.eval()


def _same(model, module, x):
    """The description of a changed module, as JSON and back, gives the same network."""
    after = model.with_weights(wb.models.store_weights(module), cuts_from_source(model, module))
    again = wb.Model.from_json(after.to_json(), payload=model.payload).build()
    assert torch.equal(again(x), module(x))
    shapes = {k: v.shape for k, v in module.state_dict().items()}
    assert {k: v.shape for k, v in again.state_dict().items()} == shapes
    return after, again


@pytest.mark.parametrize("name", ["cnn", "resnet8", "mobilenet", "mlp"])
def test_networks_of_the_zoo_are_cut_again(name):
    task = wb.tasks.load("digits")
    model = wb.models.create(name, task)
    x = torch.tensor(task.validation.inputs[:4])
    last = {"cnn": "fc2", "mlp": "5"}.get(name, "fc")
    module = _pruned(model.build(), x, keep=(last,))
    after, again = _same(model, module, x)
    whole = sum(p.numel() for p in model.build().parameters())
    assert sum(p.numel() for p in again.parameters()) < 0.5 * whole and after.cuts
    assert cuts_from_source(model, again) == after.cuts
    twice = _pruned(again, x, 0.3, keep=(last,))
    _same(after, twice, x)


def test_a_transformer_is_cut_again():
    task = wb.tasks.load("digits")
    model = wb.models.create("vit", task)
    module, x = model.build(), torch.tensor(task.validation.inputs[:4])
    heads = {block.attention.qkv: block.attention.heads for block in module.blocks}
    _pruned(module, x, keep=("fc",), num_heads=heads, prune_num_heads=False)
    after, _ = _same(model, module, x)
    assert ["", "position", [1, 16, module.position.shape[2]]] in [cut.to_json() for cut in after.cuts]
    assert module.position.shape[2] < 64


class Shared(nn.Module):
    """One convolution used twice, one weight under two names, a plain buffer, a whole number of its own."""

    def __init__(self, width=8):
        super().__init__()
        self.width = width
        self.a = nn.Conv2d(1, width, 3, padding=1)
        self.b = nn.Conv2d(width, width, 1, bias=False)
        self.c = nn.Conv2d(width, width, 1, bias=False)
        self.c.weight = self.b.weight
        self.again = self.b
        self.register_buffer("mask", torch.ones(width))
        self.fc = nn.Linear(width, 10)

    def forward(self, x):
        x = self.again(self.b(self.a(x))) + self.c(self.a(x))
        return self.fc(x.mean((2, 3)) * self.mask[: self.width])


def test_tied_weights_are_tied_after_the_cut():
    model = wb.models.describe(Shared(8))
    module = Shared(5)
    after, again = _same(model, module.eval(), torch.randn(2, 1, 8, 8))
    assert again.c.weight is again.b.weight and again.again is again.b and again.width == 5
    assert set(after.cuts) >= {Cut("", "width", 5), Cut("a", "out_channels", 5), Cut("fc", "in_features", 5)}
    assert sum(p.numel() for p in again.parameters()) == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("layer", [nn.LSTM, nn.GRU])
def test_recurrent_layers_are_cut_again(layer):
    class Net(nn.Module):
        def __init__(self, hidden):
            super().__init__()
            self.rnn, self.fc = layer(3, hidden, batch_first=True), nn.Linear(hidden, 2)

        def forward(self, x):
            return self.fc(self.rnn(x)[0][:, -1])

    model = wb.models.describe(Net(6))
    after, again = _same(model, Net(4).eval(), torch.randn(2, 5, 3))
    assert Cut("rnn", "hidden_size", 4) in after.cuts and again.rnn.hidden_size == 4


def test_many_kinds_of_layers_are_described_by_their_numbers():
    def net(w):
        return nn.Sequential(
            nn.ConvTranspose2d(2, w, 2),
            nn.GroupNorm(w // 2, w),
            nn.PReLU(w),
            nn.Conv2d(w, w, 3, groups=w),
            nn.LayerNorm((w, 5, 5)),
            nn.Flatten(),
            nn.Bilinear(25 * w, 1, 3) if w < 0 else nn.Linear(25 * w, 3),
        )

    model = wb.models.describe(net(8))
    after, _ = _same(model, net(4).eval(), torch.randn(2, 2, 6, 6))
    cuts = {(c.module, c.attribute): c.value for c in after.cuts}
    assert cuts[("1", "num_groups")] == 2 and cuts[("3", "groups")] == 4 and cuts[("4", "normalized_shape")] == (4, 5, 5)
    assert cuts[("2", "num_parameters")] == 4 and cuts[("6", "in_features")] == 100


def test_equal_modules_need_no_cut_and_modes_are_none():
    one, two = Shared(4), Shared(4)
    two.eval()
    assert cuts_between(one, two) == ()


def test_frozen_weights_stay_frozen():
    net = nn.Sequential(nn.Linear(4, 6), nn.Linear(6, 2))
    net[0].weight.requires_grad_(False)
    model = wb.models.describe(net)
    _, again = _same(model, nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)).eval(), torch.randn(2, 4))
    assert not again[0].weight.requires_grad and again[1].weight.requires_grad


def test_without_cuts_other_shapes_are_refused():
    from workbench.errors import InputError

    model = wb.models.describe(Shared(8)).with_weights(wb.models.store_weights(Shared(5)))
    with pytest.raises(InputError) as caught:
        model.build()
    assert caught.value.code == "weights-misfit"
