"""Names of layers are said once; attributes that say nothing go."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from workbench.graphs.costs import costs
from workbench.graphs.naming import in_digits, with_names
from workbench.graphs.runtime import open_session
from workbench.graphs.tidy import tidy


def model(nodes, held, size=(None, 4)):
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *size[1:]])]
    answers = [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", *[None] * (len(size) - 1)])]
    tensors = [numpy_helper.from_array(v.astype(np.float32), k) for k, v in held.items()]
    graph = helper.make_graph(nodes, "main", ends, answers, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


@given(st.integers(0, 10**9))
def test_digits_are_base_36(number):
    assert int(in_digits(number), 36) == number


def test_many_initializers_keep_what_they_are():
    """Forty weights: their short names run through all digits and letters, and none is taken for a scale."""
    width = 3
    names = [f"layers.{k}" for k in range(40)]
    nodes = [
        helper.make_node("Gemm", [f"v{k}" if k else "x", f"{n}.weight", f"{n}.bias"], [f"v{k + 1}"], transB=1)
        for k, n in enumerate(names)
    ]
    nodes.append(helper.make_node("Relu", ["v40"], ["y"]))
    draw = np.random.default_rng(0)
    held = {f"{n}.weight": draw.normal(size=(width, width)) for n in names} | {
        f"{n}.bias": draw.normal(size=width) for n in names
    }
    found = costs(tidy(model(nodes, held, (None, width))))
    assert found.parameters == 40 * (width * width + width)
    assert [layer.layer for layer in found.layers] == names


def test_one_layer_used_twice_is_told_apart():
    nodes = [
        helper.make_node("MatMul", ["x", "shared.weight"], ["h"]),
        helper.make_node("MatMul", ["h", "shared.weight"], ["y"]),
    ]
    after = tidy(model(nodes, {"shared.weight": np.eye(4) * 2}))
    assert [n.name for n in after.graph.node] == ["shared", "shared:2"]
    x = np.ones((2, 4), np.float32)
    assert np.array_equal(open_session(after.SerializeToString()).run(None, {"x": x})[0], 4 * x)
    assert tidy(after) == after


def test_every_node_gets_a_name_for_tools_that_ask_for_one():
    nodes = [helper.make_node("Relu", ["x"], ["h"]), helper.make_node("MatMul", ["h", "fc.weight"], ["y"])]
    named = with_names(tidy(model(nodes, {"fc.weight": np.eye(4)})))
    assert [n.name for n in named.graph.node] == ["Relu_0", "fc"]
    assert [n.name for n in tidy(named).graph.node] == ["", "fc"]


@pytest.mark.parametrize(
    "attributes, kept",
    [
        ({"strides": [1, 1], "dilations": [1, 1], "pads": [0, 0, 0, 0], "group": 1, "kernel_shape": [3, 3]}, set()),
        (
            {"strides": [2, 1], "dilations": [1, 2], "pads": [0, 1, 0, 0], "group": 2, "auto_pad": "NOTSET"},
            {"strides", "dilations", "pads", "group"},
        ),
        ({"auto_pad": "SAME_UPPER"}, {"auto_pad"}),
    ],
)
def test_attributes_at_their_defaults_go(attributes, kept):
    draw = np.random.default_rng(0)
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"], **attributes)]
    before = model(nodes, {"w": draw.normal(size=(4, 4 // attributes.get("group", 1), 3, 3))}, (None, 4, 9, 9))
    after = tidy(before)
    assert {a.name for a in after.graph.node[0].attribute} == kept
    onnx.checker.check_model(after, full_check=True)
    x = {"x": draw.normal(size=(2, 4, 9, 9)).astype(np.float32)}
    truth = ReferenceEvaluator(before).run(None, x)[0]
    for answer in (open_session(after.SerializeToString()).run(None, x)[0], ReferenceEvaluator(after).run(None, x)[0]):
        np.testing.assert_allclose(answer, truth, rtol=1e-4, atol=1e-5)


def test_attributes_that_differ_from_their_defaults_stay():
    nodes = [
        helper.make_node("Gemm", ["x", "w"], ["h"], alpha=0.5, beta=1.0, transB=1),
        helper.make_node("Softmax", ["h"], ["y"], axis=-1),
    ]
    after = tidy(model(nodes, {"w": np.ones((4, 4))}))
    assert [{a.name for a in n.attribute} for n in after.graph.node] == [{"alpha", "transB"}, set()]
