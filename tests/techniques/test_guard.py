"""What is slower in integers stays in float. The quantizers here make files whose speeds differ by far, on any machine."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.errors import Cancelled, StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.fused import Ran
from workbench.records import Line, Report
from workbench.tasks.task import Signature, Split
from workbench.techniques import DynamicQuantization, Plan, StaticQuantization, StepContext
from workbench.techniques.conformance import run
from workbench.techniques.fallbacks import as_run
from workbench.techniques.guard import Quantizer, guarded

DRAW = np.random.default_rng(0)
WIDTH = 512
LAYERS = ("first", "second", "third")
FLOAT, SLOW, FAST = 1, 20, 0


def file_of(path, products, names=LAYERS):
    """Three layers one after the other, each of so many matrix products; none is a Relu."""
    nodes, at = [], "x"
    for layer, name, times in zip(LAYERS, names, products, strict=True):
        for k in range(max(times, 1)):
            given = [at, f"{layer}.weight"] if times else [at]
            node = helper.make_node(
                "MatMul" if times else "Relu", given, [at := f"{layer}{k}"], name if k == 0 else f"{name}{k}"
            )
            nodes.append(node)
    nodes[-1].output[0] = "y"
    weights = [numpy_helper.from_array(np.eye(WIDTH, dtype=np.float32), f"{layer}.weight") for layer in LAYERS]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", WIDTH]) for n in "xy"]
    graph = helper.make_graph(nodes, "main", ends[:1], ends[1:], weights)
    return GraphFile.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


@pytest.fixture
def context(tmp_path):
    train = Split("train", {"x": DRAW.standard_normal((80, WIDTH)).astype(np.float32)}, None)
    return StepContext(train, train.head(8), "outputs", Signature((), ()), scratch=tmp_path)


def judged(costs, context, refuses=lambda left: False):
    """What the guard makes of a quantizer under which the layers cost so many matrix products, one each in float."""
    lines = tuple(Line(layer, "MatMul", True, "quantized") for layer in LAYERS)

    def file(left, out):
        if refuses(left):
            raise StepFailed("runs-in-float", step="Made")
        made = file_of(out, [FLOAT if layer in left else cost for layer, cost in zip(LAYERS, costs, strict=True)])
        return made, Report("Made", lines, {"bytes_before": 1.0, "bytes_after": 2.0}, (("weights-coarser", {}),))

    def graph(x, left):
        assert list(left) == []
        return file_of(context.scratch / "graph.onnx", costs, [node.name for node in x.load().graph.node]).load()

    x = file_of(context.scratch / "x.onnx", [FLOAT] * 3)
    before = x.path.read_bytes()
    made, report = guarded(x, Plan(lines), context, Quantizer(graph, file), context.scratch / "out.onnx")
    assert x.path.read_bytes() == before and made.path == context.scratch / "out.onnx"
    return x, made, report


def test_what_is_faster_in_integers_is_computed_so(context):
    _, made, report = judged([FAST, FAST, FAST], context)
    assert [n.op_type for n in made.load().graph.node] == ["Relu"] * 3
    assert len(report.touched) == 3 and [code for code, _ in report.remarks] == ["weights-coarser", "guard-kept"]
    said = report.remarks[-1][1]
    assert (said["left"], said["total"], said["batch"]) == (0, 3, 64) and float(said["one"]) > 1 and float(said["many"]) > 1


def test_what_is_slower_stays_in_float_and_the_rest_does_not(context):
    _, made, report = judged([FAST, SLOW, FAST], context)
    assert [n.op_type for n in made.load().graph.node] == ["Relu", "MatMul", "Relu"]
    assert [line.code for line in report.lines] == ["quantized", "slower-in-integers", "quantized"]
    told = report.lines[1]
    assert not told.touched and float(told.fields["integer"]) > float(told.fields["float"]) > 0
    assert report.remarks[-1][1]["left"] == 1


@pytest.mark.parametrize("costs", [[SLOW] * 3, [SLOW, SLOW, FLOAT]])
def test_where_nothing_is_faster_the_float_file_stays_as_it_came(costs, context):
    x, made, report = judged(costs, context)
    assert made.path.read_bytes() == x.path.read_bytes()
    assert report.touched == () and [code for code, _ in report.remarks] == ["guard-float"]
    assert "float file as it came" in str(report) and report.figures["integer_operators"] == 0
    assert report.figures["bytes_after"] == x.size_bytes and report.figures["float_operators"] == 3


def test_a_file_that_runs_nothing_in_integers_is_not_among_those_tried(context):
    _, made, _ = judged([FAST, SLOW, SLOW], context, refuses=lambda left: len(left) == 1)
    assert [n.op_type for n in made.load().graph.node] == ["Relu", "MatMul", "MatMul"]


def test_where_nothing_runs_in_integers_the_float_file_stands(context):
    x, made, report = judged([FAST] * 3, context, refuses=lambda left: True)
    assert made.path.read_bytes() == x.path.read_bytes() and report.step == "Made" and report.touched == ()
    assert [code for code, _ in report.remarks] == ["guard-nothing"] and "float file as it came" in str(report)
    assert report.figures["integer_operators"] == 0 and report.figures["bytes_after"] == x.size_bytes


def test_a_guard_can_be_cancelled(context):
    def asked():
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        judged([FAST] * 3, replace(context, check_with=asked))


@pytest.mark.parametrize("technique", [StaticQuantization(guard="time"), DynamicQuantization(guard="time")])
def test_a_network_of_a_few_numbers_does_not_gain_by_integers(technique, tmp_path):
    weights = [
        numpy_helper.from_array(DRAW.standard_normal(s).astype(np.float32), n) for n, s in (("a", (4, 4)), ("b", (4, 3)))
    ]
    nodes = [helper.make_node("MatMul", ["x", "a"], ["h"]), helper.make_node("MatMul", ["h", "b"], ["y"])]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", w]) for n, w in (("x", 4), ("y", 3))]
    graph = helper.make_graph(nodes, "main", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    file = GraphFile.save(model, tmp_path / "few.onnx")
    train = Split("train", {"x": DRAW.standard_normal((70, 4)).astype(np.float32)}, None)
    made, report = run(technique, file, StepContext(train, train, "outputs", Signature((), ()), scratch=tmp_path))
    assert made.path.read_bytes() == file.path.read_bytes() and made.path != file.path
    assert {line.layer for line in report.skipped} == {"a", "b"} and report.remarks[-1][0] == "guard-float"


def test_layers_that_are_left_alone_stay_so_under_a_guard(context):
    x = file_of(context.scratch / "x.onnx", [FLOAT] * 3)
    made, report = run(StaticQuantization(guard="time", leave_alone=("second",)), x, context)
    told = {line.layer: line.code for line in report.lines}
    assert told["second"] == "left-in-float" and list(told) == list(LAYERS)
    code, said = report.remarks[-1]
    assert code == "guard-float" or (said["total"] == 2 and made.path.read_bytes() != x.path.read_bytes())


def test_only_a_guard_needs_samples_for_a_dynamic_file():
    assert DynamicQuantization().needed == frozenset() and DynamicQuantization(guard="time").needed == {"calibration"}


def test_an_operator_that_runs_in_float_is_not_said_to_run_in_integers():
    lines = [Line("a", "Conv", True, "quantized"), Line("b", "Conv", True, "quantized"), Line("MatMul_7", "MatMul", True, "q")]
    lines += [
        Line("c", "LSTM", False, "no-integer-kernel"),
        Line("MatMul_9", "MatMul", True, "q"),
        Line("e", "Gather", True, "q"),
    ]
    found = [Ran("a", "QLinearConv"), Ran("", "MatMul"), Ran("b", "Conv"), Ran("c", "LSTM"), Ran("", "QLinearMatMul")]
    told = as_run(lines, [*found, Ran("", "QLinearAdd"), Ran("", "Relu")], {"MatMul_7", "MatMul_9"})
    codes = ["quantized", "falls-back", "falls-back", "no-integer-kernel", "q", "q"]
    assert [line.code for line in told] == codes and [line.touched for line in told] == [True, False, False, False, True, True]
    assert told[1].fields == {"operator": "Conv"} and "Conv" in told[1].sentence


def test_what_cannot_be_told_apart_is_left_as_it_was():
    lines = [Line("MatMul_7", "MatMul", True, "q"), Line("MatMul_9", "MatMul", True, "q")]
    assert as_run(lines, [Ran("", "MatMul")], {"MatMul_7", "MatMul_9"}) == tuple(lines)


def test_a_layer_that_is_called_as_a_nameless_node_would_be_is_found_by_its_name():
    lines = [Line("Conv_1", "Conv", True, "q"), Line("MatMul_3", "MatMul", True, "q"), Line("MatMul_4", "MatMul", True, "q")]
    found = [Ran("Conv_1", "FusedConv"), Ran("", "QLinearMatMul"), Ran("MatMul_4", "MatMul")]
    for nameless in ({"MatMul_3"}, {"Conv_1", "MatMul_3"}):
        assert [line.code for line in as_run(lines, found, nameless)] == ["falls-back", "q", "falls-back"]
