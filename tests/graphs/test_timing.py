"""Files timed in fresh processes, and kernels traced back to the nodes that they come from."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.errors import Cancelled, StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.marking import heads, marked, place
from workbench.graphs.timing import Setting, kernels, speeds

DRAW = np.random.default_rng(0)


def never():
    """Nobody cancels."""


@pytest.fixture
def file(tmp_path):
    """Two convolutions joined by a sum, then a linear layer; the nodes have no names, as in a slimmed file."""
    shapes = {"a": (8, 1, 3, 3), "b": (8, 8, 3, 3), "c": (8, 8, 3, 3), "fc": (8, 3)}
    weights = [numpy_helper.from_array(DRAW.standard_normal(s).astype(np.float32), n) for n, s in shapes.items()]
    nodes = [
        helper.make_node("Conv", ["x", "a"], ["0"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["0"], ["1"]),
        helper.make_node("Conv", ["1", "b"], ["2"], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["1", "c"], ["3"], pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["2", "3"], ["4"]),
        helper.make_node("GlobalAveragePool", ["4"], ["5"]),
        helper.make_node("Flatten", ["5"], ["6"]),
        helper.make_node("MatMul", ["6", "fc"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 1, 12, 12])]
    answers = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 3])]
    model = helper.make_model(
        helper.make_graph(nodes, "main", ends, answers, weights), opset_imports=[helper.make_opsetid("", 20)], ir_version=10
    )
    return GraphFile.save(model, tmp_path / "file.onnx")


FEEDS = {"x": DRAW.standard_normal((4, 1, 12, 12)).astype(np.float32)}


def test_a_marked_graph_is_the_same_graph(file, tmp_path):
    model = file.load()
    made = marked(model)
    onnx.checker.check_model(made, full_check=True)
    assert [place(node.name) for node in made.graph.node] == list(range(8))
    assert {place(name) for node in made.graph.node[1:-1] for name in node.output} == set(range(1, 7))
    assert made.graph.output[0].name == "y" and model == file.load()
    answer = GraphFile.save(made, tmp_path / "marked.onnx").run(FEEDS)["y"]
    np.testing.assert_array_equal(answer, file.run(FEEDS)["y"])


def test_what_a_subgraph_reads_keeps_its_name(tmp_path):
    branch = helper.make_graph(
        [helper.make_node("Neg", ["inner"], ["z"])], "b", [], [helper.make_tensor_value_info("z", TensorProto.FLOAT, [2])]
    )
    nodes = [
        helper.make_node("Relu", ["x"], ["inner"]),
        helper.make_node("ReduceSum", ["x"], ["s"], keepdims=0),
        helper.make_node("Cast", ["s"], ["c"], to=TensorProto.BOOL),
        helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in "xy"]
    model = helper.make_model(helper.make_graph(nodes, "m", ends[:1], ends[1:]), ir_version=10)
    file = GraphFile.save(marked(model), tmp_path / "if.onnx")
    np.testing.assert_array_equal(file.run({"x": np.array([1, -2], np.float32)})["y"], [-1, 0])


def test_every_node_belongs_to_the_last_head_above_it(file):
    assert heads(file.load(), {0, 2, 3, 7}) == [0, 0, 2, 3, 3, 3, 3, 7]
    assert heads(file.load(), {3}) == [None, None, None, 3, 3, 3, 3, 3]


def test_kernels_are_traced_back_to_their_nodes(file, tmp_path):
    made = GraphFile.save(marked(file.load()), tmp_path / "marked.onnx")
    (found, again) = kernels([made.path, made.path], FEEDS, Setting(2, 1), 0.05, never)
    assert [k.operator for k in found] == [k.operator for k in again]
    assert all(k.seconds > 0 for k in found)
    of = heads(made.load(), {0, 2, 3, 7})
    convolutions = {of[place(k.name)] for k in found if "Conv" in k.operator}
    assert convolutions == {0, 2, 3}
    assert {of[place(k.name)] for k in found if "MatMul" in k.operator or "Gemm" in k.operator} == {7}


def test_speeds_are_against_the_first_file(file):
    found = speeds([file.path] * 3, FEEDS, [Setting(1, 1), Setting(4, 1)], 2, 0.01, never)
    assert found.shape == (2, 2, 3) and (found[:, :, 0] == 1).all() and np.isfinite(found).all() and (found > 0).all()


def test_what_does_not_run_is_said(file):
    wrong = {"x": np.zeros((1, 2, 3, 3), np.float32)}
    for call in (
        lambda: speeds([file.path], wrong, [Setting(1, 1)], 1, 0.01, never),
        lambda: kernels([file.path], wrong, Setting(1, 1), 0.01, never),
    ):
        with pytest.raises(StepFailed) as error:
            call()
        assert error.value.code == "probe-failed"


def test_it_can_be_cancelled(file):
    def asked():
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        speeds([file.path], FEEDS, [Setting(1, 1)], 1, 0.01, asked)
