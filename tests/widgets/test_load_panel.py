"""The panel Load without a browser: examples, files in pieces, what is refused, the pair that is shown before anything runs."""

import base64
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from workbench_widgets import Load, Session
from workbench_widgets.examples import EXAMPLES, Built
from workbench_widgets.uploads import LIMIT

import workbench as wb

from .own_files import PIECE, idle, pictures, send, until, written


@pytest.fixture(autouse=True)
def ours(home):
    """A home for every test."""


class Hostile:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_examples_whose_data_is_here_are_offered_and_nothing_runs():
    session = Session()
    names = [example["name"] for example in session.load["examples"]]
    assert names[:2] == ["digits", "digits-tokens"] and set(names) <= set(wb.tasks.available())
    assert "digits" in session.load["examples"][0]["title"].lower()
    assert (session.load["selected"], session.load["samples"], session.load["busy"], wb.studies()) == ("", [], None, [])
    assert repr(Load(session)) == f"Load(nothing loaded; examples {', '.join(names)})" == repr(Load())


def test_an_unknown_example_offers_the_nearest():
    session = Session()
    session.do("load", {"example": "digit"})
    assert "The nearest is digits" in session.load["error"]


def test_a_file_in_pieces_is_data_that_is_shown_before_anything_runs(tmp_path):
    session, data = Session(), pictures(tmp_path / "shapes.npz")
    assert len(data) > 2 * PIECE and send(session, "shapes.npz", data) == len(data)
    view = idle(session)
    own, task = view["own"], wb.tasks.from_file(tmp_path / "shapes.npz")
    assert own["errors"] == {} and own["ready"] and own["network"] in own["networks"] and "lstm" not in own["networks"]
    assert own["tasks"][0] == {"name": "", "title": "shapes.npz"} and own["study"] == f"shapes-{own['network']}"
    assert view["inputs"] == [{"name": "input", "shape": [1, 8, 8], "dtype": "float32"}] and view["outputs"][0]["classes"] == 2
    assert {f["label"]: f["value"] for f in view["figures"]} == {"validation": len(task.validation)}
    first = view["samples"][0]
    drawn = np.frombuffer(base64.b64decode(first["gray"]), np.uint8).astype(float)
    assert np.corrcoef(drawn, task.validation.inputs[0].ravel())[0, 1] > 0.999 and (first["width"], first["height"]) == (8, 8)
    assert (first["answer"], first["truth"]) == (None, task.classes[task.validation.targets[0]]) and wb.studies() == []
    assert f"from_file({str(tmp_path)!r}" not in session.code["load"] and "shapes.npz" in session.code["load"]


def test_what_arrives_broken_is_not_taken(tmp_path):
    data = pictures(tmp_path / "shapes.npz")
    for changed in ({"sha256": "0" * 64}, {"size": len(data) + 1}, {"size": len(data) - 1}):
        session = Session()
        assert send(session, "shapes.npz", data, **changed) is None
        assert "did not arrive whole" in session.load["own"]["errors"]["file"] and not session.load["own"]["begun"]
    session = Session()
    fields = {"name": "shapes.npz", "size": len(data), "upload": "u"}
    session.do("upload", {**fields, "offset": 0}, [data[:10]])
    assert session.do("upload", {**fields, "offset": 20}, [data[20:30]]) is None
    assert session.do("upload", {**fields, "offset": 10}, [data[10:20]]) is None, "after a refusal it begins anew"


def test_a_file_stays_whole_until_another_of_its_name_is(tmp_path):
    session, data = Session(), pictures(tmp_path / "shapes.npz")
    send(session, "shapes.npz", data)
    taken = idle(session)["own"]["study"]
    assert send(session, "shapes.npz", b"PK" + bytes(5000), sha256="0" * 64) is None
    session.do("own", {"task": "digits"})
    idle(session)
    session.do("own", {"task": ""})  # the person's own data again, which is read anew
    own = idle(session)["own"]
    assert (own["study"], own["errors"], own["task"]) == (taken, {}, "")


def test_too_large_is_said_at_the_first_piece():
    session = Session()
    assert session.load["limit_mb"] == LIMIT // 10**6
    assert session.do("upload", {"name": "a.npz", "size": LIMIT + 1, "upload": "u", "offset": 0}, [b"PK"]) is None
    assert f"larger than {LIMIT // 10**6} MB" in session.load["own"]["errors"]["file"]


def test_a_name_cannot_lead_out_of_the_folder(tmp_path):
    session, data = Session(), pictures(tmp_path / "shapes.npz")
    assert send(session, "../../..\\shapes.npz", data) == len(data)
    assert idle(session)["own"]["tasks"][0]["title"] == "shapes.npz" and not (tmp_path.parent / "shapes.npz").exists()


@pytest.mark.parametrize("name", ["net.pt", "net.safetensors", "rows.npz", "rows.csv"])
def test_a_pickle_is_refused_at_the_control_and_never_opened(tmp_path, name):
    session, trap = Session(), tmp_path / "trap"
    data = pickle.dumps(Hostile(trap))
    send(session, name, data)
    assert "can run code" in idle(session)["own"]["errors"]["file"] and not trap.exists()
    (tmp_path / name).write_bytes(data)
    session.do("load-path", {"path": str(tmp_path / name)})
    assert "can run code" in idle(session)["own"]["errors"]["path"] and not trap.exists()


@pytest.mark.parametrize(
    "name, data, said",
    [
        ("rows.npz", b"PK\3\4 and no more", "cannot be read"),
        ("net.safetensors", b"\x40\0\0\0\0\0\0\0{}", "not a whole weights file"),
        ("notes.txt", b"hello", "is neither a model"),
        ("rows.csv", b"a,b\n1,2\n", "samples"),
    ],
)
def test_wrong_kinds_and_damage_are_one_sentence(name, data, said):
    session = Session()
    send(session, name, data)
    view = idle(session)
    assert said in view["own"]["errors"]["file"] and not view["own"]["begun"] and view["error"] is None


def test_a_path_that_leads_nowhere_is_said_there(tmp_path):
    session = Session()
    for path, said in (
        (str(tmp_path / "no.npz"), "not on the server"),
        ("", "neither"),
        ("nomodule:make", "no module nomodule"),
    ):
        session.do("load-path", {"path": path})
        assert said in idle(session)["own"]["errors"]["path"]


def test_two_sessions_that_choose_one_example_at_once_share_its_study(monkeypatch):
    monkeypatch.setitem(EXAMPLES, "digits", Built("Digits", "mlp", 2))
    sessions, heard = (Session(), Session()), []
    for session in sessions:
        session.observe(lambda change: heard.append(change["new"]["busy"]), "load")
        session.do("load", {"example": "digits"})
    for session in sessions:
        view = until(session, "load", lambda v: v["study"] and not v["busy"])
        assert (session.study_name, session.example, view["error"], view["selected"]) == (
            "page-digits",
            "digits",
            None,
            "digits",
        )
    assert wb.studies() == ["page-digits"] and sessions[0].load == sessions[1].load
    assert {"data", "fit", "baseline"} <= {busy["step"] for busy in heard if busy}
    view, study = sessions[0].load, wb.Study.open("page-digits")
    figures = {f["label"]: f["value"] for f in view["figures"]}
    assert figures["size_bytes"] == study.baseline.file.stat().st_size and figures["validation"] == 270
    shares = [s["share"] for s in view["samples"]]
    assert len(shares) == 12 and all(0 < share <= 1 for share in shares)
    assert repr(Load(sessions[0])) == repr(Load(Session(study_name="page-digits")))
    third = Session()
    third.do("load-study", {"study": "page-digits"})
    assert idle(third)["samples"] == view["samples"] and third.example == "digits"
    made = {f["label"]: f["value"] for f in third.load["examples"][0]["figures"]}
    assert made == {name: figures[name] for name in ("quality", "size_bytes")} and "figures" not in third.load["examples"][1]


def test_own_weights_and_data_become_a_study(tmp_path):
    from workbench.models.weights import to_bytes

    data = pictures(tmp_path / "shapes.npz")
    task = wb.tasks.from_file(tmp_path / "shapes.npz")
    weights = to_bytes(wb.models.create("mlp", task, seed=5).build())
    session = Session()
    send(session, "shapes.npz", data)
    send(session, "mine.safetensors", weights)
    own = idle(session)["own"]
    assert own["weights"]["size_bytes"] == len(weights) and not own["train"]
    session.do("own", {"network": "cnn"})
    session.do("own-open", {"study": "shapes"})
    assert "do not fit" in idle(session)["own"]["errors"]["weights"] and wb.studies() == []
    session.do("own", {"network": "mlp"})
    session.do("own-open", {"study": "no/name"})
    assert "cannot be a study's name" in idle(session)["own"]["errors"]["study"]
    script = session.code["load"]
    session.do("own-open", {"study": "shapes"})
    view = idle(session)
    assert (view["study"], view["error"], session.study_name) == ("shapes", None, "shapes") and not view["own"]["begun"]
    assert wb.Study.open("shapes", task=task).baseline.status == "measured" and view["samples"][0]["answer"] in task.classes
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "Candidate(baseline" in ran.stdout and "shapes-mlp" in wb.studies(), ran.stderr
    send(session, "shapes.npz", data)
    session.do("own", {"network": "mlp", "train": False})
    session.do("own-open", {"study": "shapes"})
    assert "There is a study shapes" in idle(session)["own"]["errors"]["study"]


def test_an_onnx_file_is_a_model_that_needs_data_and_no_training(tmp_path):
    model, data = written(tmp_path)[0], pictures(tmp_path / "shapes.npz")
    session = Session()
    send(session, "mine.onnx", model)
    view = idle(session)
    own = view["own"]
    assert (own["file"], own["ready"], own["tasked"], own["train"], own["errors"]) == ("mine.onnx", False, False, False, {})
    assert own["tasks"][0] == {"name": "", "title": ""} and own["weights"]["parameters"] == 60 + 434
    assert [t["shape"] for t in (*view["inputs"], *view["outputs"])] == [[1, 8, 8], [2]] and view["samples"] == []
    session.do("own-open", {"study": "mine"})
    assert "no data yet" in idle(session)["own"]["errors"]["open"]
    session.do("own", {"task": "digits"})
    assert "2" in idle(session)["own"]["errors"]["network"] and not session.load["own"]["ready"]
    send(session, "shapes.npz", data)
    own = idle(session)["own"]
    assert own["errors"] == {} and own["ready"] and own["study"] == "shapes-mine" and not own["train"] and own["rescored"]
    assert (
        until(session, "load", lambda view: not view["answering"])["samples"][0]["answer"] in ("0", "1") and wb.studies() == []
    )
    script = session.code["load"]
    session.do("own-open", {"study": "shapes"})
    view = idle(session)
    assert (view["study"], view["error"], view["own"]["begun"]) == ("shapes", None, False)
    task = wb.tasks.from_file(tmp_path / "shapes.npz")
    assert wb.Study.open("shapes").baseline.status == "measured" and view["samples"][0]["answer"] in task.classes
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "Candidate(baseline" in ran.stdout and "shapes-mine" in wb.studies(), ran.stderr


def test_weights_beside_an_onnx_file_are_asked_for_and_taken(tmp_path):
    model, weights = written(tmp_path, beside=True)
    session = Session()
    send(session, "mine.onnx.data", weights)
    assert "Drop the file too" in idle(session)["own"]["errors"]["file"]
    send(session, "mine.onnx", model)
    assert idle(session)["own"]["file"] == "mine.onnx" and session.load["own"]["errors"] == {}
    session = Session()
    send(session, "mine.onnx", model)
    assert "mine.onnx.data" in idle(session)["own"]["errors"]["file"] and not session.load["own"]["begun"]
    send(session, "mine.onnx.data", weights)
    assert idle(session)["own"]["file"] == "mine.onnx" and session.load["own"]["errors"] == {}


def test_an_onnx_file_that_cannot_be_taken_is_one_sentence(tmp_path):
    model = written(tmp_path)[0]
    for data, said in ((model[:-9], "not a whole ONNX file"), (b"hello", "not a whole ONNX file")):
        session = Session()
        send(session, "mine.onnx", data)
        assert said in idle(session)["own"]["errors"]["file"] and not session.load["own"]["begun"]
    send(session, "mine.onnx", pickle.dumps(Hostile(tmp_path / "trap")))
    assert "can run code" in idle(session)["own"]["errors"]["file"] and not (tmp_path / "trap").exists()


def test_weights_that_go_from_the_disk_leave_a_panel_that_works(tmp_path):
    from workbench.models.weights import to_bytes

    pictures(tmp_path / "shapes.npz")
    task = wb.tasks.from_file(tmp_path / "shapes.npz")
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(to_bytes(wb.models.create("mlp", task, seed=5).build()))
    size, session = weights.stat().st_size, Session()
    session.do("load-path", {"path": str(weights)})
    idle(session)
    weights.unlink()
    session.do("load-path", {"path": str(tmp_path / "shapes.npz")})
    view = idle(session)
    assert view["error"] is None and view["own"]["weights"]["size_bytes"] == size
    assert view["own"]["tasks"][0]["title"] == "shapes.npz"


def test_of_files_given_at_once_each_refusal_stays(tmp_path):
    session, data = Session(), pictures(tmp_path / "shapes.npz")
    send(session, "bad.npz", data[: len(data) // 2])
    send(session, "shapes.npz", data, first=False)
    view = idle(session)
    assert "bad.npz" in view["own"]["errors"]["file"] and view["own"]["ready"]
    send(session, "shapes.npz", data)
    assert idle(session)["own"]["errors"] == {}


def test_a_network_that_does_not_take_the_data_is_not_chosen(tmp_path):
    session = Session()
    pictures(tmp_path / "shapes.npz")
    session.do("load-path", {"path": str(tmp_path / "shapes.npz")})
    before = idle(session)["own"]["network"]
    for wrong in (5, "lstm", ["cnn"]):
        session.do("own", {"network": wrong})
        assert idle(session)["own"]["network"] == before and session.load["error"] is None


def test_of_a_table_the_column_that_is_asked_for_is_named():
    session = Session()
    send(session, "rows.csv", b"a,class,b\n" + b"".join(b"%d,%d,%d\n" % (k, k % 2, k % 3) for k in range(40)))
    assert idle(session)["asked"] == "class"


def test_a_class_that_cannot_be_learned_is_named(tmp_path):
    x = np.zeros((20, 3), np.float32)
    y = {
        "y_train": np.array(["a", "b"] * 10),
        "y_validation": np.array(["a", "b", "c", "b"] * 5),
        "y_test": np.array(["a", "b"] * 10),
    }
    np.savez(tmp_path / "rows.npz", x_train=x, x_validation=x, x_test=x, **y)
    session = Session()
    session.do("load-path", {"path": str(tmp_path / "rows.npz")})
    assert idle(session)["unlearned"] == ["c"]
