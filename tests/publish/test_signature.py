"""A task without targets names no outputs: the published signature has those of the file."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto, helper

from workbench.files import digest_file
from workbench.measure import quality
from workbench.publish import publish

from .conftest import WEIGHTS, linear, make_task


def without_targets(task):
    parts = {name: replaced(getattr(task, name)) for name in ("train", "validation", "test")}
    return replace(task, kind="outputs", classes=(), signature=replace(task.signature, outputs=()), **parts)


def replaced(split):
    return type(split)(split.name, split.inputs, None)


@pytest.fixture
def bare(study, monkeypatch):
    """The study with a task of kind "outputs", each file held against the baseline's answers."""
    study.task = without_targets(make_task())

    def score(split):
        return quality([split.inputs @ WEIGHTS.round(1)], split, "outputs", [split.inputs @ WEIGHTS])

    for candidate in study.candidates:
        digest = digest_file(candidate.file)
        candidate.measures.update({n: replace(m, file_digest=digest) for n, m in score(study.task.validation).items()})
        del candidate.measures["accuracy"]
    monkeypatch.setattr(study, "examine", lambda candidate: score(study.task.test), raising=False)
    return study


def test_outputs_have_the_names_shapes_and_types_of_the_file(bare):
    artifact = publish(bare.candidates[1], "bare")
    assert artifact.manifest["signature"]["outputs"] == [{"name": "logits", "shape": [3], "dtype": "float32"}]
    assert artifact.manifest["metric"] == "agreement" and "gives `logits` (N x 3, float32)" in artifact.card
    x = bare.task.test.inputs
    found = artifact.predict(x)
    assert found.labels is None and np.allclose(found.outputs["logits"], x @ WEIGHTS.round(1), atol=1e-5)


def test_a_task_that_names_its_outputs_is_believed(study):
    assert publish(study.candidates[1], "told").manifest["signature"] == study.task.signature.to_json()


def test_several_outputs_of_any_form_are_all_named(bare, tmp_path):
    """A map of values, and a whole number a sample, whose dimensions the file leaves open."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 8])]
    named = [("map", TensorProto.FLOAT, ["batch", "a", "b"]), ("best", TensorProto.INT64, ["batch"])]
    outputs = [helper.make_tensor_value_info(*one) for one in named]
    shape = helper.make_node("Constant", [], ["shape"], value=helper.make_tensor("s", TensorProto.INT64, [3], [-1, 2, 4]))
    nodes = [shape, helper.make_node("Reshape", ["input", "shape"], ["map"])]
    nodes.append(helper.make_node("ArgMax", ["input"], ["best"], axis=1, keepdims=0))
    graph = helper.make_graph(nodes, "two", inputs, outputs)
    path = linear(tmp_path / "two.onnx")
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString())
    digest = digest_file(path)
    measures = {n: replace(m, file_digest=digest) for n, m in bare.candidates[1].measures.items()}
    artifact = publish(replace(bare.candidates[1], file=path, measures=measures), "two")
    assert artifact.manifest["signature"]["outputs"] == [
        {"name": "map", "shape": [2, 4], "dtype": "float32"},
        {"name": "best", "shape": [], "dtype": "int64"},
    ]
    assert artifact.predict(np.eye(8)[:0]).outputs["map"].shape == (0, 2, 4)
    assert artifact.predict(np.eye(8)).outputs["best"].tolist() == list(range(8))
