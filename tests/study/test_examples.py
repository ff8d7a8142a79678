"""Samples with a file's answers: counted again with numpy, without torch."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench.errors import InputError
from workbench.study.examples import examples, model_examples
from workbench.tasks.task import Split

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(8, 3)).astype(np.float32)
INPUTS = RNG.normal(size=(70, 8)).astype(np.float32)


@pytest.fixture
def candidate(home, tmp_path):
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 8])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])]
    node = helper.make_node("MatMul", ["input", "w"], ["logits"])
    graph = helper.make_graph([node], "linear", inputs, outputs, [numpy_helper.from_array(WEIGHTS, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, tmp_path / "model.onnx")

    def make(kind, targets, file=tmp_path / "model.onnx"):
        task = SimpleNamespace(kind=kind, classes=("a", "b", "c"), validation=Split("validation", INPUTS, targets))
        study = SimpleNamespace(task=task)
        return SimpleNamespace(id="baseline", study=study, file=file, status="measured", reason=None)

    return make


def test_a_classification_has_answers_shares_and_truths(candidate):
    targets = RNG.integers(0, 3, 70)
    scores = INPUTS.astype(np.float64) @ WEIGHTS
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    for e in examples(candidate("classification", targets), [0, 5, 69]):
        assert e.answer == "abc"[scores[e.place].argmax()] and e.truth == "abc"[targets[e.place]]
        assert e.share == pytest.approx(shares[e.place].max(), rel=1e-5)
        assert np.array_equal(e.inputs["input"], INPUTS[e.place])


@pytest.mark.parametrize("kind", ["regression", "outputs"])
def test_others_have_outputs_and_targets(candidate, kind):
    targets = INPUTS[:, :3] if kind == "regression" else None
    (e,) = examples(candidate(kind, targets), [7])
    assert e.output == pytest.approx(INPUTS[7] @ WEIGHTS, rel=1e-5) and (e.answer, e.share, e.truth) == (None, None, None)
    assert e.target is None if targets is None else np.array_equal(e.target, targets[7])


def test_without_a_file_there_is_nothing_to_show(candidate):
    with pytest.raises(InputError) as caught:
        examples(candidate("outputs", None, file=None), [0])
    assert caught.value.code == "not-measured"


def test_it_needs_no_torch():
    code = "import sys, workbench.study.examples; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_models_examples_are_those_of_the_file_that_it_becomes(home):
    task = wb.tasks.load("digits")
    model = wb.models.create("mlp", task)
    before = model_examples(model, task)
    study = wb.Study.open("digits", task=task, model=model)
    for ours, its in zip(before, study.examples(study.baseline), strict=True):
        assert (ours.place, ours.answer, ours.truth) == (its.place, its.answer, its.truth)
        assert ours.share == pytest.approx(its.share, rel=1e-4) and np.array_equal(ours.inputs["input"], its.inputs["input"])
