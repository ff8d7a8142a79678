"""The parts of structured pruning by themselves: selection, halving, and two ways to the same groups."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from workbench.techniques.pruning.criterion import CRITERIA
from workbench.techniques.pruning.cutting import halves, holds
from workbench.techniques.pruning.grouping import Classes, Group, groups
from workbench.techniques.pruning.layers import cut, rows, unsupported
from workbench.techniques.pruning.selection import Wish, removed, select
from workbench.techniques.pruning.tracing import traced_groups


def group(name, size, step=1):
    return Group(name, tuple({(name, "out"): tuple(range(k, k + step))} for k in range(0, size, step)))


@given(bad=st.sets(st.integers(0, 20)), size=st.integers(0, 20))
def test_halving_finds_exactly_those_that_work(bad, size):
    tried = []

    def works(asked):
        tried.append(1)
        return not bad & set(asked)

    assert halves(range(size), works) == [k for k in range(size) if k not in bad]
    assert len(tried) == 1 or bad & set(range(size))


def test_uniform_takes_the_least_of_each():
    scores = [np.array([3.0, 1, 2, 4]), np.array([1.0, 9])]
    assert select([group("a", 4), group("b", 2)], scores, Wish(0.5)) == [[1, 2], [0]]
    assert select([group("a", 4), group("b", 2)], scores, Wish(0.5, own={"a": 0.25})) == [[1], [0]]
    assert select([group("a", 4), group("b", 2)], scores, Wish(0.5, round_to=4)) == [[], []]


def test_global_ranks_by_the_mean_of_a_group():
    scores = [np.array([10.0, 20, 30, 40]), np.array([0.1, 0.1, 0.1, 0.5])]
    chosen = select([group("a", 4), group("b", 4)], scores, Wish(0.5, "global"))
    assert chosen == [[0], [0, 1, 2]]  # shares of the mean: 0.4, 0.8, ... and 0.5, 0.5, 0.5, 2.5
    assert select([group("a", 4), group("b", 4)], scores, Wish(0.95, "global")) == [[0, 1, 2], [0, 1, 2]]
    assert select([group("a", 4), group("b", 4)], scores, Wish(0.5, "global", own={"b": 0.0})) == [[0, 1], []]


def test_units_of_several_channels_count_as_many():
    chosen = select([group("a", 8, step=4), group("b", 8)], [np.array([1.0, 2]), np.ones(8)], Wish(0.5, "global"))
    assert len(removed([group("a", 8, step=4), group("b", 8)], chosen)["a"]["out"]) == 4
    assert removed([group("a", 8, step=4)], [[1]]) == {"a": {"out": [4, 5, 6, 7]}}
    assert select([group("a", 16, step=4)], [np.arange(4.0)], Wish(0.5, round_to=8)) == [[0, 1]]


@given(joins=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9))))
def test_classes_are_the_components_of_a_graph(joins):
    import networkx as nx

    classes, graph = Classes(10), nx.Graph(joins)
    graph.add_nodes_from(range(10))
    for a, b in joins:
        classes.join(a, b)
    assert sorted(classes.classes()) == sorted(sorted(c) for c in nx.connected_components(graph))
    assert all(c == sorted(c) for c in classes.classes())


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.a, self.depth, self.b = nn.Conv2d(4, 6, 1), nn.Conv2d(6, 6, 3, padding=1, groups=6), nn.Conv2d(6, 4, 1)
        self.fc, self.out = nn.Linear(4 * 9, 5), nn.Linear(5, 2)

    def forward(self, x):
        x = torch.relu(self.bn(self.stem(x)))
        x = x + self.b(torch.relu(self.depth(self.a(x))))
        return self.out(torch.relu(self.fc(torch.max_pool2d(x, 2).flatten(1))))


def as_set(found):
    return {
        (g.blocked and g.blocked[0], frozenset(frozenset((place, c) for place, c in unit.items()) for unit in g.units))
        for g in found
    }


def test_the_graph_and_the_experiment_find_the_same_groups():
    torch.manual_seed(0)
    module, inputs = Net().eval(), {"x": torch.randn(2, 1, 6, 6)}
    traced = traced_groups(module, inputs, ["stem", "a", "b", "fc", "out"])
    assert as_set(g for g in traced if not g.blocked) == as_set(g for g in groups(module, inputs) if not g.blocked)
    assert [(g.root, g.blocked and g.blocked[0]) for g in traced] == [
        ("stem", None),
        ("a", None),
        ("fc", None),
        ("out", "output-layer"),
    ]
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in module.modules())


def test_the_proof_refuses_a_wrong_wiring():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)).eval()
    inputs = {"x": torch.randn(5, 4)}
    assert holds(module, {"0": {"out": [1]}, "2": {"in": [1]}}, inputs)
    assert not holds(module, {"0": {"out": [1]}, "2": {"in": [2]}}, inputs)
    assert not holds(module, {"0": {"out": [1]}}, inputs)
    assert not holds(module, {"2": {"out": [1]}}, inputs)


def test_scores_in_closed_form():
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Linear(2, 2))
    with torch.no_grad():
        module[0].weight[:] = torch.tensor([[3.0, 4], [0, 1]])
        module[1].weight[:] = torch.tensor([-2.0, 5])
        module[2].weight[:] = torch.tensor([[1.0, 0], [2, 7]])
    units = tuple({("0", "out"): (k,), ("1", "out"): (k,), ("2", "in"): (k,)} for k in range(2))
    layers = dict(module.named_modules())
    given_group = Group("0", units)
    np.testing.assert_allclose(CRITERIA["magnitude"](given_group, layers, 0), [5, 1])
    np.testing.assert_allclose(CRITERIA["group_norm"](given_group, layers, 0), np.sqrt([25 + 4 + 5, 1 + 25 + 49]))
    np.testing.assert_allclose(CRITERIA["bn_scale"](given_group, layers, 0), [2, 5])
    assert np.isnan(CRITERIA["bn_scale"](Group("0", ({("0", "out"): (0,)},)), layers, 0)).all()


@pytest.mark.parametrize(
    "layer", [nn.Conv2d(4, 6, 3, groups=2), nn.ConvTranspose1d(4, 6, 3), nn.Linear(4, 6), nn.Embedding(6, 4)]
)
def test_rows_are_the_weights_of_a_channel(layer):
    weight = layer.weight.detach()
    if isinstance(layer, nn.Embedding):
        assert torch.equal(rows(layer, "out")[1], weight[:, 1])
        return
    out = weight[:, 5] if isinstance(layer, nn.ConvTranspose1d) else weight[5]
    assert torch.equal(rows(layer, "out")[5], out.flatten())
    grouped = isinstance(layer, nn.Conv2d)
    read = weight[3:, 1] if grouped else weight[3] if isinstance(layer, nn.ConvTranspose1d) else weight[:, 3]
    assert torch.equal(rows(layer, "in")[3], read.flatten()) and len(rows(layer, "in")) == 4


def test_grouped_layers_lose_evenly_or_not_at_all():
    conv = nn.Conv2d(8, 4, 1, groups=2)
    whole = conv.weight.detach().clone()
    cut(conv, "in", [0, 5])
    assert (
        conv.in_channels == 6
        and torch.equal(conv.weight[0], whole[0, [1, 2, 3]])
        and torch.equal(conv.weight[2], whole[2, [0, 2, 3]])
    )
    with pytest.raises(ValueError):
        cut(conv, "in", [0])
    cut(conv, "out", [0, 3])
    assert conv.out_channels == 2 and conv(torch.zeros(1, 6, 2, 2)).shape == (1, 2, 2, 2)
    norm = nn.GroupNorm(4, 8)
    with pytest.raises(ValueError):
        cut(norm, "out", [1, 2])
    cut(norm, "out", [2, 3])
    assert (norm.num_groups, norm.num_channels) == (3, 6)


def test_which_layers_can_be_cut():
    assert unsupported(nn.LayerNorm(4)) == "normalised-together" and unsupported(nn.GRU(2, 3)) == "not-supported"
    assert unsupported(nn.LSTM(2, 3, 2)) == unsupported(nn.LSTM(2, 3, bidirectional=True)) == "not-supported"
    assert unsupported(nn.LSTM(2, 3)) is unsupported(nn.Conv1d(2, 3, 1)) is unsupported(nn.PReLU(3)) is None
    assert unsupported(nn.utils.parametrizations.spectral_norm(nn.Linear(2, 3))) == "not-supported"
    assert unsupported(nn.ConvTranspose2d(4, 4, 1, groups=2)) == "not-supported"


def test_rows_of_an_lstm_are_its_units_in_all_four_gates():
    lstm = nn.LSTM(3, 5)
    unit = torch.cat([torch.cat([lstm.weight_ih_l0[g * 5 + 2], lstm.weight_hh_l0[g * 5 + 2]]) for g in range(4)])
    assert torch.equal(rows(lstm, "out")[2], unit) and torch.equal(rows(lstm, "in")[1], lstm.weight_ih_l0[:, 1])
