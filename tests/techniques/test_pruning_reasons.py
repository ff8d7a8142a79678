"""Structured pruning: what stays whole, and the reason that is named for it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from workbench.errors import Cancelled, InputError, StepFailed
from workbench.tasks.task import Signature, Split
from workbench.techniques import StepContext, StructuredPruning


def context(**arrays):
    split = Split("train", {name: np.asarray(a) for name, a in arrays.items()}, None)
    return StepContext(split, split, "outputs", Signature((), ()))


def images(n=4, size=8):
    return np.random.default_rng(1).standard_normal((n, 1, size, size)).astype(np.float32)


def prune(module, around, **fields):
    technique = StructuredPruning(**fields)
    plan = technique.plan(module, around)
    smaller, report = technique.apply(module, plan, around)
    return smaller.eval(), report, plan.data["removed"]


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.a, self.b, self.fc = nn.Conv2d(8, 12, 3, padding=1), nn.Conv2d(12, 8, 3, padding=1), nn.Linear(8, 3)

    def forward(self, x):
        x = F.relu(self.bn(self.stem(x)))
        return self.fc((x + self.b(F.relu(self.a(x)))).mean((2, 3)))


def codes(report):
    return {line.layer: line.code for line in report.lines}


def test_left_alone_and_a_ratio_of_its_own():
    module, around = (Residual().eval(), context(input=images()))
    smaller, report, _ = prune(module, around, ratio=0.5, leave_alone=("b",), layers={"a": 0.25})
    assert (smaller.stem.out_channels, smaller.b.out_channels, smaller.a.out_channels) == (8, 8, 9)
    assert codes(report)["stem"] == codes(report)["bn"] == "left-alone" and codes(report)["a"] == "channels-removed"
    for fields in ({"leave_alone": ("stam",)}, {"layers": {"stam": 0.5}}):
        with pytest.raises(InputError) as error:
            StructuredPruning(**fields).plan(module, around)
        assert error.value.code == "no-layer" and error.value.fields["nearest"] == "stem"


def test_a_part_is_left_alone_with_all_its_layers():
    body = nn.Sequential(nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
    module = nn.Sequential(nn.Flatten(), body, nn.ReLU(), nn.Linear(10, 10), nn.Linear(10, 3))
    smaller, report, _ = prune(module, context(input=images()), leave_alone=("1",))
    assert smaller[1][0].out_features == 8 and smaller[1][2].out_features == 10 and smaller[3].out_features == 5
    assert codes(report)["1.0"] == "left-alone"


class Stubborn(nn.Module):
    """A width that is written into the code, a tied weight, a layer that is never used, a frozen one."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(1, 8, 3, padding=1), nn.Conv2d(8, 4, 1)
        self.c, self.d = nn.Linear(256, 16), nn.Linear(16, 16)
        self.e, self.unused, self.fc = nn.Linear(16, 16), nn.Linear(4, 4), nn.Linear(16, 3)
        self.e.weight = self.d.weight
        self.a.requires_grad_(False)

    def forward(self, x):
        x = F.relu(self.b(F.relu(self.a(x)))).view(-1, 4 * 64)
        return self.fc(self.e(F.relu(self.d(F.relu(self.c(x))))))


def test_what_cannot_be_cut_stays_for_a_named_reason():
    torch.manual_seed(0)
    module = Stubborn().eval()
    smaller, report, _ = prune(module, context(input=images()), ratio=0.5)
    expected = {"a": "channels-removed", "b": "inputs-removed", "c": "shared-weights", "d": "shared-weights"}
    assert codes(report) == expected | {"e": "shared-weights", "unused": "not-reached", "fc": "output-layer"}
    assert smaller.e.weight is smaller.d.weight and not smaller.a.weight.requires_grad and smaller.b.weight.requires_grad
    _, report, _ = prune(module, context(input=images()), ratio=0.5, leave_alone=("c", "d", "e"))
    assert smaller.b.out_channels == 4 and smaller.a.out_channels == 4
    assert all(line.sentence for line in report.lines)


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.block, self.fc = (
            nn.Linear(8, 16),
            nn.TransformerEncoderLayer(16, 4, 32, batch_first=True),
            nn.Linear(16, 3),
        )

    def forward(self, x):
        return self.fc(self.block(self.inner(x)).mean(1))


def test_a_transformer_loses_the_inner_width_of_its_perceptron_only():
    x = np.random.default_rng(0).standard_normal((4, 5, 8)).astype(np.float32)
    module = Attending().eval()
    smaller, report, removed = prune(module, context(x=x), ratio=0.5)
    assert smaller.block.linear1.out_features == smaller.block.linear2.in_features == 16 and smaller.inner.out_features == 16
    assert codes(report)["inner"] == codes(report)["block.norm1"] == "normalised-together"
    with torch.no_grad():
        module.block.linear2.weight[:, removed["block.linear1"]["out"]] = 0
        torch.testing.assert_close(smaller(torch.from_numpy(x)), module(torch.from_numpy(x)))


class Averaged(nn.Module):
    """The mean over channels: without some of them it is another one, so nothing may go from `a`."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.fc = nn.Conv2d(1, 8, 3), nn.Conv2d(1, 8, 3), nn.Linear(36, 3)

    def forward(self, x):
        return self.fc(F.relu(self.b(self.a(x).mean(1, keepdim=True).repeat(1, 1, 2, 2)))[:, :, :6, :6].sum(1).flatten(1))


def test_a_cut_that_would_change_what_the_rest_computes_is_not_made():
    with pytest.raises(StepFailed) as error:
        prune(Averaged().eval(), context(input=images()), ratio=0.5)
    assert error.value.code == "nothing-prunable" and "only go together" in str(error.value)


def test_nothing_to_prune_is_a_failure_and_nothing_asked_is_none():
    only = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    with pytest.raises(StepFailed) as error:
        prune(only, context(input=images()), ratio=0.5)
    assert error.value.code == "nothing-prunable"
    same, report, removed = prune(only, context(input=images()), ratio=0.0)
    assert removed == {} and not report.touched and same[1].in_features == 64
    module, around = (Residual().eval(), context(input=images()))
    _, report, removed = prune(module, around, ratio=0.01)
    assert removed == {} and codes(report)["a"] == "nothing-to-remove"


class Recurrent(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.embed, self.gru = nn.Embedding(20, 8), nn.GRU(8, 6, 2, bidirectional=True, batch_first=True)
        self.hidden, self.out = (nn.Linear(12, 8) if hidden else nn.Identity()), nn.Linear(8 if hidden else 12, 3)

    def forward(self, ids):
        return self.out(F.relu(self.hidden(self.gru(self.embed(ids))[0].mean(1))))


def test_a_recurrent_network_is_cut_around_what_cannot_be():
    torch.manual_seed(0)
    around = context(ids=np.random.default_rng(0).integers(0, 20, (4, 16)))
    smaller, report, _ = prune(Recurrent(True).eval(), around, ratio=0.5)
    assert codes(report) == {
        "embed": "not-supported",
        "gru": "not-supported",
        "hidden": "channels-removed",
        "out": "inputs-removed",
    }
    assert smaller.hidden.out_features == 4
    with pytest.raises(StepFailed) as error:
        prune(Recurrent(False).eval(), around, ratio=0.5)
    said = str(error.value)
    assert error.value.code == "nothing-prunable" and "Error" not in said
    assert "gru" in said and "out (the network's output)" in said and "WeightPruning" in said


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 3)
        self.b.weight = self.a.weight

    def forward(self, x):
        return self.out(F.relu(self.b(F.relu(self.a(x.flatten(1))))))


def test_nothing_to_prune_is_one_sentence_with_the_layers_and_a_remedy():
    with pytest.raises(StepFailed) as error:
        prune(Tied().eval(), context(input=images()), ratio=0.5)
    assert str(error.value) == (
        "No layer of this network can lose channels: a, b (weights shared with another layer); out (the network's output). "
        "WeightPruning zeroes single weights instead, and changes no shape."
    )
    with pytest.raises(StepFailed) as error:
        prune(Residual().eval(), context(input=images()), ratio=0.5, leave_alone=("a", "b", "stem"))
    assert "stem, bn, a, b (left alone" in str(error.value) and "fewer layers in leave_alone" in str(error.value)
    plain = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 3))
    with pytest.raises(StepFailed) as error:
        prune(plain, context(input=images()), ratio=0.5, criterion="bn_scale")
    assert "1 (no batch normalisation" in str(error.value) and 'criterion="magnitude"' in str(error.value)


def test_a_network_that_cannot_be_followed_shows_no_inner_exception():
    class Broken(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(64, 3)

        def forward(self, x):
            raise IndexError("list index out of range")

    with pytest.raises(StepFailed) as error:
        prune(Broken().eval(), context(input=images()), ratio=0.5)
    assert error.value.code == "not-traceable" and "Error" not in str(error.value)


def test_what_attention_computes_with_is_not_said_to_be_unused():
    class Looking(nn.Module):
        def __init__(self):
            super().__init__()
            self.look, self.hidden, self.out = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(8, 8), nn.Linear(8, 3)

        def forward(self, x):
            return self.out(F.relu(self.hidden(self.look(x, x, x)[0].mean(1))))

    x = np.random.default_rng(0).standard_normal((4, 5, 8)).astype(np.float32)
    _, report, _ = prune(Looking().eval(), context(x=x), ratio=0.5)
    told = {line.layer: line for line in report.lines}
    assert told["look.out_proj"].code == "not-supported" and told["look.out_proj"].sentence.startswith("look is of a kind")
    assert codes(report)["hidden"] == "channels-removed"


def test_a_deep_network_and_a_cancelled_one():
    torch.manual_seed(0)
    blocks = [nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU()) for _ in range(150)]
    module = nn.Sequential(nn.Conv2d(1, 6, 3), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)).eval()
    smaller, _, _ = prune(module, context(input=images(2)), ratio=0.5)
    assert {m.out_channels for m in smaller.modules() if isinstance(m, nn.Conv2d)} == {3}
    around = context(input=images(2))

    def ask():
        raise Cancelled("cancelled")

    around.check_with = ask
    with pytest.raises(Cancelled):
        StructuredPruning().plan(module, around)


class Joined(nn.Module):
    """A flattened picture beside a word: torch-pruning miscounts what the linear layer reads."""

    def __init__(self):
        super().__init__()
        self.conv, self.pool, self.word, self.mix = nn.Conv2d(1, 4, 3), nn.MaxPool2d(2), nn.Embedding(16, 8), nn.Linear(44, 12)
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        picture = self.pool(F.hardswish(self.conv(x))).flatten(1)
        return self.fc(F.relu(self.mix(torch.cat([picture, self.word(x.flatten(1)[:, 0].clamp(0, 15).long())], 1))))


@pytest.mark.parametrize("criterion", ["magnitude", "group_norm", "random"])
def test_a_miscounted_concatenation_is_no_bare_error(criterion):
    torch.manual_seed(0)
    module, x = Joined().eval(), images()
    smaller, report, removed = prune(module, context(x=x), ratio=0.5, criterion=criterion)
    assert codes(report)["mix"] == "channels-removed" and smaller.mix.out_features == 6
    kept = {
        name: [c for c in range(n) if c not in removed.get(name, {}).get("out", [])]
        for name, n in (("conv", 4), ("word", 8), ("mix", 12))
    }
    with torch.no_grad():
        for name, layer in (("conv", module.conv), ("mix", module.mix)):
            gone = [c for c in range(len(layer.weight)) if c not in kept[name]]
            layer.weight[gone], layer.bias[gone] = 0, 0
        module.word.weight[:, [c for c in range(8) if c not in kept["word"]]] = 0
        assert torch.allclose(smaller(torch.from_numpy(x)), module(torch.from_numpy(x)), atol=1e-5)
