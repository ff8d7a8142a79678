"""Structured pruning: the cut network answers like the whole one with the removed channels set to zero."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import workbench as wb
from workbench.errors import StepFailed
from workbench.tasks.task import Signature, Split
from workbench.techniques import StepContext, StructuredPruning


def context(seed=0, **arrays):
    split = Split("train", {name: np.asarray(a) for name, a in arrays.items()}, None)
    return StepContext(split, split, "outputs", Signature((), ()), seed=seed)


def images(n=4, size=8):
    return np.random.default_rng(1).standard_normal((n, 1, size, size)).astype(np.float32)


def prune(module, around, **fields):
    technique = StructuredPruning(**fields)
    plan = technique.plan(module, around)
    smaller, report = technique.apply(module, plan, around)
    return smaller.eval(), report, plan.data["removed"]


def zeroed(module, removed):
    """The whole network, where each layer that lost channels gives zeros on them."""
    whole = copy.deepcopy(module).eval()
    for name, sides in removed.items():
        if sides.get("out"):
            layer, gone = whole.get_submodule(name), sides["out"]
            dim = -1 if isinstance(layer, nn.Linear | nn.Embedding) else 1
            keep = torch.ones(
                layer(torch.zeros(0, dtype=torch.long)).shape[-1] if isinstance(layer, nn.Embedding) else _width(layer)
            )
            keep[gone] = 0
            shape = lambda t, d=dim, k=keep: k.view([-1 if a == d % t.dim() else 1 for a in range(t.dim())])  # noqa: E731
            layer.register_forward_hook(lambda _, __, out, s=shape: out * s(out))
    return whole


def _width(layer):
    names = ("out_channels", "out_features", "num_features", "num_channels", "num_parameters")
    return next(getattr(layer, n) for n in names if hasattr(layer, n))


def settled(module):
    """With running statistics and scales that a wrong channel would be noticed by."""
    torch.manual_seed(7)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
            part.weight.data.uniform_(0.5, 2)
            part.bias.data.normal_()
    return module.eval()


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.a, self.bn_a, self.b = nn.Conv2d(8, 12, 3, padding=1), nn.BatchNorm2d(12), nn.Conv2d(12, 8, 3, padding=1)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        x = F.relu(self.bn(self.stem(x)))
        return self.fc((x + self.b(F.relu(self.bn_a(self.a(x))))).mean((2, 3)))


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.point, self.depth = nn.Conv2d(1, 16, 1), nn.Conv2d(16, 16, 3, padding=1, groups=16)
        self.bn, self.act, self.out = nn.BatchNorm2d(16), nn.PReLU(16), nn.Conv2d(16, 10, 1)
        self.fc = nn.Linear(10, 3)

    def forward(self, x):
        return self.fc(self.out(self.act(self.bn(self.depth(self.point(x))))).amax((2, 3)))


class Joined(nn.Module):
    """A concatenation, then a convolution."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(1, 6, 3, padding=1), nn.Conv2d(6, 10, 1), nn.Conv2d(6, 4, 1)
        self.d, self.fc = nn.Conv2d(20, 8, 1), nn.Linear(8 * 4, 3)

    def forward(self, x):
        a = F.relu(self.a(x))
        return self.fc(F.adaptive_max_pool2d(self.d(torch.cat([self.b(a), a, self.c(a)], 1)), 2).flatten(1))


class Direct(nn.Module):
    """A concatenation flattened straight into a linear layer: torch-pruning counts its columns wrongly."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(1, 6, 3, padding=1), nn.Conv2d(6, 12, 1), nn.Conv2d(6, 4, 1)
        self.head = nn.Linear(16 * 4, 3)

    def forward(self, x):
        a = F.relu(self.a(x))
        return self.head(F.adaptive_max_pool2d(torch.cat([F.relu(self.b(a)), F.relu(self.c(a))], 1), 2).flatten(1))


class Twice(nn.Module):
    """One convolution used twice in a row, and a linear layer used on two branches."""

    def __init__(self):
        super().__init__()
        self.stem, self.again, self.fc = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1), nn.Linear(16, 3)

    def forward(self, x):
        x = F.relu(self.again(F.relu(self.again(F.relu(self.stem(x))))))
        return self.fc(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.embed, self.mix, self.fc = nn.Conv2d(1, 8, 3), nn.Embedding(5, 8), nn.Linear(8, 12), nn.Linear(12, 3)

    def forward(self, image, ids):
        return self.fc(F.relu(self.mix(F.relu(self.conv(image)).mean((2, 3)) + self.embed(ids).sum(1))))


class Normalised(nn.Module):
    """GroupNorm of four groups, then a convolution of two groups."""

    def __init__(self):
        super().__init__()
        self.a, self.norm, self.b = nn.Conv2d(1, 16, 3, padding=1), nn.GroupNorm(4, 16), nn.Conv2d(16, 12, 1)
        self.g, self.fc = nn.Conv2d(12, 8, 3, groups=2), nn.Linear(8, 3)

    def forward(self, x):
        return self.fc(self.g(F.relu(self.b(F.relu(self.norm(self.a(x)))))).mean((2, 3)))


class Gated(nn.Module):
    """Squeeze and excitation, and a transposed convolution."""

    def __init__(self):
        super().__init__()
        self.a, self.up = nn.Conv2d(1, 8, 3), nn.ConvTranspose2d(8, 6, 2, stride=2)
        self.down, self.gate, self.fc = nn.Linear(6, 4), nn.Linear(4, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = F.relu(self.up(F.relu(self.a(x))))
        return self.fc((x * torch.sigmoid(self.gate(F.relu(self.down(x.mean((2, 3))))))[:, :, None, None]).mean((2, 3)))


class Halved(nn.Module):
    """A split of channels whose halves meet again."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.fc = nn.Conv2d(1, 8, 3), nn.Conv2d(4, 6, 3), nn.Linear(6, 3)

    def forward(self, x):
        left, right = F.relu(self.a(x)).chunk(2, 1)
        return self.fc((self.b(left) + self.b(right)).mean((2, 3)))


NETS = (Residual, Separable, Joined, Direct, Twice, TwoInputs, Normalised, Gated, Halved)


def made(kind):
    torch.manual_seed(3)
    around = (
        context(image=images(), ids=np.array([[0, 1], [2, 3], [4, 0], [1, 1]]))
        if kind is TwoInputs
        else context(input=images())
    )
    return settled(kind()), around


def inputs_of(around):
    return [torch.from_numpy(a) for a in around.train.arrays.values()]


@pytest.mark.parametrize("criterion", ["magnitude", "group_norm", "random"])
@pytest.mark.parametrize("scope", ["uniform", "global"])
@pytest.mark.parametrize("kind", NETS)
def test_the_cut_equals_the_whole_with_zeros(kind, scope, criterion):
    module, around = made(kind)
    before = copy.deepcopy(module.state_dict())
    smaller, report, removed = prune(module, around, ratio=0.5, scope=scope, criterion=criterion)
    inputs = inputs_of(around)
    with torch.no_grad():
        torch.testing.assert_close(smaller(*inputs), zeroed(module, removed)(*inputs), rtol=1e-4, atol=1e-5)
    assert (
        report.figures["parameters_after"] == sum(p.numel() for p in smaller.parameters()) < report.figures["parameters_before"]
    )
    assert all(torch.equal(before[k], v) for k, v in module.state_dict().items())
    assert {line.layer for line in report.lines} == {n for n, m in module.named_modules() if n}
    assert sum(map(len, (s.get("out", ()) for s in removed.values()))) > 0
    for line in report.lines:
        sides = removed.get(line.layer, {})
        assert line.touched == bool(sides) == (line.code in ("channels-removed", "inputs-removed"))
        if sides:
            lost = len(sides["out" if "out" in sides else "in"])
            assert line.fields["before"] - line.fields["after"] == lost and str(line.fields["after"]) in line.sentence


@pytest.mark.parametrize("kind", NETS)
def test_every_group_is_halved(kind):
    """Except where the channels of the input, or the outputs, say otherwise, each width is half of what it was."""
    module, around = made(kind)
    smaller, _, _ = prune(module, around, ratio=0.5)
    layers = dict(module.named_modules())
    widths = {
        n: (_width(layers[n]), _width(m))
        for n, m in smaller.named_modules()
        if hasattr(m, "weight") and not isinstance(m, nn.Embedding)
    }
    last = next(n for n in ("fc", "head") if n in widths)
    assert widths.pop(last) == (3, 3)
    assert all(after == before / 2 for before, after in widths.values()), widths


@pytest.mark.parametrize(
    "name, task", [(n, "digits") for n in ("resnet8", "cnn", "mlp", "mobilenet", "vit")] + [("vit", "digits-tokens")]
)
def test_the_zoo(name, task, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    task = wb.tasks.load(task)
    module = settled(wb.models.create(name, task, seed=1).build())
    split = task.train.head(4)
    around = StepContext(split, split, task.kind, task.signature)
    smaller, report, removed = prune(module, around, ratio=0.4)
    inputs = inputs_of(around)
    with torch.no_grad():
        torch.testing.assert_close(smaller(*inputs), zeroed(module, removed)(*inputs), rtol=1e-3, atol=1e-4)
    assert report.figures["parameters_after"] < 0.8 * report.figures["parameters_before"]


class Words(nn.Module):
    def __init__(self, last=True):
        super().__init__()
        self.embed, self.lstm, self.fc = nn.Embedding(7, 6), nn.LSTM(6, 10, batch_first=True), nn.Linear(10, 3)
        self.last = last

    def forward(self, ids):
        states, (final, _) = self.lstm(self.embed(ids))
        return self.fc(states[:, -1] if self.last else final[-1])


@pytest.mark.parametrize("last", [True, False])
def test_an_lstm_forgets_units_in_all_four_gates(last):
    torch.manual_seed(0)
    module, ids = Words(last).eval(), np.random.default_rng(0).integers(0, 7, (5, 9))
    smaller, _, removed = prune(module, context(ids=ids), ratio=0.5)
    assert (smaller.embed.embedding_dim, smaller.lstm.input_size, smaller.lstm.hidden_size) == (3, 3, 5)
    whole = copy.deepcopy(module)
    with torch.no_grad():
        whole.lstm.weight_ih_l0[:, removed["embed"]["out"]] = 0
        whole.lstm.weight_hh_l0[:, removed["lstm"]["out"]] = 0
        whole.fc.weight[:, removed["lstm"]["out"]] = 0
        torch.testing.assert_close(smaller(torch.from_numpy(ids)), whole(torch.from_numpy(ids)))


@settings(max_examples=25, deadline=None)
@given(width=st.integers(1, 40), ratio=st.floats(0, 0.95), multiple=st.integers(1, 8))
def test_widths_follow_the_ratio(width, ratio, multiple):
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 12), nn.ReLU(), nn.Linear(12, 3))
    kept = prune(module, context(input=images()), ratio=ratio)[0][1].out_features
    assert kept >= 1 and abs(kept - width * (1 - ratio)) <= 1
    rounded = prune(module, context(input=images()), ratio=ratio, round_to=multiple)[0][1].out_features
    assert rounded == width if width < multiple else rounded % multiple == 0 and abs(rounded - kept) < max(multiple, 2)


def test_magnitude_takes_the_least_filters():
    module = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 3), nn.Flatten(), nn.Linear(64, 3))
    norms = module[0].weight.detach().numpy().reshape(6, -1).astype(np.float64)
    expected = sorted(np.argsort((norms**2).sum(1), kind="stable")[:3].tolist())
    assert prune(module, context(input=images()), ratio=0.5)[2]["0"]["out"] == expected


def test_group_norm_counts_what_reads_a_channel_too():
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.Linear(4, 3))
    with torch.no_grad():
        module[1].weight[:] = torch.tensor([0.4, 0.3, 0.2, 0.1])[:, None]
        module[2].weight[:] = torch.tensor([0.0, 0.0, 9.0, 9.0])
    assert prune(module, context(input=images()), ratio=0.5)[2]["1"]["out"] == [2, 3]
    assert prune(module, context(input=images()), ratio=0.5, criterion="group_norm")[2]["1"]["out"] == [0, 1]


def test_bn_scale_takes_the_least_scales_whatever_their_sign():
    module, around = made(Residual)
    with torch.no_grad():
        module.bn_a.weight[:] = torch.tensor([-9.0, 1, 8, -2, 7, 3, -6, 4, 5, 10, 11, 12])
    _, _, removed = prune(module, around, ratio=0.5, criterion="bn_scale")
    assert removed["a"]["out"] == [1, 3, 5, 6, 7, 8]
    plain = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(216, 3))
    with pytest.raises(StepFailed) as error:
        prune(plain, context(input=images()), ratio=0.5, criterion="bn_scale")
    assert error.value.code == "nothing-prunable" and "batch normalisation" in str(error.value)


def test_random_follows_the_seed():
    module, _ = made(Residual)
    draw = [prune(module, context(seed=s, input=images()), criterion="random")[2] for s in (1, 1, 2)]
    assert draw[0] == draw[1] != draw[2]


def test_global_takes_where_it_is_missed_least_and_leaves_one():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 10), nn.ReLU(), nn.Linear(10, 30), nn.ReLU(), nn.Linear(30, 3))
    with torch.no_grad():
        module[1].weight[1:] *= 1e-3
    smaller, report, removed = prune(module, context(input=images()), ratio=0.5, scope="global")
    assert smaller[1].out_features == 1 and removed["1"]["out"] == list(range(1, 10))
    assert smaller[1].out_features + smaller[3].out_features == 20
    assert report.figures["channels_before"] - report.figures["channels_after"] == 20


def test_ties_are_broken_by_order():
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 6), nn.Linear(6, 3))
    with torch.no_grad():
        module[1].weight.fill_(1)
    assert prune(module, context(input=images()), ratio=0.5)[2]["1"]["out"] == [0, 1, 2]
