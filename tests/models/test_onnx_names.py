"""What is made of an ONNX file takes that file's place: its tensors have the names that a person's programs ask for."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import nn

import workbench as wb
from workbench.errors import Conflict, InputError

pytestmark = pytest.mark.usefixtures("one_home")


@pytest.fixture(scope="module")
def task():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 6)).astype(np.float32), np.arange(40) % 3
    return wb.tasks.from_arrays("rows", train=(x, y), validation=(x[:20], y[:20]), test=(x[20:], y[20:]))


def written(path, *last, inputs="x", output="y"):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3), *last).eval()
    batch = {"dynamic_shapes": ({0: torch.export.Dim("batch")},)}
    names = {"input_names": [inputs], "output_names": [output]}
    torch.onnx.export(module, (torch.zeros(2, 6),), str(path), verbose=False, dynamo=True, **names, **batch)
    return path


def renamed(path, names):
    """The file with tensors called otherwise, as other exporters than PyTorch's call them."""
    model = onnx.load(str(path))
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in (*model.graph.input, *model.graph.output):
        value.name = names.get(value.name, value.name)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def names_of(file):
    graph = onnx.load(str(file)).graph
    return [value.name for value in graph.input], [value.name for value in graph.output]


@pytest.mark.parametrize("inputs, output", [("pixel values", "scores"), ("linear", "relu"), ("x:0", "Identity:0")])
def test_every_file_is_called_as_the_one_that_was_loaded(task, tmp_path, inputs, output):
    path = renamed(written(tmp_path / "net.onnx"), {"x": inputs, "y": output, "linear": "a", "relu": "b"})
    model = wb.models.load(path, task=task)
    study = wb.Study.open(f"called-{inputs.split(':')[0].split()[0]}", task=task, model=model)
    small = study.run(wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.FineTuning(epochs=1), wb.StaticQuantization()]))
    for file in (study.baseline.file, small.file):
        onnx.checker.check_model(onnx.load(str(file)), full_check=True)
    assert names_of(study.baseline.file) == names_of(small.file) == ([inputs], [output])
    again = wb.Study.open(study.name)
    assert list(again.task.validation.arrays) == [inputs] and again.task.digest == study.task.digest
    assert wb.Study.open(study.name, task=task, model=model).baseline.id == study.baseline.id
    published = wb.load_artifact(small.publish(study.name).path)
    x = task.test.inputs
    theirs = ort.InferenceSession(str(small.file), providers=["CPUExecutionProvider"]).run([output], {inputs: x})[0]
    assert np.allclose(published.predict(x).outputs[output], theirs, atol=1e-6)


def test_scores_are_not_called_as_the_probabilities_were(task, tmp_path):
    model = wb.models.load(written(tmp_path / "net.onnx", nn.Softmax(1), output="probabilities"), task=task)
    assert model.arguments["left_out"]
    wb.Study.open("scores", task=task, model=model)
    again = wb.Study.open("scores")
    assert names_of(again.baseline.file) == (["x"], ["logits"])
    assert np.array_equal(again.task.train.arrays["x"], task.train.inputs)


def test_scores_are_not_called_as_the_shares_were_where_these_had_the_scores_name(task, tmp_path):
    model = wb.models.load(written(tmp_path / "net.onnx", nn.Softmax(1), output="logits"), task=task)
    assert names_of(wb.Study.open("logits", task=task, model=model).baseline.file) == (["x"], ["scores"])


def test_names_that_a_person_gave_stay(task, tmp_path):
    model = wb.models.load(written(tmp_path / "net.onnx"), task=task)
    study = wb.Study.open("given", task=wb.tasks.named(task, ["image"], "classes"), model=model)
    assert names_of(study.baseline.file) == (["image"], ["classes"])
    assert wb.Study.open("given", task=task).baseline.id == "baseline", "the data are the same"


def test_names_that_quantizing_makes_are_left(task, tmp_path):
    model = wb.models.load(written(tmp_path / "net.onnx", output="x_quantized"), task=task)
    study = wb.Study.open("made", task=task, model=model)
    assert study.run(wb.Recipe([wb.DynamicQuantization()])).status == "measured"
    assert names_of(study.baseline.file) == (["x"], ["logits"])


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Linear(6, 3), nn.Linear(6, 3)

    def forward(self, a, b):
        return self.one(a) - 3 * self.other(b)


def test_inputs_in_another_order_than_the_model_s_are_refused_and_another_task_is_told_as_ever(task, tmp_path):
    x, y = task.train.inputs, task.train.targets

    def of(*names):
        return wb.tasks.from_arrays(
            "two", **{s: ({n: x + (n == "b") for n in names}, y) for s in ("train", "validation", "test")}
        )

    path = tmp_path / "two.onnx"
    batch = {0: torch.export.Dim("batch")}
    words = {"dynamo": True, "dynamic_shapes": (batch, batch), "verbose": False, "input_names": ["a", "b"]}
    torch.onnx.export(Two().eval(), (torch.zeros(2, 6), torch.ones(2, 6)), str(path), **words)
    model = wb.models.load(path, task=of("a", "b"))
    with pytest.raises(InputError, match="takes its inputs in the order a, b"):
        wb.Study.open("two", task=of("b", "a"), model=model)
    with pytest.raises(InputError, match="does not take the inputs"):
        wb.Study.open("two", task=task, model=model)
    wb.Study.open("two", task=of("a", "b"), model=model)
    for other in (task, of("b", "a")):
        with pytest.raises(Conflict, match="another data set"):
            wb.Study.open("two", task=other)


def test_an_older_study_without_names_opens_with_its_task_and_its_model(task, tmp_path, monkeypatch):
    model = wb.models.load(written(tmp_path / "net.onnx"), task=task)
    with monkeypatch.context() as before:
        before.setattr("workbench.study.opening.as_called", lambda task, model: task)
        wb.Study.open("older", task=task, model=model)
    study = wb.Study.open("older", task=task, model=model)
    assert names_of(study.baseline.file) == (["input"], ["logits"]) and list(study.task.train.arrays) == ["input"]


def test_cross_validation_of_a_task_with_names(task):
    called = wb.tasks.named(task, ["rows"], "scores")
    model = wb.models.create("mlp", task, seed=0)
    ours = wb.training.cross_validate(model, called, folds=2, epochs=1, seed=0)
    assert ours.values == wb.training.cross_validate(model, task, folds=2, epochs=1, seed=0).values


def test_names_that_would_be_there_twice_are_left(task, tmp_path):
    """The file's input has the name of the scores."""
    model = wb.models.load(written(tmp_path / "net.onnx", nn.Softmax(1), inputs="logits"), task=task)
    study = wb.Study.open("twice", task=task, model=model)
    assert names_of(study.baseline.file) == (["input"], ["logits"])


def test_pictures_that_were_made_otherwise_than_the_model_takes_them_are_told(tmp_path):
    x = np.random.default_rng(0).integers(0, 255, (40, 8, 8, 3)).astype(np.uint8)
    np.savez(tmp_path / "pictures.npz", x=x, y=np.arange(40) % 2)
    module = nn.Sequential(nn.Flatten(), nn.Linear(192, 2)).eval()
    names = {"input_names": ["x"], "dynamic_shapes": ({0: torch.export.Dim("batch")},)}
    path = tmp_path / "last.onnx"
    torch.onnx.export(module, (torch.zeros(2, 8, 8, 3),), str(path), dynamo=True, verbose=False, **names)
    with pytest.raises(InputError, match="N x H x W x C, and pictures of whole numbers"):
        wb.models.load(path, task=wb.tasks.from_file(tmp_path / "pictures.npz"))
    np.savez(tmp_path / "floats.npz", x=x.astype(np.float32), y=np.arange(40) % 2)
    assert wb.models.load(path, task=wb.tasks.from_file(tmp_path / "floats.npz")).arguments["inputs"] == ["x"]
