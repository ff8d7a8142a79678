"""The model card: what it says, and that every figure is one of the measures."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from workbench.plots import number
from workbench.publish import publish
from workbench.publish.card import write_card


@pytest.fixture
def artifact(study):
    return publish(study.candidates[1], "toy-small", licence="Apache-2.0", intended_use="Sorting toys.\n\nNot for people.")


def test_the_head_is_yaml_with_licence_and_test_figures(artifact):
    head = yaml.safe_load(artifact.card.split("---\n")[1])
    metrics = head["model-index"][0]["results"][0]["metrics"]
    assert (head["license"], head["version"], head["library_name"]) == ("Apache-2.0", 1, "onnxruntime")
    assert {"type": "accuracy", "value": artifact.manifest["test"]["accuracy"]["value"]} in metrics


def test_both_splits_stand_in_the_table_with_their_intervals(artifact):
    for part, split, n in (("test", "test", 90), ("measures", "validation", 150)):
        m = artifact.manifest[part]["accuracy"]
        row = re.search(rf"^\| Accuracy \| the {split} split \| (\S+) % \| (\S+) to (\S+) % \| {n} \|", artifact.card, re.M)
        assert row is not None
        for text, value in zip(row.groups(), (m["value"], m["low"], m["high"]), strict=True):
            assert float(text) == pytest.approx(100 * value, abs=0.051)


def test_size_latency_and_machine_are_told(artifact):
    size = artifact.path.joinpath("model.onnx").stat().st_size
    assert f"({size} bytes) | exact |" in artifact.card
    assert "| Latency at batch 1 | the file | 0.5 ms | 0.4 to 0.6 ms | 7 | a small machine |" in artifact.card


def test_of_many_columns_the_first_ones_are_named(artifact):
    names = [f"column {k}" for k in range(130)]
    card = changed(artifact, preprocessing={"columns": names})
    assert '"column 0, column 1, ' in card and 'column 99 and 30 more"' in card and "column 100" not in card


def test_it_says_how_to_use_how_it_was_made_and_what_was_not_evaluated(artifact, study):
    card = artifact.card
    assert 'wb.load_artifact("toy-small:1")' in card
    assert "artifact.predict(inputs).labels" in card
    assert study.candidates[1].recipe.to_yaml().strip() in card
    assert "- DynamicQuantization: 1 of 2 layers" in card
    assert "Held against PyTorch on 100 validation samples" in card
    assert study.task.test.digest in card
    assert "torch 2.13" in card
    assert "bias" in card
    assert "depends on the other samples in its batch" in card
    assert "consecutive batches of 64 samples" in card
    assert "> Sorting toys.\n> \n> Not for people." in card
    assert "Licence of the model: Apache-2.0. Licence of the data: CC0-1.0." in card
    assert '"scale": 0.5' in card
    assert "(frontier.png)" in card


def test_the_code_in_the_card_runs_as_it_stands(artifact):
    code = re.search(r"```python\n(.*?)```", artifact.card, re.S).group(1)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.startswith("["), ran.stderr
    assert code.strip() == artifact.usage


def changed(artifact, **fields):
    return write_card({**artifact.manifest, **fields}, picture=False)


def test_the_looks_at_the_test_split_are_told(artifact):
    assert artifact.manifest["looks"] == 1
    assert "scored once in this study" in artifact.card
    assert "scored 3 times" in changed(artifact, looks=3)


def test_the_comparison_with_the_baseline_is_honest(artifact):
    assert "As large as the baseline" in artifact.card
    base, ours = artifact.manifest["baseline"], artifact.manifest["measures"]
    difference = artifact.manifest["difference"]
    assert difference["value"] == pytest.approx(ours["accuracy"]["value"] - base["accuracy"]["value"])
    assert difference["method"] == "tango" and difference["n"] == 150 and difference["split"] == "validation"
    bound = max(abs(difference["low"]), abs(difference["high"]))
    assert f"on the same 150 samples · too few samples to tell (within {number(100 * bound)} points)." in artifact.card
    half = {**ours, "size_bytes": {**ours["size_bytes"], "value": base["size_bytes"]["value"] / 4}}
    assert "75 % smaller than the baseline" in changed(artifact, measures=half)
    assert "300 % larger than the baseline" in changed(artifact, measures=base, baseline=half)


def test_what_is_not_there_is_not_said(artifact):
    card = changed(artifact, intended_use=" ", steps=[], preprocessing={}, parity={})
    assert "No intended use was given" in card
    assert "frontier.png" not in card
    assert "depends on the other samples" not in card
    assert "have to be prepared" not in card
    assert "Held against" not in card


def test_a_measured_difference_is_told_with_its_limit(artifact):
    parity = {"difference": 0.000123456, "limit": 0.05, "n": 16, "truth": "the ONNX reference evaluator"}
    card = changed(artifact, parity=parity)
    assert "Held against the ONNX reference evaluator on 16 validation samples" in card
    assert "differ by 0.000123 of the largest output at most (the limit is 0.05)" in card


def test_a_figure_that_is_no_number_is_said_to_be_none(study):
    candidate = study.candidates[1]
    broken = replace(candidate.measures["latency_b1_ms"], value=float("nan"), low=float("nan"))
    unsure = replace(candidate.measures["size_bytes"], name="macs", unit="", low=float("-inf"), method="bootstrap")
    made = replace(candidate, measures=candidate.measures | {"latency_b1_ms": broken, "macs": unsure})
    artifact = publish(made, "odd")
    assert "| Latency at batch 1 | the file | not a number |" in artifact.card
    assert artifact.manifest["measures"]["latency_b1_ms"]["value"] is None
    assert "| Multiply-adds | the file | 217 | unknown |" in artifact.card


def test_several_inputs_and_many_classes_are_told(artifact):
    tensor = artifact.manifest["signature"]["inputs"][0]
    two = {**artifact.manifest["signature"], "inputs": [{**tensor, "name": "ids"}, {**tensor, "name": "mask"}]}
    card = changed(artifact, signature=two, classes=[f"k{i}" for i in range(13)])
    assert """inputs = {'ids': np.zeros((1, 8), "float32"), 'mask': np.zeros((1, 8), "float32")}""" in card
    assert "`ids` (N x 8, float32), `mask` (N x 8, float32) and tells 13 classes apart: k0, k1, " in card
    assert "k9 and 3 more" in card
    assert "tells 12 classes apart: k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11." in changed(
        artifact, classes=[f"k{i}" for i in range(12)]
    )


@pytest.mark.parametrize(("kind", "verb"), [("regression", "predicts"), ("outputs", "gives")])
def test_other_kinds_answer_by_outputs(artifact, kind, verb):
    card = changed(artifact, kind=kind)
    assert f"{verb} `logits` (N x 3, float32)" in card
    assert "artifact.predict(inputs).outputs" in card


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((-0.004, 0.003), "no measurable loss (at most 0.4 points)."),
        ((-0.03, -0.01), "loses 2 points (1 to 3)."),
        ((-0.05, 0.0), "too few samples to tell (within 5 points)."),
        ((None, None), "150 samples are too few for an interval."),
    ],
)
def test_a_loss_is_said_where_the_paired_interval_excludes_zero(artifact, ends, said):
    difference = {**artifact.manifest["difference"], "value": -0.02, "low": ends[0], "high": ends[1]}
    assert f"on the same 150 samples · {said}" in changed(artifact, difference=difference)
    assert "on the same 150" not in changed(artifact, difference=None)


def test_what_has_to_be_said_of_figures_is_in_the_card(artifact):
    assert artifact.manifest["remarks"] == [] and "- 3 samples are too few" in changed(
        artifact, remarks=["3 samples are too few."]
    )


def test_how_much_of_the_file_runs_in_integers_is_told(artifact):
    figures = {"integer_operators": 13.0, "float_operators": 2.0}
    step = {"step": "StaticQuantization", "touched": 10, "layers": 10, "figures": figures}
    card = changed(artifact, steps=[step])
    assert "- StaticQuantization: 10 of 10 layers. ONNX Runtime runs 13 operators in integers and 2 in floating point." in card


def test_quality_stands_before_size_and_speed(artifact):
    measures = artifact.manifest["measures"]
    turned = {name: measures[name] for name in reversed(measures)}
    rows = [line for line in changed(artifact, measures=turned).splitlines() if line.startswith("| ")]
    of = [row.split(" | ")[1] for row in rows[1:]]
    assert of == sorted(of, key=["the test split", "the validation split", "the file"].index)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("parameters", 19_626.0, "19\u00a0626"),
        ("macs", 123_456_789.0, "123\u00a0456\u00a0789"),
        ("nonzero_share", 0.53125, "0.531"),
    ],
)
def test_what_is_called_exact_is_not_rounded(artifact, name, value, shown):
    exact = {
        **artifact.manifest["measures"]["size_bytes"],
        "name": name,
        "unit": "",
        "value": value,
        "low": value,
        "high": value,
    }
    card = changed(artifact, measures={**artifact.manifest["measures"], name: exact})
    assert f"| the file | {shown} | exact |" in card
