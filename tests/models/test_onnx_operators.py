"""Single operators of an ONNX file: in PyTorch each answers as in ONNX Runtime, or it is refused by name."""

import numpy as np
import onnxruntime as ort
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench.errors import InputError

pytestmark = pytest.mark.usefixtures("one_home")


def small(nodes, tensors, y, opset):
    """A file made by hand: images of 4 x 9 x 7 in, y numbers out."""
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["b", 4, 9, 7])]
    held = [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors]
    graph = helper.make_graph(nodes, "main", inputs, [y], held)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def answers(model):
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": IMAGE})[0]


R = np.random.default_rng(3)
C, V, K = R.normal(size=(6, 4, 3, 3)), R.normal(size=(4,)), R.normal(size=(4, 2, 3, 3))
IMAGE = R.normal(size=(12, 4, 9, 7)).astype(np.float32)


def n(kind, *more, **attributes):
    """An operator from the image x to h."""
    return helper.make_node(kind, ["x", *more], ["h"], "it", **attributes)


def f(value):
    return np.asarray(value, np.float32)


def i(*value):
    return np.array(value, np.int64)


FORMS = {
    "conv, more behind": (n("Conv", "a", pads=[0, 1, 1, 2], strides=[2, 1]), {"a": f(C)}, 17),
    "conv, same": (n("Conv", "a", auto_pad="SAME_UPPER", strides=[2, 2]), {"a": f(C)}, 17),
    "conv, same and lower": (n("Conv", "a", auto_pad="SAME_LOWER", strides=[2, 1]), {"a": f(C)}, 17),
    "conv, in groups": (n("Conv", "a", "b", group=2, pads=[1] * 4), {"a": f(K), "b": f(V)}, 17),
    "turned conv": (n("ConvTranspose", "a", strides=[2, 2], output_padding=[1, 0], pads=[1] * 4, group=2), {"a": f(K)}, 17),
    "batch norm": (n("BatchNormalization", "a", "b", "c", "d", epsilon=1e-3), {k: f(V) ** 2 for k in "abcd"}, 17),
    "instance norm": (n("InstanceNormalization", "a", "b"), {"a": f(V), "b": f(V)}, 17),
    "layer norm": (
        n("LayerNormalization", "a", "b", axis=2),
        {"a": f(C[0, 0, :1, 0] + np.ones((9, 7))), "b": f(np.ones((9, 7)))},
        17,
    ),
    "group norm": (n("GroupNormalization", "a", "b", num_groups=2), {"a": f(V), "b": f(V)}, 21),
    "prelu of channels": (n("PRelu", "a"), {"a": f(V).reshape(4, 1, 1)}, 17),
    "prelu of columns": (n("PRelu", "a"), {"a": f(np.arange(7) / 7)}, 17),
    "largest of a window": (n("MaxPool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 0, 1]), {}, 17),
    "largest, rounded up": (n("MaxPool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1), {}, 17),
    "mean of a window": (n("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1]), {}, 17),
    "mean, padding counted": (n("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 0, 0], count_include_pad=1), {}, 17),
    "pad": (n("Pad", "a", "b"), {"a": i(0, 1, 0, 2, 0, 0, 1, 0), "b": f(2.5)}, 17),
    "pad, older": (n("Pad", pads=[0, 0, 1, 1, 0, 0, 2, 0], mode="edge"), {}, 10),
    "pad, mirrored": (n("Pad", "a", mode="reflect"), {"a": i(0, 0, 2, 1, 0, 0, 1, 2)}, 17),
    "slice backwards": (n("Slice", "a", "b", "c", "d"), {"a": i(-1), "b": i(-(2**62)), "c": i(3), "d": i(-2)}, 17),
    "slice, older": (n("Slice", starts=[1, 0], ends=[3, -2], axes=[1, 2]), {}, 9),
    "columns chosen": (n("Gather", "a", axis=3), {"a": i(6, -7, 2)}, 17),
    "one chosen": (n("Gather", "a", axis=2), {"a": np.array(-1)}, 17),
    "clip, older": (n("Clip", min=-0.5, max=0.7), {}, 9),
    "clip from below": (n("Clip", "a"), {"a": f(0.1)}, 17),
    "softmax, older": (n("Softmax", axis=2), {}, 11),
    "hard sigmoid": (n("HardSigmoid", alpha=0.3, beta=0.4), {}, 17),
    "mean, older": (n("ReduceMean", axes=[1, -1], keepdims=0), {}, 13),
    "length": (n("ReduceL2", "a"), {"a": i(1)}, 18),
    "power": (n("Pow", "a"), {"a": f(2.0)}, 17),
    "larger, next": (n("Resize", "", "a"), {"a": f([1, 1, 2, 3])}, 17),
    "larger, downward": (
        n("Resize", "", "a", nearest_mode="floor", coordinate_transformation_mode="asymmetric"),
        {"a": f([1, 1, 1.5, 3])},
        17,
    ),
    "larger, between": (n("Resize", "", "a", mode="linear"), {"a": f([1, 1, 1.3, 2])}, 17),
    "larger, to the corners": (
        n("Resize", "", "a", mode="linear", coordinate_transformation_mode="align_corners"),
        {"a": f([1, 1, 2, 2])},
        17,
    ),
    "larger, oldest": (n("Upsample", "a", mode="nearest"), {"a": f([1, 1, 2, 2])}, 9),
    "transposed": (n("Transpose", perm=[0, 3, 1, 2]), {}, 17),
    "folded up": (n("Reshape", "a"), {"a": i(0, 2, 2, -1)}, 17),
    "flat": (n("Flatten", axis=2), {}, 17),
    "at the end of a side": (n("DepthToSpace", blocksize=2), {}, 17),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_operator_answers_as_the_runtime_does_or_is_refused_by_name(form, tmp_path):
    node, held, opset = FORMS[form]
    tail = [helper.make_node("Flatten", ["h"], ["flat"], axis=1), helper.make_node("MatMul", ["flat", "last"], ["y"])]
    if form == "flat":
        tail = [helper.make_node("Reshape", ["h", "rows"], ["back"]), helper.make_node("Identity", ["back"], ["y"])]
        held = {"rows": i(-1, 4 * 63)}
    width = 4 * 63 if form == "flat" else 3
    whole = helper.make_empty_tensor_value_info("h")
    columns = 1 if form == "flat" else int(np.prod(answers(small([node], held.items(), whole, opset)).shape[1:]))
    last = R.normal(size=(columns, width)).astype(np.float32)
    rows = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["b", width])
    model = small([node, *tail], [*held.items(), ("last", last)], rows, opset)
    part = (IMAGE, None)
    task = wb.tasks.from_arrays("images", train=part, validation=part, test=part, kind="outputs")
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    if node.op_type == "DepthToSpace":
        with pytest.raises(InputError) as error:
            wb.models.load(path, task=task)
        assert error.value.code == "onnx-operator"
        return
    with torch.no_grad():
        ours = wb.models.load(path, task=task).build()(torch.tensor(IMAGE)).numpy()
    truth = answers(model)
    assert np.abs(ours - truth).max() <= 1e-5 * np.abs(truth).max()


def test_what_is_filled_by_a_size_is_on_the_device_of_the_inputs(tmp_path):
    """No GPU is needed to see it: "meta" is another device too, and refuses tensors of two devices as a GPU does."""
    nodes = [
        helper.make_node("Shape", ["x"], ["sides"]),
        helper.make_node("ConstantOfShape", ["sides"], ["ones"], value=numpy_helper.from_array(f([1.0]))),
        helper.make_node("Add", ["x", "ones"], ["h"]),
        helper.make_node("GlobalAveragePool", ["h"], ["p"]),
        helper.make_node("Flatten", ["p"], ["y"]),
    ]
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["b", 4])
    path = tmp_path / "ones.onnx"
    path.write_bytes(small(nodes, [], y, 17).SerializeToString())
    task = wb.tasks.from_arrays("images", *[(IMAGE, np.arange(12) % 4)] * 3)
    module = wb.models.load(path, task).build()
    assert module.to("meta")(torch.empty(3, 4, 9, 7, device="meta")).device.type == "meta"
