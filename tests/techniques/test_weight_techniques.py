"""Weight pruning and clipping, held against numpy."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from workbench.techniques import WeightClipping, WeightPruning
from workbench.techniques.conformance import example_context, example_module, run

CONTEXT = example_context()


def apply(technique, module):
    before = copy.deepcopy(module.state_dict())
    new, report = run(technique, module, CONTEXT)
    assert all(torch.equal(v, before[k]) for k, v in module.state_dict().items()) and new is not module
    return new, report


def matrices(module):
    return np.concatenate([p.detach().numpy().ravel() for n, p in module.named_parameters() if p.dim() > 1])


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.99))
def test_exactly_the_share_of_least_weights_becomes_zero(ratio):
    module = example_module()
    new, report = apply(WeightPruning(ratio=ratio), module)
    old, sparse = matrices(module), matrices(new)
    count = int((sparse == 0).sum())
    assert abs(count - ratio * len(old)) <= 0.5 and report.figures == {"weights": len(old), "zeros": count}
    assert np.array_equal(sparse[sparse != 0], old[sparse != 0])
    assert all(line.touched == (line.code == "weights-zeroed") for line in report.lines)
    if 0 < count < len(old):
        assert np.abs(old[sparse == 0]).max() <= np.abs(sparse[sparse != 0]).min()


def test_by_layer_each_layer_gives_its_share_and_the_rest_is_left_alone():
    new, report = apply(WeightPruning(ratio=0.25, scope="layer"), example_module())
    for layer in (new[0], new[3], new[7]):
        assert int((layer.weight == 0).sum()) == round(0.25 * layer.weight.numel()) and (layer.bias != 0).all()
    assert [(line.layer, line.code) for line in report.lines] == [
        *(("0", "weights-zeroed"), ("1", "no-weights"), ("3", "weights-zeroed"), ("7", "weights-zeroed"))
    ]
    assert report.lines[0].fields == {"zeros": 18, "total": 72}


def test_of_equal_weights_the_first_go():
    module = nn.Sequential(nn.Linear(4, 1, bias=False))
    with torch.no_grad():
        module[0].weight[:] = torch.tensor([[1.0, -1, 1, 0.5]])
    assert apply(WeightPruning(ratio=0.5), module)[0][0].weight.tolist() == [[0, -1, 1, 0]]


def test_recurrent_layers_embeddings_and_tied_weights_count_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.lstm, self.out = nn.Embedding(5, 4), nn.LSTM(4, 3), nn.Linear(4, 5, bias=False)
            self.out.weight = self.embed.weight

    module = Tied()
    new, report = apply(WeightPruning(ratio=0.5), module)
    total = 5 * 4 + 12 * 4 + 12 * 3
    assert report.figures == {"weights": total, "zeros": total // 2} and new.out.weight is new.embed.weight
    assert {line.layer: line.code for line in report.lines}["out"] == "shared-before"
    assert (new.lstm.bias_ih_l0 == module.lstm.bias_ih_l0).all()


@pytest.mark.parametrize("factor", [0.1, 0.5, 1.0, 3.0])
def test_clipping_against_numpy(factor):
    module = nn.Sequential(
        nn.Conv2d(4, 6, 3, groups=2), nn.ConvTranspose2d(6, 4, 2), nn.Linear(10, 3), nn.BatchNorm2d(4), nn.Embedding(4, 3)
    )
    with torch.no_grad():
        for p in module.parameters():
            p.normal_()
    new, report = apply(WeightClipping(factor=factor), module)
    beyond = 0
    for index, fan_in in ((0, 2 * 9), (1, 4 * 4), (2, 10)):
        old, bound = module[index].weight.detach().numpy(), np.float32(factor * np.sqrt(6 / fan_in))
        assert torch.nn.init._calculate_fan_in_and_fan_out(module[index].weight)[0] == fan_in
        np.testing.assert_allclose(new[index].weight.detach().numpy(), np.clip(old, -bound, bound), rtol=1e-6)
        beyond += int((np.abs(old) > bound).sum())
    assert report.figures == {"clipped": beyond}
    for index in (3, 4):
        assert torch.equal(new[index].weight, module[index].weight) and report.lines[index].code == "no-fan-in"
    assert torch.equal(new[0].bias, module[0].bias)


def test_within_the_bound_nothing_is_clipped():
    module = nn.Sequential(nn.Linear(6, 2))
    nn.init.kaiming_uniform_(module[0].weight, nonlinearity="linear", a=0)
    _, report = apply(WeightClipping(factor=1.0), module)
    assert report.lines[0].code == "within-bound" and not report.touched and report.figures == {"clipped": 0.0}
