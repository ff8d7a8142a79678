"""What an own model answers before anything is measured, and what is chosen while files are read and answers come."""

import subprocess
import sys
import threading

import numpy as np
import pytest
import torch
from workbench_widgets import Session

import workbench as wb
from workbench.models.weights import to_bytes

from .own_files import idle, pictures, send, until, written


@pytest.fixture(autouse=True)
def ours(home):
    """A home for every test."""


def settled(session):
    """The panel's values when files are read and answers have come."""
    idle(session)
    return until(session, "load", lambda view: not view["answering"])


def given(session, path):
    session.do("load-path", {"path": str(path)})
    return settled(session)


@pytest.fixture
def shapes(tmp_path):
    """Data of pictures, its task, and weights of an mlp and of a cnn for it."""
    pictures(tmp_path / "shapes.npz")
    task = wb.tasks.from_file(tmp_path / "shapes.npz")
    for name in ("mlp", "cnn"):
        (tmp_path / f"{name}.safetensors").write_bytes(to_bytes(wb.models.create(name, task, seed=5).build()))
    return task


def expected(task, name):
    """Names of the classes that a network of those weights answers on the first samples."""
    with torch.no_grad():
        scores = wb.models.create(name, task, seed=5).build()(torch.tensor(task.validation.inputs))
    return [task.classes[k] for k in scores.argmax(1)]


def test_labels_come_at_once_and_the_answers_of_given_weights_follow(shapes, tmp_path):
    session, heard = Session(), []
    given(session, tmp_path / "shapes.npz")
    assert [s["answer"] for s in session.load["samples"]] == [None] * 9, "a network without weights answers nothing"
    session.do("own", {"network": "mlp"})
    session.observe(lambda change: heard.append((change["new"]["answering"], change["new"]["samples"][0]["answer"])), "load")
    view = given(session, tmp_path / "mlp.safetensors")
    assert [s["answer"] for s in view["samples"]] == expected(shapes, "mlp")
    assert all(0.5 <= s["share"] <= 1 and s["truth"] in shapes.classes for s in view["samples"])
    assert (True, None) in heard and heard[-1][0] is False and wb.studies() == []


def test_answers_are_those_of_the_last_choice_and_a_refusal_stands_at_the_weights(shapes, tmp_path):
    session, heard = Session(), []
    given(session, tmp_path / "shapes.npz")
    given(session, tmp_path / "mlp.safetensors")
    session.observe(lambda change: heard.append(change["new"]), "load")
    for network in ("mlp", "cnn") * 4:
        session.do("own", {"network": network})
    view = settled(session)
    assert "do not fit cnn" in view["own"]["errors"]["weights"] and view["error"] is None
    assert view["samples"][0]["truth"] and view["own"]["weights"]["file"] == "mlp.safetensors", "nothing is lost"
    session.do("own", {"network": "mlp"})
    assert settled(session)["own"]["errors"] == {}
    refused = [v["own"]["network"] for v in heard if v["own"]["errors"]]
    painted = [v["own"]["network"] for v in heard if v["samples"][0]["answer"] is not None]
    assert set(refused) == {"cnn"} and set(painted) == {"mlp"}


def test_another_file_of_the_same_name_has_answers_of_its_own(shapes, tmp_path):
    session = Session()
    send(session, "shapes.npz", (tmp_path / "shapes.npz").read_bytes())
    send(session, "mine.safetensors", (tmp_path / "mlp.safetensors").read_bytes())
    idle(session)  # the networks that take the data are known once they have been read
    session.do("own", {"network": "mlp"})
    shares = [s["share"] for s in settled(session)["samples"]]
    send(session, "mine.safetensors", to_bytes(wb.models.create("mlp", shapes, seed=6).build()))
    others = [s["share"] for s in settled(session)["samples"]]
    assert None not in shares + others and others != shares


def test_a_factory_that_fails_or_does_not_fit_is_said_at_the_network(shapes, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_nets.py").write_text(
        "from torch import nn\n"
        "def small(): return nn.Sequential(nn.Flatten(), nn.Linear(5, 2))\n"
        "def broken(): return nn.Linear(-1, 'a')\n"
        "def good(): return nn.Sequential(nn.Flatten(), nn.Linear(64, 2))\n"
    )
    session = Session()
    given(session, tmp_path / "shapes.npz")
    assert "does not take the inputs" in given(session, "own_nets:small")["own"]["errors"]["network"]
    assert "failed when it was called" in given(session, "own_nets:broken")["own"]["errors"]["network"]
    view = given(session, "own_nets:good")
    assert view["own"]["errors"] == {} and view["samples"][0]["answer"] in shapes.classes


def held(monkeypatch):
    """Weights are read slowly from now on: (set when a reading has begun, to be set for it to go on)."""
    reads, go_on, read = threading.Event(), threading.Event(), wb.models.tensor_shapes

    def slowly(path):
        reads.set()
        assert go_on.wait(60)
        return read(path)

    monkeypatch.setattr(wb.models, "tensor_shapes", slowly)
    return reads, go_on


def test_choices_that_are_made_while_a_file_is_read_stay(shapes, tmp_path, monkeypatch):
    session = Session()
    given(session, tmp_path / "shapes.npz")
    session.do("own", {"network": "cnn", "train": False})
    reads, go_on = held(monkeypatch)
    session.do("load-path", {"path": str(tmp_path / "mlp.safetensors")})
    assert reads.wait(60)
    session.do("own", {"network": "mlp", "train": True})
    go_on.set()
    own = settled(session)["own"]
    assert (own["network"], own["train"], own["weights"]["file"], own["errors"]) == ("mlp", True, "mlp.safetensors", {})


def test_what_is_taken_away_while_a_file_is_read_stays_away(shapes, tmp_path, monkeypatch):
    session = Session()
    given(session, tmp_path / "shapes.npz")
    reads, go_on = held(monkeypatch)
    session.do("load-path", {"path": str(tmp_path / "mlp.safetensors")})
    assert reads.wait(60)
    session.do("own", {"away": True})
    go_on.set()
    view = settled(session)
    assert not view["own"]["begun"] and view["samples"] == [] and view["own"]["errors"] == {}


def test_why_an_onnx_file_gives_no_model_stays_while_something_else_is_chosen(tmp_path):
    written(tmp_path)
    session = Session()
    given(session, tmp_path / "mine.onnx")
    session.do("own", {"task": "digits"})
    said = settled(session)["own"]["errors"]["network"]
    session.do("own", {"train": True})
    assert session.load["own"]["errors"] == {"network": said} and not session.load["answering"]


def test_a_table_is_shown_with_the_names_of_its_columns(tmp_path):
    rng, names = np.random.default_rng(0), [f"column {k}" for k in range(11)]
    rows = "".join(",".join(map(str, row)) + "\n" for row in rng.normal(size=(40, 12)).round(3))
    (tmp_path / "houses.csv").write_text(",".join([*names, "price"]) + "\n" + rows)
    (tmp_path / "bare.csv").write_text(rows)
    session = Session()
    first = given(session, tmp_path / "houses.csv")["samples"][0]
    assert (first["kind"], first["names"], len(first["values"]), first["more"]) == ("row", names[:8], 8, 3)
    first = given(session, tmp_path / "bare.csv")["samples"][0]
    assert (first["names"], len(first["values"]), first["more"]) == ([], 11, 0)


def test_no_torch_is_imported_for_answers(shapes, tmp_path):
    code = f"""
import sys, time
from workbench_widgets import Session

session = Session()
for name in ("shapes.npz", "mlp.safetensors"):
    session.do("load-path", {{"path": {str(tmp_path)!r} + "/" + name}})
session.later("load", lambda: session.do("own", {{"network": "mlp"}}))
end = time.monotonic() + 100
while not any(sample["answer"] for sample in session.load["samples"]) and time.monotonic() < end:
    time.sleep(0.05)
sys.exit(10 if "torch" in sys.modules else 0 if session.load["samples"][0]["answer"] else 20)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
