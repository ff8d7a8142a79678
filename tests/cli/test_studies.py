"""The verbs on a study that is really there: tables and JSON on standard output, refusals, exit codes."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import workbench as wb
from workbench import jobs
from workbench.cli import call


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with one study: separable rows of numbers, a small MLP, one measured candidate, one that failed."""
    folder = tmp_path_factory.mktemp("cli") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder))
        rows = np.random.default_rng(0).normal(size=(240, 6)).astype(np.float32)
        labels = (rows[:, 0] + rows[:, 1] > 0).astype(np.int64)
        parts = {n: (rows[i::3], labels[i::3]) for i, n in enumerate(("train", "validation", "test"))}
        task = wb.tasks.from_arrays("rows", **parts)
        study = wb.Study.open("rows", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=3))
        study.run(wb.Recipe([wb.DynamicQuantization()]))
        yield folder
        jobs.retire()


@pytest.fixture
def recipe(tmp_path):
    def write(*techniques):
        path = tmp_path / f"recipe-{len(list(tmp_path.iterdir()))}.yaml"
        path.write_text(wb.Recipe(techniques).to_yaml())
        return str(path)

    return write


def test_studies(home, capsys):
    assert call(["studies", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0] | {"measured": 0} == {
        "name": "rows",
        "task": "rows",
        "measured": 0,
        "failed": 0,
    }
    assert call(["studies"]) == 0
    header, first = capsys.readouterr().out.splitlines()[:2]
    assert header.split() == ["study", "task", "measured", "failed"] and first.split()[:2] == ["rows", "rows"]


def test_show_says_what_answers_owe_to_their_batch(home, capsys):
    """The candidate is quantized dynamically: beside its figures, of it and of the study; nothing beside the baseline's."""
    study = wb.Study.open("rows")
    (first,) = [c for c in study.candidates if c.name == "DynamicQuantization"]
    alike = first.measures["batch_agreement"]
    assert 0.5 < alike.value <= 1 and alike.n == 80 and alike.split == "validation"
    assert first.measures["accuracy"].details["batch"] == study.baseline.measures["accuracy"].details["batch"] == 64
    assert study.baseline.measures["accuracy"].remarks == () and "batch_agreement" not in study.baseline.measures
    said = f"of 80 samples {100 * alike.value:.4g} %"
    for asked in (["show", "rows"], ["show", "rows", first.id]):
        assert call(asked) == 0
        out = capsys.readouterr().out
        assert out.count(said) == 1 and "alike alone and in batches of 64" in out
        (line,) = [line for line in out.splitlines() if said in line]
        assert first.id in line.split(":")[0].split(", ") and "baseline" not in line.split(":")[0]
    assert study.examine(first)["accuracy"].details["batch"] == 64


def test_show(home, capsys):
    assert call(["show", "rows", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    study = wb.Study.open("rows")
    assert shown["name"] == "rows" and shown["baseline"]["id"] == "baseline"
    first = shown["candidates"][0]
    assert first["file"] == str(study.candidates[0].file) and wb.Recipe.from_yaml(first["recipe"]).digest == first["digest"]
    assert first["measures"]["size_bytes"]["value"] == study.candidates[0].file.stat().st_size
    assert call(["show", "rows"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("rows: rows, baseline accuracy") and "DynamicQuantization" in text and " kB" in text


def test_run_measures_and_finds_again(home, recipe, capsys):
    path = recipe(wb.WeightPruning(ratio=0.5))
    assert call(["run", "rows", path, "--json"]) == 0
    said = capsys.readouterr()
    (made,) = json.loads(said.out)
    assert made["status"] == "measured" and "WeightPruning" in said.err and "Measure" in said.err
    assert call(["run", "rows", path]) == 0
    said = capsys.readouterr()
    assert made["id"] in said.out and "Measure" not in said.err
    assert made["digest"] in [c.recipe.digest for c in wb.Study.open("rows").candidates]


def test_run_reads_standard_input(home, recipe, capsys, monkeypatch):
    text = wb.Recipe([wb.DynamicQuantization()]).to_yaml()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert call(["run", "rows", "-"]) == 0 and "c1" in capsys.readouterr().out


def test_a_recipe_that_cannot_be_read_is_refused(home, tmp_path, capsys):
    (tmp_path / "model.onnx").write_bytes(b"\xff\xfe\x00\x9f")
    assert call(["run", "rows", str(tmp_path / "model.onnx")]) == 1
    assert "model.onnx is not a text file" in capsys.readouterr().err
    (tmp_path / "wrong.yaml").write_text(wb.Recipe([wb.DynamicQuantization()]).to_yaml().replace("Dynamic", "Dinamic"))
    assert call(["run", "rows", str(tmp_path / "wrong.yaml")]) == 1
    assert "DynamicQuantization" in capsys.readouterr().err
    (tmp_path / "slip.yaml").write_text("- WeightClipping\n- HalfPrecision: [")
    assert call(["run", "rows", str(tmp_path / "slip.yaml")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(str(tmp_path / "slip.yaml")) and "line 2" in said


def test_a_failed_candidate_is_1_with_its_reason(home, recipe, capsys, monkeypatch):
    path = recipe(wb.FineTuning(epochs=900))
    monkeypatch.setenv("WORKBENCH_LIMIT_SECONDS", "0.5")
    assert call(["run", "rows", path]) == 1
    said = capsys.readouterr()
    assert "failed" in said.out and "limit" in said.err and "Traceback" not in said.err


def test_frontier(home, tmp_path, capsys):
    picture = tmp_path / "f.svg"
    assert call(["frontier", "rows", "-x", "packed_bytes", "--plot", str(picture), "--json"]) == 0
    said = capsys.readouterr()
    expected = [c.id for c in wb.Study.open("rows").frontier("packed_bytes").candidates]
    assert [c["id"] for c in json.loads(said.out)] == expected and picture.read_text().lstrip().startswith("<?xml")
    assert str(picture) in said.err
    assert call(["frontier", "rows", "-x", "latency_b1_ms"]) == 0
    header, *rows = [line for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert header.split() == ["id", "recipe", "latency_b1_ms", "accuracy"]
    on = wb.Study.open("rows").frontier("latency_b1_ms").candidates
    assert [row.split()[0] for row in rows[: 1 + len(on)]] == ["baseline", *(c.id for c in on)]
    assert all(f"{c.measures['latency_b1_ms'].value:.2g}"[:3] in row for c, row in zip(on, rows[1 : 1 + len(on)], strict=True))
    assert call(["frontier", "rows", "-y", "acuracy"]) == 1 and "acuracy" in capsys.readouterr().err


def test_no_folder_is_made_for_a_picture(home, tmp_path, capsys):
    assert call(["frontier", "rows", "--plot", str(tmp_path / "no" / "such" / "x.png")]) == 1
    said = capsys.readouterr()
    assert said.out == "" and str(tmp_path / "no" / "such") in said.err and not (tmp_path / "no").exists()


def test_show_tells_what_each_step_touched(home, capsys):
    first = wb.Study.open("rows").candidates[0]
    report = first.reports[-1] if first.reports[-1].lines else next(r for r in first.reports if r.lines)
    counted = f"{report.step} {len(report.touched)} of {len(report.lines)}"
    assert call(["show", "rows"]) == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("c1"))
    assert row.rstrip().endswith(counted)
    assert call(["show", "rows", "c1"]) == 0
    text = capsys.readouterr().out
    assert first.report in text and all(name in text for name in first.measures) and "measured" in text
    assert call(["show", "rows", "c1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reports"] == json.loads(json.dumps([r.to_json() for r in first.reports]))
    assert call(["show", "rows", "c99"]) == 1 and "c99" in capsys.readouterr().err


def test_publish(home, capsys):
    assert call(["publish", "rows", "rows-small", "--candidate", "c1", "--alias", "champion", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    artifact = wb.load_artifact(made["path"])
    assert (made["name"], made["version"]) == ("rows-small", 1) == (artifact.name, artifact.version)
    assert call(["publish", "rows", "rows-small", "--max-drop", "1"]) == 0
    assert made["path"].rsplit("/", 1)[0] in capsys.readouterr().out
    assert call(["publish", "rows", "rows-tiny", "--candidate", "c1", "--packed", "--json"]) == 0
    packed = Path(json.loads(capsys.readouterr().out)["path"]) / "model.onnx.packed"
    assert wb.unpack(packed) == (artifact.path / "model.onnx").read_bytes()
    assert call(["publish", "rows", "rows-small", "--candidate", "c77"]) == 1
    assert "c77" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["show", "nothing"], ["publish", "nothing", "x"], ["frontier", "nothing"]])
def test_a_study_that_is_not_there_is_named(home, words, capsys):
    assert call(words) == 1
    said = capsys.readouterr()
    assert "nothing" in said.err and "rows" in said.err and said.out == "" and said.err.count("\n") == 1


def test_env(home, capsys):
    assert call(["env", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["home"] == str(home) and found["machine"]["cores"] >= 1 and "torch" in found["versions"]
    assert call(["env"]) == 0
    assert str(home) in capsys.readouterr().out


def test_compare(home, capsys):
    study = wb.Study.open("rows")
    found = wb.compare(study.baseline, study.candidates[0])
    assert call(["compare", "rows", "baseline", "c1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sentence"] == found.sentence and told["verdict"] == found.verdict and told["candidate"] == "c1"
    assert told["measures"]["accuracy"] == found.measures["accuracy"].to_json()
    assert call(["compare", "rows", "baseline", "c1"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(found.sentence) and "size_bytes" in text and "exact" in text and "points" in text
    assert call(["compare", "rows", "baseline", "c77"]) == 1 and "c77" in capsys.readouterr().err
    assert call(["compare", "rows", "baseline", "c1", "--margin", "-1"]) == 1 and "margin" in capsys.readouterr().err
