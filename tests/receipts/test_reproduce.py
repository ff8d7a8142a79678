"""Receipts are made again for real: a study on digits and a script, each in a process and a home of its own."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import workbench as wb
from workbench import jobs, machine
from workbench.cli import call
from workbench.errors import Damaged, InputError, StepFailed
from workbench.objects import Objects
from workbench.receipts import Figure, Receipt, read, write
from workbench.study.origin import Origin

SCRIPT = """
import os, sys
from workbench.files import home
from workbench.receipts import TO, Figure, Receipt, write
from pathlib import Path
assert not list(home().iterdir()), "the home is a fresh one"
n = int(sys.argv[1])
if n < 0:
    sys.exit(3)
print("an answer")
figures = [Figure("n", n, n, n), Figure("half", n / 2, 0, n)]
write(Receipt.now("t.md", "python b/t.py", {"script": ["b/t.py", "4"]}, 0, {}, figures), Path(os.environ[TO]))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("receipts") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder))
        yield folder
        jobs.retire()


@pytest.fixture(scope="module")
def picture(home):
    """The receipt of a picture of two candidates of a small network on digits, fitted twice."""
    task = wb.tasks.load("digits")
    model = wb.fit(wb.models.create("mlp", task, seed=0, hidden=16), task, epochs=1, seed=5)
    study = wb.Study.open("small", task=task, model=wb.fit(model, task, epochs=1), seed=7)
    study.run([wb.Recipe([wb.DynamicQuantization()]), wb.Recipe([wb.StructuredPruning(ratio=0.5), wb.Distillation(epochs=1)])])
    study.frontier().plot(home / "f.png")
    return home / "f.receipt.json"


def edited(path, to, edit):
    data = json.loads(path.read_text())
    edit(data)
    to.write_text(json.dumps(data))
    return to


def test_the_receipt_of_a_picture_holds_what_is_drawn(home, picture):
    study, kept = wb.Study.open("small"), read(picture)
    frame = study.frontier().to_frame().set_index("id")
    drawn = {
        f"{id} {m}": frame.loc[id, [m, f"{m}_low", f"{m}_high"]].tolist() for id in frame.index for m in kept_measures(kept)
    }
    assert {f.name: [f.value, f.low, f.high] for f in kept.figures} == drawn and len(drawn) == 6
    assert kept.seed == 7 and kept.data == {"digits": study.task.digest} and kept.of == "f.png"
    assert [fit["seed"] for fit in kept.again["study"]["fits"]] == [5, 0]
    assert str(home) not in picture.read_text()


def kept_measures(receipt):
    return receipt.again["study"]["measures"]


def test_a_study_is_made_again_from_nothing_and_a_figure_changed_by_hand_is_outside(home, picture, capsys):
    def edit(data):
        data["figures"][2] |= {"value": 77, "low": 77, "high": 77}

    path = edited(picture, home / "changed.receipt.json", edit)
    assert call(["reproduce", str(path), "--json"]) == 1
    out, _ = capsys.readouterr()
    said = json.loads(out)
    assert [row["verdict"] for row in said["figures"]] == ["inside"] * 2 + ["outside"] + ["inside"] * 3
    assert [row["now"]["value"] for row in said["figures"]] == [figure.value for figure in read(picture).figures]
    assert said["holds"] is False and said["sentence"].startswith("5 of 6") and said["remarks"] == []
    assert wb.studies() == ["small"]  # the new study was in a home of its own


def script(folder, *words):
    (folder / "b").mkdir()
    (folder / "b/t.py").write_text(SCRIPT)
    figures = [Figure("n", 4, 4, 4), Figure("half", 2.5, 1, 3, "s")]
    return write(Receipt.now("t.md", "python b/t.py", {"script": ["b/t.py", *words]}, 0, {}, figures), folder / "b")


def test_a_script_is_run_again_beside_nothing(tmp_path, home, capfd):
    path = script(tmp_path, "4")
    before = path.read_bytes()
    assert call(["reproduce", str(path)]) == 0
    rows = capfd.readouterr().out.splitlines()
    assert [row.split()[-1] for row in rows[:3]] == ["verdict", "inside", "inside"] and "2 of 2" in rows[3]
    assert "an answer" not in rows and path.read_bytes() == before and len(list((tmp_path / "b").iterdir())) == 2


def test_a_script_that_fails_or_is_gone_is_told(tmp_path, home, capsys, monkeypatch):
    path = script(tmp_path, "-1")
    with pytest.raises(StepFailed) as refused:
        wb.reproduce(path)
    assert refused.value.code == "receipt-no-answer" and "python b/t.py" in str(refused.value)
    assert call(["reproduce", str(path)]) == 1
    (tmp_path / "b/t.py").unlink()
    monkeypatch.chdir(tmp_path)
    assert call(["reproduce", str(path)]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("There is no b/t.py")


def test_told_to_end_it_leaves_no_home_and_no_process(tmp_path, home):
    path = script(tmp_path, "4")
    told = "pathlib.Path('told').write_text(f'{os.getpid()} ' + os.environ['WORKBENCH_HOME'])"
    (tmp_path / "b/t.py").write_text(f"import os, pathlib, time\n{told}\ntime.sleep(60)")
    words = [sys.executable, "-c", "from workbench.cli import main; main()", "reproduce", str(path)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as command:
        until(lambda: (tmp_path / "told").exists() and (tmp_path / "told").read_text())
        pid, place = (tmp_path / "told").read_text().split()
        command.send_signal(signal.SIGTERM)
        assert command.wait(30) == 128 + signal.SIGTERM
    assert not Path(place).parent.exists() and not Path(f"/proc/{pid}").exists()


def until(holds):
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("It did not come about within a minute.")


def test_another_version_is_said_first_and_not_judged(tmp_path, home):
    path = edited(script(tmp_path, "5"), tmp_path / "b/old.receipt.json", lambda d: d["versions"].update(torch="1.0"))
    heard = []
    found = wb.reproduce(path, on_event=heard.append)
    assert [event.code for event in heard] == ["receipt-versions"] and found.remarks[0][0] == "receipt-versions"
    assert [(row.now.value, row.verdict) for row in found.figures] == [(5, "not judged"), (2.5, "not judged")]
    assert machine.versions()["torch"] != "1.0"


def test_bad_receipts_are_refused_in_one_sentence(tmp_path, home, capsys):
    path = script(tmp_path, "4")
    (tmp_path / "cut.receipt.json").write_bytes(path.read_bytes()[:300])
    edited(path, tmp_path / "later.receipt.json", lambda d: d.update(format=9))
    (tmp_path / "t.md").write_text("# A table")
    for name in ("cut.receipt.json", "later.receipt.json", "t.md", "none.receipt.json"):
        assert call(["reproduce", str(tmp_path / name)]) == 2
        said = capsys.readouterr()
        assert said.out == "" and name in said.err and said.err.count("\n") == 1


def test_a_class_of_another_process_is_refused(picture, tmp_path):
    path = edited(picture, tmp_path / "f.receipt.json", lambda data: data["again"]["study"]["model"].update(source="live:Net"))
    edited(path, path, lambda data: data["again"]["study"].update(fits=[]))
    with pytest.raises(InputError) as refused:
        wb.reproduce(path)
    assert refused.value.code == "receipt-live" and "Net" in str(refused.value) and "wb.models.load" in str(refused.value)


@pytest.fixture
def filed(home, tmp_path, monkeypatch):
    """The receipt of a study of a person's own arrays, of a network in a file and of weights in another."""
    (tmp_path / "own_net.py").write_text("from torch import nn\n\n\ndef make():\n    return nn.Linear(6, 2)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    torch.manual_seed(0)
    torch.save(nn.Linear(6, 2).state_dict(), tmp_path / "weights.pt")
    rows = np.random.default_rng(0).normal(size=(90, 6)).astype(np.float32)
    parts = {n: (rows[i::3], (rows[i::3, 0] > 0).astype(np.int64)) for i, n in enumerate(("train", "validation", "test"))}
    task = wb.tasks.from_arrays("rows", **parts)
    model = wb.models.load("own_net:make", task=task, weights=tmp_path / "weights.pt")
    wb.Study.open("filed", task=task, model=model).frontier().plot(tmp_path / "filed.png")
    return tmp_path / "filed.receipt.json"


def test_arrays_and_weights_are_found_by_their_digest_or_missed(filed, tmp_path):
    def code():
        with pytest.raises(InputError) as refused:
            wb.reproduce(filed)
        return refused.value.code

    found = wb.reproduce(filed)
    assert found.holds and len(found.figures) == 2 and str(tmp_path) not in filed.read_text()
    origin = Origin.from_json(read(filed).again["study"], filed)
    assert origin.fits == []
    for key, expected in ((origin.model["weights"], "weights"), (origin.task["source"]["test"], "data")):
        folder = Objects().folder(key)
        shutil.move(folder, tmp_path / "elsewhere")
        assert code() == f"receipt-{expected}-gone"
        shutil.move(tmp_path / "elsewhere", folder)
    (tmp_path / "own_net.py").write_text("from torch import nn\n\n\ndef make():\n    return nn.Linear(6, 2, True)\n")
    assert code() == "factory-changed"


@pytest.mark.parametrize("edit", [lambda s: s.pop("model"), lambda s: s.update(fits=[{}]), lambda s: s.update(task={"a": 1})])
def test_a_study_that_cannot_be_read_is_damage(picture, tmp_path, edit, capsys):
    path = edited(picture, tmp_path / "f.receipt.json", lambda data: edit(data["again"]["study"]))
    assert call(["reproduce", str(path)]) == 2 and str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("study",), None),
        (("seed",), "x"),
        (("seed",), 10**30),
        (("device",), 3),
        (("measures",), None),
        (("measures",), "accuracy"),
        (("measures",), [1]),
        (("model", "source"), 3),
        (("model", "arguments"), None),
        (("model", "cuts"), [["a", "b"]]),
        (("task", "name"), None),
        (("fits", 0, "device"), None),
        (("fits", 0, "model", "weights"), 4),
        (("fits", 0, "seed"), "x"),
        (("recipes",), ["c1"]),
        (("recipes", "c1"), 3),
    ],
)
def test_each_part_of_a_study_is_what_it_has_to_be(picture, path, value):
    study = read(picture).again["study"]
    assert Origin.from_json(study, picture).to_json() == study
    *parts, last = path
    part = study
    for name in parts:
        part = part[name]
    part[last] = value
    with pytest.raises(Damaged) as refused:
        Origin.from_json(study, picture)
    assert refused.value.code == "receipt-damaged" and ".".join(map(str, path)) in str(refused.value)
    assert "\n" not in str(refused.value)


def of_model(**said):
    """Changes the model of a study, and the one that its first fit began with."""
    return lambda study: [model.update(said) for model in (study["model"], study["fits"][0]["model"])]


FALSE = {
    "a task of no data": lambda s: s["fits"][0]["task"].update(source={}),
    "no network of the zoo": of_model(source="zoo:nothing"),
    "no source": of_model(source="nothing"),
    "no such argument": of_model(arguments={"x": [1]}),
    "a cut of a layer that is not there": of_model(cuts=[["a", "b", 1]]),
    "a cut of what is no layer": of_model(cuts=[[1, 2, 3]]),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_study_that_is_well_written_and_false_is_one_sentence(picture, tmp_path, name, capfd):
    path = edited(picture, tmp_path / "f.receipt.json", lambda data: FALSE[name](data["again"]["study"]))
    assert call(["reproduce", str(path)]) == 2
    said = [line for line in capfd.readouterr().err.splitlines() if not line.startswith("  fit")]
    assert len(said) == 1 and said[0].startswith(f"{path} is not a whole receipt: its study cannot be read (")


@pytest.mark.parametrize("setting", ["on_event", "seed"])
def test_a_fit_takes_settings_and_nothing_else(picture, tmp_path, setting):
    path = edited(
        picture, tmp_path / "f.receipt.json", lambda d: d["again"]["study"]["fits"][0]["settings"].update({setting: 3})
    )
    with pytest.raises(InputError) as refused:
        wb.reproduce(path)
    assert setting in str(refused.value)


def test_a_study_that_has_none_of_the_figures_is_damage(picture, tmp_path):
    path = edited(picture, tmp_path / "f.receipt.json", lambda data: data["again"]["study"].update(measures=["beauty"]))
    with pytest.raises(Damaged) as refused:
        wb.reproduce(path)
    assert str(path) in str(refused.value) and "none of the figures" in str(refused.value)
