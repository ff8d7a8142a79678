"""A trained model as one ONNX file: its module answers as the file does, and is pruned and trained like any other."""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import workbench as wb
from workbench.errors import WorkbenchError
from workbench.export import export
from workbench.techniques import StepContext

pytestmark = pytest.mark.usefixtures("one_home")


class Block(nn.Module):
    def __init__(self, come, go, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(come, go, 3, stride, 1, bias=False), nn.BatchNorm2d(go)
        self.conv2, self.bn2 = nn.Conv2d(go, go, 3, 1, 1, bias=False), nn.BatchNorm2d(go)
        self.down = nn.Sequential(nn.Conv2d(come, go, 1, stride, bias=False), nn.BatchNorm2d(go))

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.down(x))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(Block(8, 8, 1), Block(8, 16, 2))
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        return self.fc(self.layer1(F.relu(self.bn1(self.conv1(x)))).mean((2, 3)))


class Mobile(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(1, 8, 3, 2, 1), nn.BatchNorm2d(8)
        self.up, self.deep, self.down = nn.Conv2d(8, 24, 1), nn.Conv2d(24, 24, 3, 1, 1, groups=24), nn.Conv2d(24, 8, 1)
        self.squeeze, self.excite = nn.Conv2d(24, 6, 1), nn.Conv2d(6, 24, 1)
        self.act, self.fc = nn.PReLU(8), nn.Linear(8, 10)

    def forward(self, x):
        x = self.act(self.bn(self.stem(x)))
        y = F.hardswish(self.deep(F.relu6(self.up(x))))
        y = y * F.hardsigmoid(self.excite(F.leaky_relu(self.squeeze(F.adaptive_avg_pool2d(y, 1)))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x + self.down(y), 1), 1))


class Unet(nn.Module):
    """An image as answer."""

    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = nn.Conv2d(1, 6, 3, 1, 1), nn.Conv2d(6, 12, 3, 1, 1), nn.Conv2d(18, 6, 3, 1, 1)
        self.up, self.norm, self.last = nn.ConvTranspose2d(6, 4, 2, 2), nn.GroupNorm(2, 12), nn.Conv2d(4, 1, 1)

    def forward(self, x):
        a = F.elu(self.one(x))
        b = F.silu(self.norm(self.two(F.max_pool2d(a, 2))))
        c = self.three(torch.cat([F.interpolate(b, scale_factor=2, mode="bilinear"), a], 1))
        return self.last(F.avg_pool2d(F.pad(self.up(c), (1, 1, 1, 1), mode="reflect"), 3, 2, 1))[:, :, :8, :8]


class Rows(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(6, 32), nn.GELU(), nn.LayerNorm(32), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 3))


class Signal(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.norm, self.b = nn.Conv1d(2, 8, 5, 2), nn.BatchNorm1d(8), nn.Conv1d(8, 12, 3, dilation=2)
        self.fc = nn.Linear(12 * 9, 3)

    def forward(self, x):
        return self.fc(F.relu(self.b(F.max_pool1d(F.relu(self.norm(self.a(x))), 2, 1))).flatten(1))


class Former(nn.Module):
    """Tokens through a transformer of PyTorch's own."""

    def __init__(self):
        super().__init__()
        self.embed, self.position = nn.Embedding(20, 16), nn.Parameter(torch.randn(1, 12, 16))
        layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, activation="gelu")
        self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        return self.fc(self.body(self.embed(x) + self.position)[:, 0])


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.fc1, self.fc2 = nn.Embedding(20, 16), nn.Linear(16, 24), nn.Linear(24, 3)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(self.embed(x).mean(1))))


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.lstm, self.fc = nn.Embedding(20, 8), nn.LSTM(8, 10, batch_first=True), nn.Linear(10, 3)

    def forward(self, x):
        return self.fc(self.lstm(self.embed(x))[0][:, -1])


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.gru, self.fc = nn.Embedding(20, 8), nn.GRU(8, 6, bidirectional=True), nn.Linear(12, 3)

    def forward(self, x):
        return F.log_softmax(self.fc(self.gru(self.embed(x).transpose(0, 1))[0].mean(0)), -1)


class Patches(nn.Module):
    """An image as patches behind a token of their own, through attention that is written out."""

    def __init__(self):
        super().__init__()
        self.conv, self.token = nn.Conv2d(1, 16, 2, 2), nn.Parameter(torch.randn(1, 1, 16))
        self.qkv, self.out, self.norm, self.fc = nn.Linear(16, 48), nn.Linear(16, 16), nn.LayerNorm(16), nn.Linear(16, 10)

    def forward(self, x):
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), self.conv(x).flatten(2).transpose(1, 2)], 1)
        q, k, v = self.qkv(x).reshape(x.shape[0], 17, 3, 4, 4).permute(2, 0, 3, 1, 4)
        mixed = F.softmax(q @ k.transpose(-1, -2) / 2, -1) @ v
        return self.fc(self.norm(x + self.out(mixed.transpose(1, 2).flatten(2)))[:, 0])


def task_of(kind):
    rng = np.random.default_rng(0)
    x = {
        "image": rng.normal(size=(40, 1, 8, 8)).astype(np.float32),
        "row": rng.normal(size=(40, 6)).astype(np.float32),
        "signal": rng.normal(size=(40, 2, 32)).astype(np.float32),
        "tokens": rng.integers(0, 20, (40, 12)),
    }[kind]
    y = np.arange(40) % (10 if kind == "image" else 3)
    return wb.tasks.from_arrays(kind, train=(x, y), validation=(x[:20], y[:20]), test=(x[20:], y[20:]))


def pictures():
    x = np.random.default_rng(0).normal(size=(20, 1, 8, 8)).astype(np.float32)
    return wb.tasks.from_arrays("pictures", train=(x, None), validation=(x, None), test=(x, None), kind="outputs")


NETWORKS = {
    Residual: "image",
    Mobile: "image",
    Patches: "image",
    Unet: "pictures",
    Rows: "row",
    Signal: "signal",
    Former: "tokens",
    Bag: "tokens",
    Sequence: "tokens",
    Both: "tokens",
}


WAYS = [(kind, way) for kind in NETWORKS for way in ("one sample", "older")]
WAYS += [(kind, way) for kind in (Residual, Patches, Former, Sequence) for way in ("dynamo", "older, one sample")]
"""How each is exported: by which of PyTorch's exporters, for a batch of one or of any size. One sample is the default."""


def made(kind, seed=0):
    """A network whose numbers are those of a trained one: nothing is zero, or the same as another."""
    torch.manual_seed(seed)
    module = kind().eval()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.add_(torch.rand_like(tensor) * 0.2 + (0.1 if "var" in name else 0))
    return module


def write(module, task, path, dynamo=True, batch=None):
    """Exports a module; with a batch of its own, or with one that is free."""
    x = torch.tensor(task.train.inputs[: batch or 2])
    words = {"input_names": ["x"], "output_names": ["y"], "dynamo": dynamo, "opset_version": 18 if dynamo else 17}
    if batch is None:
        words |= (
            {"dynamic_shapes": ({0: torch.export.Dim("batch")},)}
            if dynamo
            else {"dynamic_axes": {"x": {0: "b"}, "y": {0: "b"}}}
        )
    torch.onnx.export(module, (x,), str(path), verbose=False, **words)
    return path


def answers(path, x):
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def refused(path, task):
    with pytest.raises(WorkbenchError) as error:
        wb.models.load(path, task=task)
    assert "  " not in str(error.value) and "{" not in str(error.value)
    return error.value.code


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind, way", WAYS, ids=lambda value: value if isinstance(value, str) else value.__name__)
def test_a_file_becomes_a_module_with_its_answers(kind, way, tmp_path):
    task = pictures() if NETWORKS[kind] == "pictures" else task_of(NETWORKS[kind])
    module = made(kind)
    path = write(module, task, tmp_path / "net.onnx", "older" not in way, 1 if "one" in way else None)
    model = wb.models.load(path, task=task)
    x = task.validation.inputs[:7]
    truth = np.concatenate([answers(path, x[k : k + 1]) for k in range(7)])
    for file in tmp_path.iterdir():
        file.unlink()
    again = wb.Model.from_json(model.to_json()).build()
    with torch.no_grad():
        ours = again(torch.tensor(x)).numpy()
    assert ours.shape == truth.shape and np.abs(ours - truth).max() <= 1e-5 * np.abs(truth).max()
    whole = sum(p.numel() for p in module.parameters())
    assert 0.9 * whole <= sum(p.numel() for p in again.parameters()) <= 1.1 * whole


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A task, and files of a network that is trained on it: one ends in a Softmax."""
    task = wb.tasks.load("digits")
    trained = wb.fit(wb.models.create("cnn", task), task, epochs=4).build()
    folder = tmp_path_factory.mktemp("file")
    write(nn.Sequential(trained, nn.Softmax(1)), task, folder / "digits.onnx", dynamo=False)
    write(trained, task, folder / "scores.onnx", dynamo=False)
    return task, folder


def test_a_file_is_pruned_tuned_distilled_quantized_and_exported(digits):
    task, folder = digits
    study = wb.Study.open("file", task=task, model=wb.models.load(folder / "scores.onnx", task=task))
    pruned = wb.StructuredPruning(ratio=0.7)
    less = study.run(wb.Recipe([pruned]))
    whole = study.run(wb.Recipe([pruned, wb.FineTuning(epochs=2), wb.Distillation(epochs=1), wb.StaticQuantization()]))
    base = study.baseline
    assert [c.status for c in (base, less, whole)] == ["measured"] * 3, [c.reason for c in (less, whole)]
    sizes = [c.measures["size_bytes"].value for c in (base, less, whole)]
    assert sizes[1] < 0.4 * sizes[0] and sizes[2] < 0.6 * sizes[1]
    assert whole.measures[study.metric].value > less.measures[study.metric].value + 0.1
    x = task.validation.inputs[:50]
    file, truth = answers(base.file, x), answers(folder / "scores.onnx", x)
    assert np.abs(file - truth).max() < 1e-3 * np.abs(truth).max()
    assert refused(whole.file, task) == "onnx-quantized"


@pytest.mark.parametrize("kind", [Former, Unet])
def test_a_file_whose_shapes_hold_its_channels_is_pruned(kind, tmp_path):
    task = pictures() if kind is Unet else task_of("tokens")
    path = write(made(kind), task, tmp_path / "net.onnx", batch=1)
    module = wb.models.load(path, task=task).build()
    context = StepContext(task.train, task.validation, task.kind, task.signature)
    technique = wb.StructuredPruning(ratio=0.5)
    smaller, _ = technique.apply(module, technique.plan(module, context), context)
    sizes = [export(net, task, tmp_path / f"{k}.onnx")[0].size_bytes for k, net in enumerate((module, smaller))]
    assert sizes[1] < 0.9 * sizes[0]


def test_a_last_softmax_is_left_out_of_a_classification_and_said(digits):
    task, folder = digits
    model, scores = (wb.models.load(folder / name, task=task) for name in ("digits.onnx", "scores.onnx"))
    assert model.arguments["left_out"] and "left_out" not in scores.arguments
    x = torch.tensor(task.validation.inputs[:9])
    with torch.no_grad():
        ours, plain = model.build()(x), scores.build()(x)
    assert torch.allclose(ours, plain, rtol=1e-5, atol=1e-5)
    assert np.allclose(F.softmax(ours, 1).numpy(), answers(folder / "digits.onnx", x.numpy()), atol=1e-6)
    parts = {name: (getattr(task, name).inputs, None) for name in ("train", "validation", "test")}
    bare = wb.tasks.from_arrays("bare", **parts, kind="outputs")
    kept = wb.models.load(folder / "digits.onnx", task=bare)
    with torch.no_grad():
        assert torch.allclose(kept.build()(x).sum(1), torch.ones(9), atol=1e-5) and "left_out" not in kept.arguments


def small(nodes, tensors=(), y=(3,), opset=17, x=(6,), kind=TensorProto.FLOAT, more=()):
    """A file made by hand: rows of 6 numbers in, 3 numbers out."""
    inputs = [helper.make_tensor_value_info("x", kind, ["b", *x]), *more]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["b", *y])]
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors]
    graph = helper.make_graph(nodes, "main", inputs, outputs, held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


W = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)
PRODUCT = helper.make_node("MatMul", ["x", "w"], ["h"], "product")


def saved(model, path):
    path.write_bytes(model.SerializeToString())
    return path


def test_an_operator_that_is_not_known_is_named(tmp_path):
    model = small([PRODUCT, helper.make_node("CumSum", ["h", "axis"], ["y"], "adds_up")], [("w", W), ("axis", np.array(1))])
    with pytest.raises(WorkbenchError) as error:
        wb.models.load(saved(model, tmp_path / "a.onnx"), task=task_of("row"))
    assert error.value.code == "onnx-operator" and "CumSum" in str(error.value) and "adds_up" in str(error.value)


def test_damage_and_what_does_not_fit(tmp_path):
    task, good = task_of("row"), small([helper.make_node("MatMul", ["x", "w"], ["y"])], [("w", W)])
    path = saved(good, tmp_path / "good.onnx")
    assert wb.models.load(str(path), task=task).name == "good"
    data = path.read_bytes()
    for k, cut in enumerate((data[:-40], b"", b"PK not a graph", data[: len(data) // 2])):
        (tmp_path / f"{k}.onnx").write_bytes(cut)
        assert refused(tmp_path / f"{k}.onnx", task) == "onnx-damaged", k
    assert refused(tmp_path / "none.onnx", task) == "onnx-missing"
    rotten = small([helper.make_node("MatMul", ["x", "w"], ["y"])], [("w", W * np.float32(np.nan))])
    assert refused(saved(rotten, tmp_path / "rotten.onnx"), task) == "nan-weights"
    assert refused(path, None) == "onnx-task"
    assert refused(path, task_of("image")) == refused(path, task_of("tokens")) == "onnx-form"
    wide = small([helper.make_node("Concat", ["x", "x"], ["y"], axis=1)], y=(12,))
    assert refused(saved(wide, tmp_path / "wide.onnx"), task) == "output-misfit"
    two = small([helper.make_node("Add", ["x", "z"], ["y"])], more=[helper.make_tensor_value_info("z", 1, ["b", 6])])
    assert refused(saved(two, tmp_path / "two.onnx"), task) == "onnx-inputs"
    with pytest.raises(WorkbenchError) as error:
        wb.models.load(path, task=task, weights="w.safetensors")
    assert error.value.code == "onnx-weights"


def test_torch_stays_out_of_the_process_that_loads(tmp_path):
    path = saved(small([helper.make_node("MatMul", ["x", "w"], ["y"])], [("w", W)]), tmp_path / "a.onnx")
    script = (
        "import sys, numpy as np, workbench as wb; x = np.ones((4, 6), np.float32);"
        "task = wb.tasks.from_arrays('a', train=(x, None), validation=(x, None), test=(x, None), kind='outputs');"
        f"wb.models.load({str(path)!r}, task=task); print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ran.stdout == "False\n", ran.stderr


def test_weights_beside_the_file_and_nowhere_else(tmp_path):
    task = task_of("row")
    (tmp_path / "in").mkdir()
    model, path = small([helper.make_node("MatMul", ["x", "w"], ["y"])], [("w", W)]), tmp_path / "in" / "net.onnx"
    onnx.save_model(model, path, save_as_external_data=True, location="net.onnx.data", size_threshold=0)
    with torch.no_grad():
        weight = wb.models.load(path, task=task).build().state_dict().popitem()[1]
    assert np.array_equal(weight.numpy(), W.T)
    beside = path.with_name("net.onnx.data")
    whole = beside.read_bytes()
    beside.write_bytes(whole[:-8])
    assert refused(path, task) == "onnx-damaged"
    beside.rename(tmp_path / "net.onnx.data")
    assert refused(path, task) == "onnx-data-missing"
    (tmp_path / "net.onnx.data").write_bytes(whole)
    beside.symlink_to(tmp_path / "net.onnx.data")
    assert refused(path, task) == "onnx-outside"
    for where in ("../net.onnx.data", str(tmp_path / "net.onnx.data")):
        held = onnx.load(str(path), load_external_data=False)
        held.graph.initializer[0].external_data[0].value = where
        assert refused(saved(held, tmp_path / "in" / "out.onnx"), task) == "onnx-outside"


def test_a_weight_that_two_operators_share_stays_one(tmp_path):
    square = np.random.default_rng(2).normal(size=(6, 6)).astype(np.float32)
    twice = [helper.make_node("MatMul", ["x", "w"], ["a"]), helper.make_node("MatMul", ["a", "w"], ["h"])]
    last = [helper.make_node("MatMul", ["h", "v"], ["y"])]
    path = saved(small(twice + last, [("w", square), ("v", W)]), tmp_path / "a.onnx")
    module, x = wb.models.load(path, task=task_of("row")).build(), task_of("row").validation.inputs
    assert sum(p.numel() for p in module.parameters()) == 36 + 18
    with torch.no_grad():
        assert np.allclose(module(torch.tensor(x)).numpy(), x @ square @ square @ W, rtol=1e-4, atol=1e-4)
