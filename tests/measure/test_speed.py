"""Latency and speed-up of real files in real processes; what is done with their times, on times that are known."""

import math
from itertools import pairwise

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench import machine
from workbench.errors import InputError, NotFound, StepFailed
from workbench.files import digest_file
from workbench.graphs.file import GraphFile
from workbench.measure import speed
from workbench.measure.processes import Block, Runs, _both_ways, _unsteady
from workbench.measure.speed import RESOLUTION, _alone, _latency, _ratio
from workbench.tasks.task import Split

ROWS = np.random.default_rng(0).normal(size=(70, 32)).astype(np.float32)


def chain(path, layers, name="x"):
    """Products of 32 values with `layers` + 1 matrices; between them there are 512 values."""
    sizes = [32, *[512] * layers, 32]
    weights = [numpy_helper.from_array(np.full((a, b), 1e-3, np.float32), f"w{k}") for k, (a, b) in enumerate(pairwise(sizes))]
    names = [name, *(f"h{k}" for k in range(layers)), "y"]
    nodes = [helper.make_node("MatMul", [names[k], f"w{k}"], [names[k + 1]]) for k in range(layers + 1)]
    form = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", 32]) for n in (name, "y")]
    graph = helper.make_graph(nodes, "chain", form[:1], form[1:], weights)
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString())
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speed")
    return chain(folder / "quick.onnx", 0), chain(folder / "slow.onnx", 4, name="other")


@pytest.fixture(autouse=True)
def six_processes(monkeypatch):
    """As a person has it who sets nothing."""
    monkeypatch.delenv("WORKBENCH_TIMING_PROCESSES")


def test_a_file_with_a_hundred_times_the_work_is_slower(files):
    quick, slow = files
    m = wb.measure.speedup(quick, str(slow), ROWS, batch=4)
    assert 2 < m.low < m.value < m.high and m.unit == "x" and m.higher_is_better and m.name == "speedup"
    assert m.file_digest == digest_file(quick) and m.n == 6 == m.details["processes"] and m.machine == machine.here().summary
    assert (m.details["batch"], m.details["threads"], m.details["provider"]) == (4, 1, "CPUExecutionProvider")
    assert {code for code, _ in m.details.get("remarks", ())} <= {"speed-unsteady"}, "how even the machine is, it alone knows"
    assert m.details["instructions"] == list(machine.here().instructions) and m.details["calls"] >= 48


def test_a_slower_file_is_said_to_be(files, tmp_path):
    quick, slow = files
    m = wb.measure.speedup(slow, quick, ROWS, batch=4)
    assert m.high < 1 and [code for code, _ in m.details["remarks"] if code == "speed-slower"] == ["speed-slower"]
    (said,) = [sentence for sentence in m.remarks if "slower" in sentence]
    assert "quick.onnx" in said and "batch 4" in said and f"{m.value:.3g}" in said
    slow = chain(tmp_path / "slow.onnx", 4)
    found = speed(GraphFile(slow), GraphFile(quick), Split("validation", {"x": ROWS}, None), processes=3, seconds=0.05)
    assert all("the baseline" in found[name].remarks[-1] for name in ("speedup_b1", "speedup_b64"))


def test_a_candidate_is_timed_at_both_settings_and_alone(files):
    quick, checked = GraphFile(files[0]), []
    found = speed(
        quick, quick, Split("validation", {"x": ROWS}, None), processes=2, seconds=0.02, check=lambda: checked.append(1)
    )
    assert list(found) == ["latency_b1_ms", "speedup_b1", "latency_b64_ms", "speedup_b64"] and len(checked) >= 2
    for name, batch in (("b1", 1), ("b64", 64)):
        latency, ratio = found[f"latency_{name}_ms"], found[f"speedup_{name}"]
        assert latency.low < latency.value < latency.high and ratio.low < ratio.value < ratio.high
        assert latency.unit == "ms" and not latency.higher_is_better and latency.details["batch"] == batch
        told = latency.details
        assert 0 < told["p50_ms"] <= told["p90_ms"] and told["first_call_ms"] > 0 and told["load_ms"] > 0
        assert 5e6 < told["runtime_memory_bytes"] < told["peak_memory_bytes"] < 3e8
        assert (
            latency.n == 2
            and latency.file_digest == quick.digest
            and latency.method == ratio.method == "student-over-processes"
        )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"batch": 0}, "speed-batch"),
        ({"batch": 71}, "speed-batch"),
        ({"threads": 0}, "speed-threads"),
        ({"threads": 999}, "speed-threads"),
    ],
)
def test_settings_that_cannot_be_are_refused(files, words, code):
    with pytest.raises(InputError) as error:
        wb.measure.speedup(*files, ROWS, **words)
    assert error.value.code == code


@pytest.mark.parametrize("value", ["1", "101", "-3", "3.5", "", "six", "٣", "9" * 5000])
def test_a_number_of_processes_that_cannot_be_is_refused(files, monkeypatch, value):
    monkeypatch.setenv("WORKBENCH_TIMING_PROCESSES", value)
    with pytest.raises(InputError) as error:
        wb.measure.speedup(*files, ROWS)
    assert error.value.code == "timing-processes" and "WORKBENCH_TIMING_PROCESSES" in str(error.value)


def test_fewer_processes_are_what_a_figure_says_it_comes_from(files, monkeypatch):
    monkeypatch.setenv("WORKBENCH_TIMING_PROCESSES", "2")
    m = wb.measure.speedup(*files, ROWS)
    assert m.n == 2 == m.details["processes"]


def test_a_file_that_is_not_there_or_does_not_run_is_told(files, tmp_path):
    with pytest.raises(NotFound):
        wb.measure.speedup(files[0], tmp_path / "none.onnx", ROWS)
    with pytest.raises(StepFailed) as error:
        wb.measure.speedup(*files, ROWS[:, :5])
    assert error.value.code == "probe-failed" and "input" in str(error.value).lower()


def runs(ratio, processes=4, opened=1.0, called=1.0, pace=None, alone=None):
    """Times of which everything is known: the candidate is `ratio` times as fast; who is opened or called first is slower."""
    generator, sides = np.random.default_rng(0), []
    for k in range(processes):
        first, blocks = k % 2, []
        for order in ((first, 1 - first), (1 - first, first)):
            times = np.array([[ratio, 1.0]] * 9) * (pace[k] if pace else 1e-3) * generator.uniform(0.99, 1.01, (9, 1))
            times[:, order[0]] *= opened
            times[::2, order[0]] *= called
            times[1::2, order[1]] *= called
            blocks.append({"times": times.tolist()})
        sides.append({"blocks": blocks})
    return Runs([Block(1, 1, 0.1)], sides, alone, 0)


@pytest.mark.parametrize("effects", [{}, {"called": 1.5}, {"opened": 1.1}, {"opened": 1.1, "called": 1.3}])
def test_who_comes_first_makes_no_difference(effects):
    m = _ratio("speedup", runs(2.0, **effects), 0, "")
    assert m.value == pytest.approx(2.0, rel=1e-9 if "opened" not in effects else 1e-3)


def test_no_ratio_is_claimed_more_closely_than_the_resolution():
    m = _ratio("speedup", runs(2.0), 0, "")
    assert (m.low, m.high) == pytest.approx((2 * math.exp(-RESOLUTION), 2 * math.exp(RESOLUTION)))


def test_the_interval_is_over_processes_not_calls():
    known = runs(1.0)
    for k, side in enumerate(known.sides):
        for block in side["blocks"]:
            block["times"] = (np.array(block["times"]) * [1.1 if k % 2 else 1 / 1.1, 1.0]).tolist()
    m = _ratio("speedup", known, 0, "")
    assert m.value == pytest.approx(1.0) and m.low < 0.9 and m.high > 1.1
    assert _latency_of(known).value == pytest.approx(1.0, rel=0.02)


def _latency_of(known):
    block = {"times": [[1e-3]], "load": [5e-3], "first": [2e-3]}
    return _latency("latency_b1_ms", Runs(known.blocks, known.sides, {"blocks": [block], "peak": 2, "before": 1}, 3), 0, "d")


def test_latency_is_the_candidates_in_milliseconds():
    m = _latency_of(runs(3.0, pace=[2e-3] * 4))
    assert m.value == pytest.approx(2.0, rel=0.01) and m.details["load_ms"] == 5 and m.details["first_call_ms"] == 2
    assert m.details["measured_again"] == 3 and m.details["steady"] and m.details["calls"] == 4 * 2 * 9


@pytest.mark.parametrize(("calls", "given"), [(1, {50}), (9, {50}), (10, {50, 90}), (99, {50, 90}), (100, {50, 90, 99})])
def test_a_percentile_is_given_where_there_are_calls_enough(calls, given):
    times = [[k * 1e-3] for k in range(1, calls + 1)]
    block = {"times": times, "load": [0.0], "first": [0.0]}
    told = _alone(Runs([], [], {"blocks": [block], "peak": 0, "before": 0}, 0), 0)
    assert {p for p in (50, 90, 99) if f"p{p}_ms" in told} == given and told["calls_alone"] == calls
    assert all(told[f"p{p}_ms"] == pytest.approx(np.percentile(range(1, calls + 1), p)) for p in given)


def test_a_clock_that_jumps_is_found_by_the_pace_of_the_processes():
    jumped = runs(1.0, processes=5, pace=[1e-3, 1e-3, 1.02e-3, 1.3e-3, 0.8e-3])
    assert _unsteady(jumped.sides, [0]) == [3, 4] and not jumped.steady(0)
    assert jumped.drift(0) == pytest.approx(1.3 / 0.8 - 1, rel=0.03)
    told = _ratio("speedup", jumped, 0, "")
    assert not told.details["steady"] and "pace changed" in told.remarks[0] and f"{jumped.drift(0):.0%}" in told.remarks[0]
    even = runs(3.0, pace=[1e-3, 1.05e-3, 1.1e-3, 1.12e-3])
    assert _unsteady(even.sides, [0]) == [] and even.steady(0)
    assert _ratio("speedup", even, 0, "").remarks == ()


def test_what_is_run_again_does_not_depend_on_which_file_was_slow():
    """A process in which one file was slow by chance is as likely to be repeated whichever file it was."""
    for column in (0, 1):
        known = runs(1.0, processes=5)
        for block in known.sides[2]["blocks"]:
            block["times"] = (np.array(block["times"]) * [1.5 if column == 0 else 1, 1.5 if column else 1]).tolist()
        assert _unsteady(known.sides, [0]) == [2]


def test_every_setting_is_run_in_both_orders_and_half_the_time_each():
    blocks = _both_ways([Block(1, 1, 0.2), Block(64, 2, 0.4)], 1)
    assert [b["order"] for b in blocks] == [[1, 0], [0, 1]] * 2 and [b["seconds"] for b in blocks] == [0.1, 0.1, 0.2, 0.2]
    assert [b["batch"] for b in blocks] == [1, 1, 64, 64] and [b["threads"] for b in blocks] == [1, 1, 2, 2]
    assert [b["order"] for b in _both_ways([Block(1, 1, 0.2)], 0)] == [[0, 1], [1, 0]]
