"""A file that answers one number for two classes becomes a model with a score for each."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import InputError

pytestmark = pytest.mark.usefixtures("one_home")


def rows(classes):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 6)).astype(np.float32)
    y = (x[:, 0] > 0).astype(int) if classes == 2 else np.arange(80) % classes
    return wb.tasks.from_arrays("rows", train=(x, y), validation=(x[:40], y[:40]), test=(x[40:], y[40:]))


class Network(nn.Module):
    """`formed` is what is done to the number before `last`, and `then` behind it."""

    def __init__(self, last, formed=lambda x: x, then=lambda x: x):
        super().__init__()
        torch.manual_seed(0)
        self.body, self.last = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1)), last
        self.formed, self.then = formed, then

    def forward(self, x):
        return self.then(self.last(self.formed(self.body(x))))


def written(path, module, batch):
    with torch.no_grad():
        [layer.weight.mul_(9) for layer in module.modules() if isinstance(layer, nn.Linear)]  # as far apart as trained ones
    words = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)} if batch is None else {}
    example = (torch.zeros(batch or 2, 6),)
    names = {"input_names": ["x"], "output_names": ["y"]}
    torch.onnx.export(module.eval(), example, str(path), verbose=False, dynamo=batch is None, **names, **words)
    return path


FORMS = {
    "column": Network,
    "flat": lambda last: Network(last, lambda x: x.squeeze(1)),
    "flat behind": lambda last: Network(last, then=lambda x: x.squeeze(-1)),
    "flattened": lambda last: Network(last, then=lambda x: x.reshape(-1)),
    "double": lambda last: Network(last, then=lambda x: x.double()),
    "sequential": lambda last: nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1), last),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("last", [nn.Sigmoid(), nn.Identity()])
def test_one_number_becomes_two_scores_with_its_probabilities(tmp_path, last, form, batch):
    task = rows(2)
    path = written(tmp_path / "net.onnx", FORMS[form](last), batch)
    model = wb.models.load(path, task=task)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    truth = np.array([session.run(None, {"x": task.test.inputs[k : k + 1]})[0].item() for k in range(10)])
    likely = truth if isinstance(last, nn.Sigmoid) else 1 / (1 + np.exp(-truth))
    with torch.no_grad():
        scores = model.build()(torch.tensor(task.test.inputs[:10]))
    assert scores.shape == (10, 2) and sum(p.numel() for p in model.build().parameters()) == 6 * 16 + 16 + 16 + 1
    assert np.allclose(torch.softmax(scores, 1)[:, 1].numpy(), likely, atol=1e-6)
    assert ("left_out" in model.arguments) == isinstance(last, nn.Sigmoid) and "output" not in model.arguments


def test_such_a_file_is_made_small_and_published(tmp_path):
    task = rows(2)
    model = wb.models.load(written(tmp_path / "net.onnx", Network(nn.Sigmoid()), None), task=task)
    study = wb.Study.open("one number", task=task, model=model)
    small = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=1), wb.StaticQuantization()]))
    assert small.status == "measured", small.reason
    assert [value.name for value in onnx.load(str(small.file)).graph.output] == ["logits"], "it is not what y was"
    found = wb.load_artifact(small.publish("one-number").path).predict(task.test.inputs)
    assert set(found.labels) <= {0, 1} and np.allclose(found.probabilities.sum(1), 1)


def test_one_number_for_three_classes_is_refused(tmp_path):
    path = written(tmp_path / "net.onnx", Network(nn.Sigmoid()), None)
    with pytest.raises(InputError, match="has the size 1, and the task rows needs 3"):
        wb.models.load(path, task=rows(3))


@pytest.mark.parametrize("last", [nn.Hardsigmoid(), nn.Sequential(nn.Sigmoid(), nn.Threshold(0.1, 0.1))])
def test_a_share_that_no_sigmoid_made_is_not_taken_for_a_score(tmp_path, last):
    with pytest.raises(InputError, match="may be a share or a score"):
        wb.models.load(written(tmp_path / "net.onnx", Network(last), None), task=rows(2))


class Grouped(nn.Module):
    """Two groups of classes, each with shares that add up to 1."""

    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 4)

    def forward(self, x):
        return torch.softmax(self.body(x).reshape(-1, 2, 2), -1).reshape(-1, 4)


class Clipped(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(6, 4)

    def forward(self, x):
        return torch.softmax(self.body(x), -1).clamp(0.05, 0.9)


@pytest.mark.parametrize("module", [Grouped, Clipped])
def test_shares_that_are_no_softmax_of_all_classes_stay(tmp_path, module):
    task, path = rows(4), written(tmp_path / "net.onnx", module(), None)
    model = wb.models.load(path, task=task)
    theirs = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": task.test.inputs})[0]
    with torch.no_grad():
        assert np.allclose(model.build()(torch.tensor(task.test.inputs)).numpy(), theirs, atol=1e-6)
    assert "left_out" not in model.arguments


class Ended(nn.Module):
    def __init__(self, end, classes):
        super().__init__()
        torch.manual_seed(0)
        self.body, self.end = nn.Linear(6, classes), end

    def forward(self, x):
        return self.end(self.body(x))


def by_hand(z):
    powers = torch.exp(z - z.max(-1, keepdim=True).values)
    return powers / powers.sum(-1, keepdim=True)


def clipped(z, least=1e-7):
    return torch.softmax(z, -1).clamp(least, 1 - least)


def far_clipped(z):
    return clipped(z, 1e-3)


def sure_of_two(z):
    """Near the ends the rounding of 1 - p is many times p."""
    p = torch.sigmoid(12 * z[:, :1])
    return torch.cat([1 - p, p], 1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize(
    "end, classes, apart",
    [(by_hand, 4, 1e-4), (clipped, 4, 1e-4), (clipped, 40, 1e-4), (far_clipped, 4, 4e-3), (sure_of_two, 2, 1e-4)],
)
def test_shares_of_all_classes_that_no_last_softmax_makes_are_still_probabilities(tmp_path, end, classes, apart, batch):
    task, path = rows(classes), written(tmp_path / "net.onnx", Ended(end, classes), batch)
    model = wb.models.load(path, task=task)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    truth = np.concatenate([session.run(None, {"x": task.test.inputs[k : k + 1]})[0] for k in range(40)])
    with torch.no_grad():
        ours = torch.softmax(model.build()(torch.tensor(task.test.inputs)), 1).numpy()
    assert np.abs(ours - truth).max() < apart and np.ptp(truth) > 0.9 and model.arguments["logarithm"]


def test_an_old_file_that_divides_by_the_sum_is_taken_too(tmp_path):
    rng, helper = np.random.default_rng(0), onnx.helper
    weight = onnx.numpy_helper.from_array(rng.normal(size=(6, 4)).astype(np.float32), "w")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["z"]),
        helper.make_node("Exp", ["z"], ["e"]),
        helper.make_node("ReduceSum", ["e"], ["s"], axes=[1], keepdims=1),
        helper.make_node("Div", ["e", "s"], ["y"]),
    ]
    sides = {name: helper.make_tensor_value_info(name, 1, ["n", count]) for name, count in (("x", 6), ("y", 4))}
    graph = helper.make_graph(nodes, "old", [sides["x"]], [sides["y"]], [weight])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 7)], ir_version=4), tmp_path / "old.onnx")
    task = rows(4)
    with torch.no_grad():
        ours = torch.softmax(wb.models.load(tmp_path / "old.onnx", task=task).build()(torch.tensor(task.test.inputs)), 1)
    powers = np.exp(task.test.inputs @ onnx.numpy_helper.to_array(weight))
    assert np.allclose(ours.numpy(), powers / powers.sum(1, keepdims=True), atol=1e-4)


def test_such_a_file_is_trained_made_small_and_published(tmp_path):
    task, path = rows(4), written(tmp_path / "net.onnx", Ended(by_hand, 4), None)
    truth = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": task.test.inputs})[0]
    study = wb.Study.open("shares", task=task, model=wb.models.load(path, task=task))
    assert [value.name for value in onnx.load(str(study.baseline.file)).graph.output] == ["logits"], "it is not what y was"
    for steps in ([wb.StaticQuantization()], [wb.HalfPrecision()], [wb.FineTuning(epochs=1), wb.HalfPrecision()]):
        small = study.run(wb.Recipe(steps))
        assert small.status == "measured", small.reason
        found = wb.load_artifact(small.publish("shares").path).predict(task.test.inputs)
        assert np.isfinite(found.probabilities).all()
        assert np.abs(found.probabilities - truth).mean() < (0.05 if len(steps) == 1 else 1)


def test_one_minus_p_is_followed_through_the_export(tmp_path):
    task, path = rows(2), written(tmp_path / "net.onnx", Ended(sure_of_two, 2), None)
    study = wb.Study.open("sure", task=task, model=wb.models.load(path, task=task))
    truth = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": task.test.inputs})[0]
    found = wb.load_artifact(study.baseline.publish("sure").path).predict(task.test.inputs)
    assert np.abs(found.probabilities - truth).max() < 1e-4


def test_shares_that_were_cut_off_near_their_ends_are_told(tmp_path):
    path = written(tmp_path / "net.onnx", Network(nn.Sigmoid(), then=lambda x: x.clamp(1e-7, 1 - 1e-7)), None)
    assert wb.models.load(path, task=rows(2)).arguments["left_out"]
