"""Classes of a person's own data that stand in another order than the outputs of his model."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from workbench_widgets import Session

import workbench as wb
from workbench.errors import InputError

from .own_files import idle, until

ORDER = ["zebra", "ape", "mouse"]


@pytest.fixture(autouse=True)
def ours(home):
    """A home for every test."""


@pytest.fixture
def model(tmp_path):
    """Tells by the largest of three columns, in the order of the columns."""
    net = nn.Linear(3, 3).eval()
    with torch.no_grad():
        net.weight[:], net.bias[:] = torch.eye(3), 0
    batch = {0: torch.export.Dim("batch")}
    torch.onnx.export(
        net,
        (torch.zeros(2, 3),),
        str(tmp_path / "m.onnx"),
        dynamo=True,
        verbose=False,
        dynamic_shapes=(batch,),
        external_data=False,
    )
    return tmp_path / "m.onnx"


def table(path, labels):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 3))
    lines = [f"{a},{b},{c},{labels[k]}" for (a, b, c), k in zip(rows, rows.argmax(1), strict=True)]
    path.write_text("\n".join(["a,b,c,label", *lines]))
    return path


def given(session, *paths):
    for path in paths:
        session.do("load-path", {"path": str(path)})
    idle(session)
    return until(session, "load", lambda view: not view["answering"])


def right(view):
    return np.mean([sample["answer"] == sample["truth"] for sample in view["samples"]])


def ordered(session):
    return until(session, "load", lambda view: view["own"]["order"])["own"]["order"]


def test_the_order_that_the_answers_speak_for_is_offered_and_taken(model, tmp_path):
    session = Session()
    assert right(given(session, table(tmp_path / "t.csv", ORDER), model)) < 0.7
    order = ordered(session)
    assert order["classes"] == ORDER and order["right"] == 1 and order["before"] < 0.6 and order["count"] == 140
    session.do("own", {"task": "", "classes": order["classes"]})
    idle(session)
    view = until(session, "load", lambda view: not view["answering"] and view["samples"][0]["answer"])
    assert right(view) == 1 and view["own"]["order"] is None and view["own"]["classes"] == ORDER
    session.do("own-open", {"study": "mine"})
    until(session, "load", lambda view: view["study"] == "mine" and not view["busy"])
    study = session.study()
    assert study.baseline.measures["accuracy"].value == 1 and study.task.classes == tuple(ORDER)


def test_the_code_makes_it_in_that_order_and_a_reload_keeps_it(model, tmp_path):
    session = Session()
    given(session, table(tmp_path / "t.csv", ORDER), model)
    session.do("own", {"task": "", "classes": ORDER})
    idle(session)
    made = {}
    exec(session.code["load"].replace("print", "str"), made)
    assert made["task"].classes == tuple(ORDER) and made["study"].baseline.measures["accuracy"].value == 1
    again = Session()
    again.do("resume", {"own": session.load["own"]})
    view = until(again, "load", lambda view: not view["resuming"] and not view["busy"] and view["own"]["ready"])
    assert view["own"]["classes"] == ORDER


def test_a_right_order_is_not_questioned(model, tmp_path):
    session = Session()
    view = given(session, table(tmp_path / "t.csv", ["ape", "mouse", "zebra"]), model)
    assert right(view) == 1 and view["own"]["order"] is None
    assert view["classes"] == ["ape", "mouse", "zebra"], "the order is shown before anything is measured"


def test_an_output_that_nobody_judges_is_told_to_go(model, tmp_path):
    import onnx

    file = onnx.load(model)
    file.graph.node.append(onnx.helper.make_node("ReduceMax", [file.graph.output[0].name], ["most"], axes=[1], keepdims=1))
    file.graph.output.append(onnx.helper.make_tensor_value_info("most", onnx.TensorProto.FLOAT, ["batch", 1]))
    file.opset_import[0].version = 17
    onnx.save(file, tmp_path / "two.onnx")
    session = Session()
    view = given(session, table(tmp_path / "t.csv", ["ape", "mouse", "zebra"]), tmp_path / "two.onnx")
    assert view["own"]["other_outputs"] == ["most"] and right(view) == 1


def test_labels_that_begin_at_one_are_taken_as_names_where_so_the_model_fits(model, tmp_path):
    session = Session()
    view = given(session, table(tmp_path / "t.csv", [1, 2, 3]), model)
    assert "needs 4. The labels are 1, 2, 3" in view["own"]["errors"]["network"] and not view["own"]["ready"]
    assert view["own"]["order"] == {"classes": ["1", "2", "3"]}
    session.do("own", {"task": "", "classes": ["1", "2", "3"]})
    idle(session)
    view = until(session, "load", lambda view: not view["answering"] and view["samples"][0]["answer"])
    assert view["own"]["errors"] == {} and view["own"]["ready"] and right(view) == 1
    score = onnxruntime.InferenceSession(str(model)).run(None, {"input": np.eye(3, dtype=np.float32)})[0]
    assert score.argmax(1).tolist() == [0, 1, 2], "the file itself is as it was"


def test_an_order_that_the_data_have_no_more_is_said_when_the_page_is_loaded_again(model, tmp_path):
    session, path = Session(), table(tmp_path / "t.csv", ORDER)
    given(session, path, model)
    session.do("own", {"task": "", "classes": ORDER})
    kept = idle(session)["own"]
    table(path, ["zebra", "ape", "mole"])
    again = Session()
    again.do("resume", {"own": kept, "opening": "own:mine"})
    view = until(again, "load", lambda view: not view["resuming"] and view["own"]["errors"])
    assert "mole" in view["own"]["errors"]["task"] and wb.studies() == [] and idle(again)["busy"] is None


APART = """
import torch

class Net(torch.nn.Linear):
    def forward(self, x):
        return super().forward(x) / (x[:, :1] < {most})

def net():
    return Net(3, 3)
"""


def test_what_fails_in_the_search_for_an_order_is_no_refusal(tmp_path, monkeypatch):
    task = wb.tasks.from_file(table(tmp_path / "t.csv", ORDER))
    most = float(task.train.inputs[:, 0].max())
    assert task.validation.inputs[:12, 0].max() < most, "the samples that are shown are answered"
    (tmp_path / "apart.py").write_text(APART.format(most=most - 1e-6))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match="NaN or infinity on 1 of 140 samples"):
        wb.models.class_order(wb.models.load("apart:net"), task)
    session = Session()
    view = given(session, tmp_path / "t.csv", "apart:net")
    assert right(view) < 0.9 and view["own"]["ready"] and view["own"]["errors"] == {} and view["own"]["order"] is None


def test_another_file_of_data_has_an_order_of_its_own(model, tmp_path):
    session = Session()
    given(session, table(tmp_path / "t.csv", ORDER), model)
    session.do("own", {"task": "", "classes": ORDER})
    idle(session)
    view = given(session, table(tmp_path / "u.csv", ["x", "y", "z"]))
    assert view["own"]["classes"] == [] and view["own"]["errors"] == {} and right(view) == 1
    assert wb.tasks.from_file(tmp_path / "u.csv").classes == ("x", "y", "z")
