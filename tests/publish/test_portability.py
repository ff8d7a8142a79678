"""What an artifact says about other CPUs: certified, or the risk with the loss that was emulated."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.graphs import GraphFile, certify
from workbench.measure.portability import saturation_loss
from workbench.publish import publish
from workbench.publish.portability import assess, told
from workbench.tasks.task import Split


def quantized(path, weights, activations=True):
    """logits = input @ weights in integers: weights 8 x 3 as stored; scales that let activations reach 255."""
    held = {"s": np.float32(0.02), "z": np.uint8(128), "ws": np.float32(0.02), "w_quantized": weights}
    nodes = (
        [("QuantizeLinear", ["input", "s", "z"], ["q"]), ("DequantizeLinear", ["q", "s", "z"], ["d"])] if activations else []
    )
    nodes += [
        ("DequantizeLinear", ["w_quantized", "ws"], ["w"]),
        ("MatMul", ["d" if activations else "input", "w"], ["logits"]),
    ]
    made = [helper.make_node(*n) for n in nodes]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 8])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])]
    tensors = [numpy_helper.from_array(np.asarray(v), k) for k, v in held.items()]
    graph = helper.make_graph(made, "g", inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return GraphFile.save(model, path).path


@pytest.fixture
def weights():
    made = np.round(np.random.default_rng(0).normal(size=(8, 3)) * 50).clip(-127, 127).astype(np.int8)
    made[::2, 0] = made[1::2, 0] = np.array([90, 127, -90, -127], np.int8)
    return made


def test_a_certified_file_says_so(study, weights, tmp_path):
    small = (weights // 2).astype(np.int8)
    artifact = publish(study.add(quantized(tmp_path / "safe.onnx", small)), "safe")
    found = artifact.manifest["portability"]
    assert found["certified"] is True and found["loss"] == {} and found["unknown"] == ""
    assert [(o["name"], o["code"]) for o in found["operators"]] == [("w_quantized", "pairs-fit")]
    assert "- Certified: none of its 1 integer operators can saturate" in artifact.card and "emulation" not in artifact.card


def test_a_risk_is_named_with_its_emulated_loss(study, weights, tmp_path):
    candidate = study.add(quantized(tmp_path / "risky.onnx", weights))
    artifact = publish(candidate, "risky")
    found = artifact.manifest["portability"]
    assert not found["certified"] and found["operators"][0]["fields"] == {"count": 4, "pairs": 12, "channels": 1, "total": 3}
    x, y = study.task.validation.inputs, study.task.validation.targets
    q = np.clip(np.rint(x / np.float32(0.02)) + 128, 0, 255).astype(int)
    products = q[:, :, None] * weights.astype(int)
    exact = (products.sum(1) - 128 * weights.astype(int).sum(0)).argmax(1)
    sums = (products[:, ::2] + products[:, 1::2]).clip(-32768, 32767).sum(1) - 128 * weights.astype(int).sum(0)
    change = (sums.argmax(1) == y).mean() - (exact == y).mean()
    loss = found["loss"]
    assert loss["accuracy"]["value"] == pytest.approx(change) != 0 and loss["accuracy"]["n"] == 150
    assert loss["agreement"]["value"] == pytest.approx((sums.argmax(1) == exact).mean()) and loss["agreement"]["value"] < 1
    assert loss["accuracy"]["low"] < change < loss["accuracy"]["high"] and loss["accuracy"]["split"] == "validation"
    (line,) = [line for line in artifact.card.splitlines() if line.startswith("- Not certified: 1 of its 1 integer operators")]
    assert "On 150 validation samples an emulation of such a CPU differs in Accuracy by " in line
    assert line.endswith(" of them alike.") and "points (" in line


def test_a_loss_that_is_not_known_has_its_reason(study, weights, tmp_path):
    artifact = publish(study.add(quantized(tmp_path / "held.onnx", weights, activations=False)), "held")
    found = artifact.manifest["portability"]
    assert not found["certified"] and found["loss"] == {} and "MatMulNBits" in found["unknown"]
    assert found["operators"][0]["code"] == "kernel-not-known" and found["unknown"] in artifact.card


def test_a_float_file_has_nothing_to_certify(study):
    artifact = publish(study.candidates[1], "float")
    assert artifact.manifest["portability"] == {"certified": True, "operators": [], "loss": {}, "unknown": ""}
    assert "- Certified: it has no integer operators" in artifact.card


def test_outputs_are_held_against_the_baseline_s(study, weights, tmp_path):
    candidate = study.add(quantized(tmp_path / "risky.onnx", weights))
    candidate.study.task = replace(study.task, kind="outputs", classes=())
    found = assess(candidate)
    assert set(found.loss) == {"agreement", "relative_error"} and found.loss["relative_error"].value != 0
    said = {"operators": [], "unknown": "", "loss": {"relative_error": {**found.loss["relative_error"].to_json(), "n": 7}}}
    assert "On 7 validation samples" in told(said, "relative_error") and "Relative error" in told(said, "relative_error")


def test_only_the_first_samples_are_emulated(weights, tmp_path):
    file = GraphFile(quantized(tmp_path / "r.onnx", weights))
    x = np.random.default_rng(2).normal(size=(70, 8)).astype(np.float32)
    split = Split("validation", {"input": x}, np.zeros((70, 3), np.float32))
    found = saturation_loss(file, split, "regression", samples=66)
    assert {m.n for m in found.values()} == {66} and "agreement" not in found
    assert {m.file_digest for m in found.values()} == {file.digest} and not certify(file).portable
