"""The arithmetic of layers: held against networks that were really cut, and against the sums that the page does."""

import json
from pathlib import Path

import pytest

import workbench as wb
from workbench.export import export
from workbench.graphs.costs import LayerCost
from workbench.graphs.wiring import Wire
from workbench.study.estimate import Structure, estimate, structure, structure_of
from workbench.techniques import StepContext

CASES = Path(__file__).parents[1] / "js/cases/estimate.json"
"""Shared with tests/js/estimate.test.mjs."""

PRUNINGS = {
    "uniform": {"ratio": 0.5},
    "left alone": {"ratio": 0.75, "leave_alone": ("layers.2",)},
    "its own": {"ratio": 0.25, "layers": {"layers.0.conv1": 0.75, "layers.2.conv1": 0.5}},
}


def cut(name, data, tmp_path, **fields):
    """A network's layers as they are estimated, and as they are when the network has been cut."""
    task = wb.tasks.load(data)
    module = wb.models.create(name, task, seed=0).build()
    context = StepContext(task.train, task.validation, task.kind, task.signature)
    step = wb.StructuredPruning(**fields)
    smaller, _ = step.apply(module, step.plan(module, context), context)
    files = [export(m, task, tmp_path / f"{k}.onnx")[0] for k, m in enumerate((module, smaller))]
    return estimate(wb.Recipe([step]), structure(files[0])), structure(files[1])


@pytest.mark.parametrize("fields", PRUNINGS.values(), ids=PRUNINGS)
def test_a_residual_network_loses_what_was_estimated(fields, tmp_path):
    told, real = cut("resnet8", "digits", tmp_path, **fields)
    assert [la.layer for la in told.layers] == [la.layer for la in real.layers]
    for expected, layer in zip(told.layers, real.layers, strict=True):
        assert expected.macs == layer.macs and expected.parameters == pytest.approx(layer.parameters, abs=16)


def test_a_depthwise_convolution_loses_only_what_it_is_fed(tmp_path):
    told, real = cut("mobilenet", "digits", tmp_path, ratio=0.5)
    for expected, layer in zip(told.layers, real.layers, strict=True):
        assert expected.macs == layer.macs and expected.parameters == pytest.approx(layer.parameters, abs=5)


def test_layers_in_float_keep_their_bytes():
    layers = tuple(LayerCost(name, kind, 1000, 100, 400, k) for k, (name, kind) in enumerate([("a", "Conv"), ("b.c", "Gemm")]))
    of = Structure(layers, 50)
    sizes = {
        wb.StaticQuantization(): [100, 100],
        wb.StaticQuantization(leave_alone=("b",)): [100, 400],
        wb.DynamicQuantization(): [400, 100],
        wb.DynamicQuantization(convolutions=True): [100, 100],
        wb.HalfPrecision(): [200, 200],
        wb.WeightPruning(): [400, 400],
    }
    for step, expected in sizes.items():
        found = estimate(wb.Recipe([step]), of)
        assert [la.bytes for la in found.layers] == expected and found.size_bytes == 50 + sum(expected)


def test_a_file_that_is_gone_is_said(tmp_path):
    with pytest.raises(wb.errors.Damaged) as caught:
        structure_of(tmp_path / "gone.onnx")
    assert caught.value.code == "baseline-damaged"


def of_json(data):
    layers = [
        LayerCost(la["layer"], la["operator"], la["macs"], la["parameters"], 4 * la["parameters"], k)
        for k, la in enumerate(data["layers"])
    ]
    wires = [Wire(tuple(la["reads"]), la["makes"]) for la in data["layers"] if "makes" in la]
    return Structure(tuple(layers), data["other_bytes"], tuple(wires))


def test_the_page_does_the_same_sums():
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    assert len(cases) >= 10
    for case in cases:
        of = of_json(case["structure"])
        steps = [(wb.techniques.technique(s["technique"])(**s["fields"]), s["on"]) for s in case["steps"]]
        told = [estimate(wb.Recipe([step for step, on in steps[:k] if on]), of) for k in range(len(steps) + 1)]
        last = told[-1]
        found = {"size_bytes": last.size_bytes, "parameters": last.parameters, "macs": last.macs}
        found["layers"] = [[la.parameters, la.macs, la.bytes] for la in last.layers]
        assert found | {"after": [t.size_bytes for t in told[1:]]} == case["expected"], case["name"]
