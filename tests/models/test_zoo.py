"""The zoo: what it takes, that it is seeded, and each network against its definition."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import Damaged, InputError, NotFound
from workbench.models.catalogue import ZOO
from workbench.models.weights import to_bytes
from workbench.models.zoo import cnn, lstm, mlp, mobilenet, resnet, vit

DIGITS, TOKENS = wb.tasks.load("digits"), wb.tasks.load("digits-tokens")


def _task(shape, dtype=np.float32, kind="classification", target=()):
    x = np.zeros((4, *shape), dtype)
    y = {"classification": np.arange(4) % 3, "regression": np.zeros((4, *target)), "outputs": None}[kind]
    return wb.tasks.from_arrays("t", train=(x, y), validation=(x, y), test=(x, y), kind=kind)


def _run(name, task, **arguments):
    module = wb.models.create(name, task, **arguments).build()
    assert not module.training
    return module(torch.tensor(task.train.inputs))


@pytest.mark.parametrize("name", sorted(ZOO))
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 8), (1, 28, 28), (3, 7, 9), (64,)])
def test_every_architecture_answers_what_the_task_needs(name, shape):
    tokens = len(shape) == 1
    task = _task(shape, np.int64 if tokens else np.float32)
    if ("tokens" if tokens else "image") in ZOO[name].takes:
        assert _run(name, task).shape == (4, 3)
    else:
        with pytest.raises(InputError) as caught:
            wb.models.create(name, task)
        assert caught.value.code == "zoo-inputs" and name in str(caught.value)


def test_rows_of_numbers_and_single_numbers_are_for_the_perceptron():
    assert _run("mlp", _task((5,))).shape == (4, 3) == _run("mlp", _task(())).shape
    for name in ("cnn", "resnet8", "vit", "lstm"):
        with pytest.raises(InputError):
            wb.models.create(name, _task((5,)))
    with pytest.raises(InputError):
        wb.models.create("cnn", _task((1, 5, 8)))


def test_a_regression_gets_one_output_a_target():
    assert _run("mlp", _task((5,), kind="regression")).shape == (4, 1)
    assert _run("cnn", _task((1, 8, 8), kind="regression", target=(2,))).shape == (4, 2)


@pytest.mark.parametrize("task", [_task((5,), kind="outputs"), _task((5,), kind="regression", target=(2, 2))])
def test_unknown_outputs_are_refused(task):
    with pytest.raises(InputError) as caught:
        wb.models.create("mlp", task)
    assert caught.value.code == "zoo-outputs"


def test_two_inputs_are_refused():
    part = ({"a": np.zeros((4, 2)), "b": np.zeros((4, 2))}, np.arange(4))
    with pytest.raises(InputError) as caught:
        wb.models.create("mlp", wb.tasks.from_arrays("two", train=part, validation=part, test=part))
    assert caught.value.code == "zoo-inputs" and "2 arrays" in str(caught.value)


def test_the_seed_decides_the_weights_and_nobody_elses_random_numbers():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, two, other = (wb.models.create("resnet8", DIGITS, seed=s).build().state_dict() for s in (0, 0, 1))
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(one[k], two[k]) for k in one)
    assert not torch.equal(one["stem.weight"], other["stem.weight"])
    assert wb.models.create("resnet8", DIGITS).digest != wb.models.create("resnet8", DIGITS, seed=1).digest


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(NotFound) as caught:
        wb.models.create("resnet9", DIGITS)
    assert caught.value.code == "no-architecture" and "resnet8" in str(caught.value)
    assert {"cnn", "resnet8", "resnet14", "resnet20", "mobilenet", "mlp", "lstm", "vit"} <= set(wb.models.names())


def test_arguments_are_checked():
    with pytest.raises(InputError) as caught:
        wb.models.create("resnet8", DIGITS, depth=3)
    assert caught.value.code == "zoo-argument" and "width" in str(caught.value)
    with pytest.raises(InputError) as caught:
        wb.models.create("resnet8", DIGITS, width=0)
    assert caught.value.code == "knob-value"
    assert wb.models.create("resnet8", DIGITS, width=8).build().stem.out_channels == 8


def test_create_imports_no_torch():
    code = (
        "import sys, workbench as wb; t = wb.tasks.load('digits'); m = wb.models.create('resnet8', t); "
        "assert wb.Model.from_json(m.to_json()) == m; print('torch' in sys.modules, m.digest)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", wb.models.create("resnet8", DIGITS).digest]


def test_the_tokens_are_counted_where_the_task_does_not_say():
    part = (np.arange(8).reshape(4, 2) + 3, np.arange(4))
    task = wb.tasks.from_arrays("t", train=part, validation=(part[0] + 5, part[1]), test=part)
    assert wb.models.create("lstm", task).arguments["tokens"] == 16
    assert wb.models.create("lstm", TOKENS).arguments["tokens"] == 17


@pytest.mark.parametrize("blocks, depth", [(1, 8), (2, 14), (3, 20)])
def test_the_depth_of_a_resnet_counts_convolutions_and_the_linear_layer(blocks, depth):
    net = resnet.build([1, 8, 8], 10, 16, blocks)
    layers = [n for n, m in net.named_modules() if isinstance(m, nn.Conv2d | nn.Linear) and "down" not in n]
    assert len(layers) == depth
    assert [b.conv1.stride[0] for b in net.layers].count(2) == 2
    assert net.layers[-1].conv2.out_channels == 64 and net.layers(torch.zeros(1, 16, 8, 8)).shape == (1, 64, 2, 2)


def test_resnet14_has_the_parameters_of_the_published_form():
    assert sum(p.numel() for p in resnet.build([1, 28, 28], 10, 16, 2).parameters()) == 174_970


def test_the_cnn_has_the_sizes_of_its_description():
    net = cnn.build([1, 28, 28], 10)
    assert (net.conv1.out_channels, net.conv2.out_channels, net.fc1.in_features, net.fc1.out_features) == (32, 64, 9216, 128)
    assert (net.drop1.p, net.drop2.p) == (0.25, 0.5)
    net.train()
    x = torch.ones(2, 1, 28, 28)
    assert not torch.equal(net(x), net(x)), "dropout acts in training"


def test_mobilenet_separates_depth_and_adds_where_shapes_agree():
    net = mobilenet.build([1, 8, 8], 10, 16, 4)
    assert all(b.depthwise.groups == b.depthwise.in_channels == b.expand.in_channels * 4 for b in net.blocks)
    assert [b.residual for b in net.blocks] == [True, False, True, False, True]
    block = net.blocks[0].eval()
    nn.init.zeros_(block.project.weight)
    x = torch.randn(2, 16, 8, 8)
    assert torch.allclose(block(x), x)


def test_the_perceptron_is_matrices_and_maxima():
    net = mlp.build([2, 3], 4, 5, 2)
    x = np.random.default_rng(0).normal(size=(7, 2, 3)).astype(np.float32)
    h = x.reshape(7, 6)
    linear = [m for m in net if isinstance(m, nn.Linear)]
    for k, layer in enumerate(linear):
        h = h @ layer.weight.detach().numpy().T + layer.bias.detach().numpy()
        h = np.maximum(h, 0) if k < 2 else h
    assert len(linear) == 3 and np.allclose(net(torch.tensor(x)).detach(), h, atol=1e-5)


def test_the_lstm_reads_tokens_one_by_one_and_answers_from_its_last_state():
    net = lstm.build([4], 3, 7, 5, 6)
    ids = torch.tensor([[1, 2, 3, 0], [6, 5, 4, 1]])
    w = {k: v.detach().numpy() for k, v in net.state_dict().items()}
    h, c = np.zeros((2, 6)), np.zeros((2, 6))
    sigmoid = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    for t in range(4):
        x = w["embedding.weight"][ids[:, t]]
        gates = x @ w["lstm.weight_ih_l0"].T + w["lstm.bias_ih_l0"] + h @ w["lstm.weight_hh_l0"].T + w["lstm.bias_hh_l0"]
        i, f, g, o = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    assert np.allclose(net(ids).detach(), h @ w["fc.weight"].T + w["fc.bias"], atol=1e-5)


def test_attention_is_a_softmax_over_positions_in_each_head():
    attention = vit.Attention(6, 2)
    x = torch.randn(3, 5, 6)
    q, k, v = (p.numpy() for p in attention.qkv(x).detach().chunk(3, dim=-1))
    heads = []
    for head in (slice(0, 3), slice(3, 6)):
        scores = q[..., head] @ k[..., head].transpose(0, 2, 1) / np.sqrt(3)
        weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
        heads.append(weights @ v[..., head])
    mixed = torch.tensor(np.concatenate(heads, -1), dtype=torch.float32)
    assert torch.allclose(attention(x), attention.proj(mixed), atol=1e-5)


@pytest.mark.parametrize("shape, patches", [((8, 8), 16), ((28, 28), 49), ((7, 7), 49), ((16, 32), 32)])
def test_a_transformer_cuts_an_image_into_16_patches_or_more(shape, patches):
    net = vit.build([1, *shape], 10, 2, 8, 1)
    assert net.position.shape == (1, patches, 16) and net(torch.zeros(2, 1, *shape)).shape == (2, 10)


def test_a_transformer_of_tokens_knows_where_they_stand():
    net = vit.build([3], 4, 2, 8, 1, tokens=5).eval()
    assert not torch.allclose(net(torch.tensor([[0, 1, 2]])), net(torch.tensor([[2, 1, 0]])), atol=1e-6)
    assert len(net.blocks) == 1 and net.embed.weight.std() < 0.05


@pytest.mark.parametrize("theirs", [name for name in wb.models.names() if name not in ("lstm", "resnet8")])
def test_weights_of_another_network_of_the_zoo_are_told_which_they_fit(tmp_path, monkeypatch, theirs):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    (tmp_path / "mine.safetensors").write_bytes(to_bytes(wb.models.create(theirs, DIGITS).build()))
    with pytest.raises(InputError, match=rf"They fit {theirs}: choose"):
        wb.models.create("resnet8", DIGITS, weights=tmp_path / "mine.safetensors").build()
    (tmp_path / "mine.safetensors").write_bytes(to_bytes(torch.nn.Linear(3, 3)))
    with pytest.raises(InputError) as caught:
        wb.models.create("resnet8", DIGITS, weights=tmp_path / "mine.safetensors").build()
    assert "They fit" not in str(caught.value)


def test_a_network_takes_its_weights_from_a_file(tmp_path, monkeypatch):
    task = DIGITS
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    drawn = wb.models.create("mlp", task, seed=3, hidden=8).build()
    (tmp_path / "mine.safetensors").write_bytes(to_bytes(drawn))
    read = wb.models.create("mlp", task, seed=4, hidden=8, weights=tmp_path / "mine.safetensors").build()
    assert all(torch.equal(a, b) for a, b in zip(drawn.state_dict().values(), read.state_dict().values(), strict=True))
    shapes = wb.models.tensor_shapes(tmp_path / "mine.safetensors")
    assert shapes == {name: tuple(tensor.shape) for name, tensor in drawn.state_dict().items()}
    with pytest.raises(InputError) as caught:
        wb.models.create("mlp", task, hidden=9, weights=tmp_path / "mine.safetensors").build()
    assert caught.value.code == "weights-misfit"
    (tmp_path / "mine.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    for read_it in (wb.models.tensor_shapes, lambda path: wb.models.create("mlp", task, weights=path)):
        with pytest.raises(Damaged) as caught:
            read_it(tmp_path / "mine.safetensors")
        assert caught.value.code == "weights-unreadable"
