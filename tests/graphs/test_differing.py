"""The operator that was damaged on purpose is the one that is named, whatever graph it stands in."""

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from workbench.errors import StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.differing import difference, first_difference, from_disk, in_runtime
from workbench.graphs.fresh import fresh
from workbench.graphs.reference import where_it_parts

RNG = np.random.default_rng(0)
X = {"x": RNG.normal(size=(4, 6)).astype(np.float32)}


def model(nodes, tensors=(), outputs=("y",), x=("batch", 6)):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x)], ends, list(tensors))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def copy(of):
    made = onnx.ModelProto()
    made.CopyFrom(of)
    return made


def values(name, *shape):
    return numpy_helper.from_array(RNG.normal(size=shape).astype(np.float32), name)


def perceptron():
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["h"], name="first"),
        helper.make_node("LeakyRelu", ["h"], ["r"], name="bend", alpha=0.1),
        helper.make_node("MatMul", ["r", "b"], ["m"], name="second"),
        helper.make_node("Add", ["m", "c"], ["y"], name="shift"),
    ]
    return model(nodes, [values("a", 6, 8), values("b", 8, 3), values("c", 3)])


def parted(one, other, feeds=X, limit=0.0):
    return first_difference(one, in_runtime(one, feeds), in_runtime(other, feeds), limit)


def change_weight(made, name):
    (tensor,) = [t for t in made.graph.initializer if t.name == name]
    array = numpy_helper.to_array(tensor).copy()
    array.flat[0] += 1
    tensor.CopyFrom(numpy_helper.from_array(array, name))


@pytest.mark.parametrize(("weight", "node"), [("a", "first"), ("b", "second"), ("c", "shift")])
def test_one_changed_weight_names_its_operator(weight, node):
    damaged = copy(perceptron())
    model_ = copy(damaged)
    change_weight(damaged, weight)
    found = parted(model_, damaged)
    assert (found.node, found.fused) == (node, False) and node in found.sentence and found.amount > 0


def test_one_changed_attribute_names_its_operator():
    whole = perceptron()
    damaged = copy(whole)
    damaged.graph.node[1].attribute[0].f = 0.2
    found = parted(whole, damaged)
    assert (found.node, found.kind, found.value, found.fused) == ("bend", "LeakyRelu", "r", False)


def test_runs_that_agree_part_nowhere():
    whole = perceptron()
    assert parted(whole, copy(whole)) is None
    damaged = copy(whole)
    change_weight(damaged, "a")
    assert parted(whole, damaged, limit=1e9) is None


def test_an_operator_without_a_name_is_its_kind_and_place():
    whole = model([helper.make_node("Neg", ["x"], ["h"]), helper.make_node("Elu", ["h"], ["y"])])
    damaged = copy(whole)
    damaged.graph.node[1].attribute.append(helper.make_attribute("alpha", 3.0))
    assert parted(whole, damaged).node == "Elu_1"


@st.composite
def graphs(draw):
    """A graph of sums and products without loss: what differs anywhere differs at every output that depends on it."""
    count = draw(st.integers(1, 12))
    known, nodes = ["x"], []
    for k in range(count):
        kind = draw(st.sampled_from(["Add", "Sub", "Elu", "Neg"]))
        given_ = draw(st.lists(st.sampled_from(known), min_size=2, max_size=2)) if kind in ("Add", "Sub") else [known[-1]]
        if kind == "Sub" and given_[0] == given_[1]:
            kind = "Add"
        nodes.append(helper.make_node("Add", [*given_[:1], f"w{k}"], [f"i{k}"], name=f"shift{k}"))
        nodes.append(helper.make_node(kind, [f"i{k}", *given_[1:]], [f"v{k}"], name=f"mix{k}"))
        known.append(f"v{k}")
    ends = draw(st.lists(st.sampled_from(known[1:]), min_size=1, max_size=3, unique=True))
    return model(nodes, [values(f"w{k}", 6) for k in range(count)], ends), draw(st.integers(0, count - 1))


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_whichever_operator_of_a_graph_is_damaged_is_named(drawn):
    whole, k = drawn
    damaged = copy(whole)
    change_weight(damaged, f"w{k}")
    found = parted(whole, damaged)
    if found is None:  # no output depends on it, or they cancel: then the outputs are equal
        runs = [in_runtime(m, X)(()) for m in (whole, damaged)]
        assert all(np.array_equal(runs[0][name], runs[1][name]) for name in runs[0])
    else:
        assert found.node == f"shift{k}" and not found.fused


def test_a_branch_beside_does_not_draw_the_blame():
    nodes = [
        helper.make_node("Neg", ["x"], ["a"], name="beside"),
        helper.make_node("Elu", ["x"], ["b"], name="damaged", alpha=1.0),
        helper.make_node("Exp", ["a"], ["c"], name="beside too"),
        helper.make_node("Add", ["b", "c"], ["y"], name="sum"),
    ]
    whole = model(nodes)
    other = copy(whole)
    other.graph.node[1].attribute[0].f = 2.0
    assert parted(whole, other).node == "damaged"


def test_what_parts_only_where_it_is_fused_is_said_to():
    """A runtime whose fused sum is wrong, as long as nobody asks for what lies inside."""
    whole = perceptron()
    right = in_runtime(whole, X)

    def fusing(names):
        found = dict(right(names))
        if "m" not in names:
            found["y"] = found["y"] + 1
        return found

    found = first_difference(whole, fusing, right)
    assert (found.node, found.fused, found.code) == ("shift", True, "differs-when-fused")


def test_a_value_that_only_a_subgraph_reads_is_looked_at():
    inner = helper.make_graph(
        [helper.make_node("Neg", ["h"], ["n"])], "then", [], [helper.make_tensor_value_info("n", TensorProto.FLOAT, None)]
    )
    other = helper.make_graph(
        [helper.make_node("Abs", ["h"], ["m"])], "else", [], [helper.make_tensor_value_info("m", TensorProto.FLOAT, None)]
    )
    nodes = [
        helper.make_node("Elu", ["x"], ["h"], name="bend", alpha=1.0),
        helper.make_node("If", ["yes"], ["y"], name="branch", then_branch=inner, else_branch=other),
    ]
    whole = model(nodes, [numpy_helper.from_array(np.array(True), "yes")])
    damaged = copy(whole)
    damaged.graph.node[0].attribute[0].f = 2.0
    assert parted(whole, damaged).node == "bend"


def test_a_file_on_disk_is_held_against_the_graph_in_memory(tmp_path):
    whole = perceptron()
    damaged = copy(whole)
    change_weight(damaged, "b")
    file = GraphFile.save(damaged, tmp_path / "m.onnx")
    found = first_difference(whole, in_runtime(whole, X), from_disk(file.path, whole, X))
    assert found.node == "second"
    file = GraphFile.save(whole, tmp_path / "m.onnx")
    assert first_difference(whole, in_runtime(whole, X), from_disk(file.path, whole, X)) is None


@pytest.mark.parametrize("domain", ["", "com.microsoft"])
def test_the_runtime_is_held_against_what_runs_the_graph_by_the_letter(tmp_path, domain):
    whole = perceptron()
    if domain:
        whole.graph.node[0].op_type, whole.graph.node[0].domain = "FusedMatMul", domain
        whole.opset_import.append(helper.make_opsetid(domain, 1))
    file = GraphFile.save(whole, tmp_path / "m.onnx")
    assert where_it_parts(file, X, 1e-3) is None
    assert where_it_parts(file, X, -1.0).node == "first", "with a limit that nothing keeps, the first operator breaks it"


def test_a_fresh_process_answers_as_this_one_and_says_why_it_ends(tmp_path):
    file = GraphFile.save(perceptron(), tmp_path / "m.onnx")
    with fresh(file.path) as answer:
        for n in (1, 3):
            feeds = {"x": X["x"][:n]}
            assert np.array_equal(answer(feeds)["y"], file.run(feeds, threads=0)["y"])
        with pytest.raises(StepFailed) as caught:
            answer({"z": X["x"]})
    assert caught.value.code == "fresh-process" and "z" in str(caught.value)
    (tmp_path / "bad.onnx").write_bytes(b"no graph")
    with fresh(tmp_path / "bad.onnx") as answer, pytest.raises(StepFailed) as caught:
        answer(X)
    assert caught.value.code == "fresh-process" and "bad.onnx" in str(caught.value)


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ([1.0, -4.0], [1.0, -4.0], 0.0),
        ([1.1, -4.0], [1.0, -4.0], 0.025),
        ([np.inf, 1.0], [np.inf, 1.0], 0.0),
        ([np.nan, 1.0], [np.nan, 1.0], 0.0),
        ([-np.inf, 1.0], [np.inf, 1.0], np.inf),
        ([np.nan, 1.0], [2.0, 1.0], np.inf),
        ([0.5], [0.0], np.inf),
        ([0.0], [0.0], 0.0),
        ([], [], 0.0),
        ([[1.0]], [1.0], np.inf),
    ],
)
def test_how_far_two_values_are_apart(a, b, apart):
    assert difference(np.array(a), np.array(b)) == pytest.approx(apart)
