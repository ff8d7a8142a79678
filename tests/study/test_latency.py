"""Estimates of latency: they learn from points, say how sure they are, and never fall where work grows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import workbench as wb
from workbench.graphs.costs import LayerCost
from workbench.graphs.operator_times import OperatorTime
from workbench.study import times
from workbench.study.estimate import Structure
from workbench.study.latency import _student, expected, guess, latency, rates

KINDS = ("Conv", "Conv", "Gemm")
OF = Structure(tuple(LayerCost(f"l{k}", kind, 10**5 * (k + 1), 1000, 4000, k) for k, kind in enumerate(KINDS)), 500)


def table(overhead=2e-6, per_mac=1e-11, storage="float32"):
    kinds = [(kind, macs) for kind in ("Conv", "MatMul") for macs in (10**4, 10**5, 10**6)]
    return [OperatorTime(kind, storage, macs, overhead + per_mac * macs) for kind, macs in kinds]


def pruned(ratio):
    return wb.Recipe([wb.StructuredPruning(ratio=ratio)])


NOTHING = wb.Recipe([])
INTEGER = wb.Recipe([wb.StaticQuantization()])


def test_a_table_of_straight_lines_is_read_back():
    for (kind, storage), (a, b) in rates(table(3e-6, 2e-11)).items():
        assert kind in ("Conv", "MatMul") and storage == "float32"
        assert a == pytest.approx(3e-6) and b == pytest.approx(2e-11)
    assert guess(NOTHING, OF, rates(table())) == pytest.approx(1e3 * (3 * 2e-6 + 1e-11 * 6e5))


def test_where_nothing_is_known_nothing_is_said():
    assert latency(NOTHING, OF, [(NOTHING, 1.0)], []) is None
    assert latency(NOTHING, OF, [], [OperatorTime("LSTM", "float32", 10, 1e-6)]) is None


def test_the_error_shrinks_as_points_are_added():
    """A machine that takes 1.3 times what the table says, give or take 5 %."""
    draw, known = np.random.default_rng(0), rates(table())
    points = [
        (pruned(r), 1.3 * guess(pruned(r), OF, known) * math.exp(draw.normal(0, 0.05))) for r in np.linspace(0.05, 0.9, 20)
    ]
    truth = 1.3 * guess(pruned(0.5), OF, known)
    found = [latency(pruned(0.5), OF, points[:n], table()) for n in (0, 1, 5, 20)]
    widths = [math.log(e.high / e.low) for e in found]
    assert widths == sorted(widths, reverse=True) and widths[-1] < 0.4 < 2 < widths[0]
    assert [e.points for e in found] == [0, 1, 5, 20]
    assert all(e.low < truth < e.high for e in found) and all(e.low < e.value < e.high for e in found)
    assert abs(found[-1].value / truth - 1) < 0.05 < abs(found[0].value / truth - 1)


def test_files_stored_otherwise_move_an_estimate_and_narrow_nothing():
    known = rates(table())
    floats = [(pruned(r), 2 * guess(pruned(r), OF, known)) for r in (0.1, 0.2, 0.3)]
    without, moved = (latency(INTEGER, OF, points, table()) for points in ([], floats))
    assert moved.value == pytest.approx(2 * without.value) and moved.points == 0
    assert moved.high / moved.low == pytest.approx(without.high / without.low) == pytest.approx(9)
    learned = latency(INTEGER, OF, [*floats, (INTEGER, 5 * without.value)], table())
    assert learned.points == 1 and learned.value == pytest.approx(5 * without.value)


def test_times_of_integer_operators_are_used_where_there_are_some():
    both = [*table(), *table(1e-6, 1e-12, "int8")]
    assert latency(INTEGER, OF, [], both).value < latency(INTEGER, OF, [], table()).value
    assert latency(NOTHING, OF, [], both) == latency(NOTHING, OF, [], table())


POSITIVE = st.floats(1e-7, 1e-1)


@given(st.lists(st.tuples(st.integers(1, 10**9), POSITIVE), min_size=1, max_size=12), st.floats(0, 0.9), st.floats(0, 0.9))
def test_more_work_never_takes_less(rows, one, other):
    known = rates([OperatorTime(kind, "float32", macs, seconds) for macs, seconds in rows for kind in ("Conv", "MatMul")])
    assert all(a >= 0 and b >= 0 for a, b in known.values())
    more, less = (guess(pruned(ratio), OF, known) for ratio in sorted((one, other)))
    assert 0 <= less <= more * (1 + 1e-9)


@given(st.floats(1e-3, 1e3), st.lists(st.floats(0.01, 100), max_size=15))
def test_an_interval_is_around_its_value(first, ratios):
    found = expected(first, ratios)
    assert 0 < found.low < found.value < found.high < math.inf and found.points == len(ratios)


@pytest.mark.parametrize("freedom", range(2, 40))
def test_quantiles_are_student_s(freedom):
    assert _student(freedom) == pytest.approx(stats.t.ppf(0.95, freedom), rel=0.015)


def test_nine_in_ten_lie_within(seed=0):
    """Ratios of one scatter, five points each: how often the next one lies in the interval."""
    draw = np.random.default_rng(seed)
    logs = draw.normal(0.1, 0.2, (4000, 6))
    inside = [(e := expected(1.0, list(np.exp(row[:5])))).low < math.exp(row[5]) < e.high for row in logs]
    assert 0.88 < np.mean(inside) < 0.94


def test_the_table_is_kept_a_line_a_file(home):
    assert times.table() == ()
    rows = [OperatorTime("Conv", "float32", 10, 1e-6), OperatorTime("MatMul", "int8", 20, 2e-6)]
    times.keep("a", rows)
    times.keep("b", rows[:1])
    assert times.table() == (*rows, rows[0])
    times.keep("a", rows[1:])
    assert sorted(times.table(), key=lambda t: t.macs) == [rows[0], rows[1]]
    (path,) = (home / "times").iterdir()
    with path.open("ab") as file:
        file.write(b'{"file": "c", "times": [["Conv"')
    assert len(times.table()) == 2


def test_times_that_no_clock_gives_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    good = OperatorTime("Conv", "float32", 1000, 1e-3)
    odd = [OperatorTime("Conv", "float32", 1000, s) for s in (0.0, -1e-3)]
    times.keep("a", [odd[0], good, odd[1]])
    (file,) = (tmp_path / "times").iterdir()
    with file.open("a") as lines:
        lines.write('{"file":"b","times":[["Conv","float32",1000,NaN],["Conv","float32",1000,Infinity]]}\n')
        lines.write('{"file":"c","times":[["Conv","float32",1000,"fast"]]}\n')
    assert times.table() == (good,) and times.of_file("a") == (good,)
