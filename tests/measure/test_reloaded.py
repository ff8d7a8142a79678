"""Answers that count come from disk: they are equal to those of what was written, or the operator that differs is named."""

import os
import subprocess
import sys
import time

import numpy as np
import onnx
import psutil
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.errors import Cancelled, InputError, StepFailed
from workbench.graphs import GraphFile
from workbench.measure import answers
from workbench.measure.answers import answers_afresh
from workbench.measure.reloaded import reloaded
from workbench.tasks import Split

RNG = np.random.default_rng(0)
SPLIT = Split("validation", RNG.normal(size=(150, 6)).astype(np.float32), None)


def network(alpha=0.1, shift=0.0):
    nodes = [
        helper.make_node("MatMul", ["input", "a"], ["h"], name="first"),
        helper.make_node("LeakyRelu", ["h"], ["r"], name="bend", alpha=alpha),
        helper.make_node("MatMul", ["r", "b"], ["m"], name="second"),
        helper.make_node("Add", ["m", "c"], ["y"], name="shift"),
    ]
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=shape).astype(np.float32) for shape in ((6, 8), (8, 3)))
    held = {"a": a, "b": b, "c": np.float32([0, shift, 0])}
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", s]) for n, s in (("input", 6), ("y", 3))]
    tensors = [numpy_helper.from_array(v, k) for k, v in held.items()]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def test_what_was_written_and_what_is_on_disk_answer_alike(tmp_path):
    file = GraphFile.save(network(), tmp_path / "m.onnx")
    given = reloaded(file, file.path.read_bytes(), SPLIT)
    assert [a.shape for a in given] == [(150, 3)] and np.array_equal(given[0], answers(file, SPLIT)[0])


@pytest.mark.parametrize(("damage", "node"), [({"alpha": 0.11}, "bend"), ({"shift": 1e-3}, "shift")])
def test_the_first_operator_that_differs_on_disk_is_named(tmp_path, damage, node):
    file = GraphFile.save(network(**damage), tmp_path / "m.onnx")
    with pytest.raises(StepFailed) as caught:
        reloaded(file, network().SerializeToString(), SPLIT)
    fields = caught.value.fields
    assert caught.value.code == "reload" and fields["count"] == fields["samples"] == 150
    assert f" {node} (" in str(fields["where"]) and "m.onnx" in str(caught.value)


def test_one_answer_that_differs_in_its_last_bit_is_enough(tmp_path):
    """The damage shows on one sample alone, and far down the split."""
    late = Split("validation", SPLIT.inputs.copy(), None)
    late.inputs[:, 0] = 0
    late.inputs[140, 0] = 1e-3
    damaged = network()
    weights = numpy_helper.to_array(damaged.graph.initializer[0]).copy()
    weights[0] *= 1.1
    damaged.graph.initializer[0].CopyFrom(numpy_helper.from_array(weights, "a"))
    file = GraphFile.save(damaged, tmp_path / "m.onnx")
    with pytest.raises(StepFailed) as caught:
        reloaded(file, network().SerializeToString(), late)
    assert caught.value.fields["count"] == 1 and "first (MatMul)" in str(caught.value.fields["where"])


def test_a_file_of_another_form_is_said_to_be(tmp_path):
    other = network()
    other.graph.node[1].output[0] = other.graph.node[2].input[0] = "another name"
    other.graph.node[1].attribute[0].f = 0.5
    file = GraphFile.save(other, tmp_path / "m.onnx")
    with pytest.raises(StepFailed) as caught:
        reloaded(file, network().SerializeToString(), SPLIT)
    assert caught.value.code == "reload" and "another graph" in str(caught.value.fields["where"])


def test_a_file_that_is_cut_short_on_disk_is_refused(tmp_path):
    whole = network().SerializeToString()
    (tmp_path / "m.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StepFailed) as caught:
        reloaded(GraphFile(tmp_path / "m.onnx"), whole, SPLIT)
    assert caught.value.code == "fresh-process" and "m.onnx" in str(caught.value)


def test_a_damage_that_gives_no_number_is_named_too(tmp_path):
    file = GraphFile.save(network(shift=np.nan), tmp_path / "m.onnx")
    with pytest.raises(StepFailed) as caught:
        reloaded(file, network().SerializeToString(), SPLIT)
    assert caught.value.code == "reload" and "shift (Add)" in str(caught.value.fields["where"])
    with pytest.raises(StepFailed) as caught:
        reloaded(file, file.path.read_bytes(), SPLIT)
    assert caught.value.code == "answers-not-finite"


def test_a_wish_to_stop_is_heard_between_batches_and_ends_the_process(tmp_path):
    file, asked = GraphFile.save(network(), tmp_path / "m.onnx"), []

    def check():
        asked.append(children())
        if len(asked) == 3:
            raise Cancelled("cancelled")

    before = children()
    with pytest.raises(Cancelled):
        answers_afresh(file, SPLIT, check=check)
    assert len(asked[-1]) == len(before) + 1 and children() == before


def children():
    return sorted(p.pid for p in psutil.Process().children(recursive=True))


def test_the_process_ends_with_the_one_that_started_it(tmp_path):
    file = GraphFile.save(network(), tmp_path / "m.onnx")
    code = (
        "import sys, time, psutil, numpy as np; from pathlib import Path; from workbench.graphs.fresh import fresh\n"
        f"with fresh(Path({str(file.path)!r})) as answer:\n"
        "    answer({'input': np.zeros((1, 6), np.float32)})\n"
        "    print(psutil.Process().children()[0].pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, 9)
    deadline = time.monotonic() + 20
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_nothing_can_be_answered_without_samples(tmp_path):
    file = GraphFile.save(network(), tmp_path / "m.onnx")
    with pytest.raises(InputError) as caught:
        answers_afresh(file, SPLIT.head(0))
    assert caught.value.code == "no-validation"


def test_the_fresh_process_knows_nothing_of_the_library_and_of_torch(tmp_path):
    """It answers where neither could be imported: isolated, from a folder without them."""
    onnx.save(network(), tmp_path / "m.onnx")
    from workbench.graphs import fresh

    code = (
        "import sys, runpy, io\n"
        "sys.modules['workbench'] = sys.modules['torch'] = sys.modules['onnx'] = None\n"
        f"sys.argv = ['fresh', {str(tmp_path / 'm.onnx')!r}, '1', '']\n"
        f"runpy.run_path({fresh.__file__!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
