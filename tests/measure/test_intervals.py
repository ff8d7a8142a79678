"""Intervals against closed forms and a second library."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from workbench.measure.intervals import DRAWS, bootstrap_counts, bootstrap_mean, log_student, percentiles, wilson


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_wilson_is_scipys(n, share):
    hits = round(n * share)
    truth = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((truth.low, truth.high), abs=1e-9)


def test_wilson_of_none_and_of_all_reaches_to_the_end():
    assert {wilson(0, n)[0] for n in range(1, 3000)} == {0.0} and {wilson(n, n)[1] for n in range(1, 3000)} == {1.0}


def test_the_bootstrap_of_a_mean_is_the_normal_one_for_many_samples():
    values = np.random.default_rng(1).normal(5, 2, 4000)
    low, high = percentiles(bootstrap_mean(values))
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.15 * half)
    assert len(bootstrap_mean(values)) == DRAWS and (bootstrap_mean(values) == bootstrap_mean(values)).all()


def test_rows_are_drawn_whole():
    rows = np.random.default_rng(2).normal(size=(50, 1)) * [1, -2]
    drawn = bootstrap_mean(rows)
    assert drawn.shape == (DRAWS, 2) and drawn[:, 1] == pytest.approx(-2 * drawn[:, 0])
    assert drawn[:, 0].std() == pytest.approx(rows[:, 0].std() / math.sqrt(50), rel=0.1)


def test_drawn_counts_are_of_as_many_samples_and_in_the_same_shares():
    counts = np.array([90, 10, 5, 95])
    drawn = bootstrap_counts(counts)
    assert drawn.shape == (DRAWS, 4) and (drawn.sum(axis=1) == 200).all()
    assert drawn.mean(axis=0) == pytest.approx(counts, abs=0.6) and drawn[:, 0].std() == pytest.approx(
        math.sqrt(200 * 0.45 * 0.55), rel=0.1
    )


def test_percentiles_are_the_middle_95():
    assert percentiles(np.arange(1001)) == (25.0, 975.0)


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=9))
def test_log_student_is_students_interval_of_the_logarithms(values):
    centre, low, high = log_student(values)
    logs = np.log(values)
    assert centre == pytest.approx(stats.gmean(values))
    if logs.std() > 1e-6:
        truth = stats.t.interval(0.95, len(values) - 1, logs.mean(), stats.sem(logs))
        assert (math.log(low), math.log(high)) == pytest.approx(truth, rel=1e-6, abs=1e-9)


def test_log_student_covers_as_it_says():
    generator = np.random.default_rng(0)
    hits = 0
    for _ in range(1000):
        _, low, high = log_student(np.exp(generator.normal(0.1, 0.02, 5)))
        hits += math.log(low) <= 0.1 <= math.log(high)
    assert 930 <= hits <= 970


def test_one_figure_has_no_interval():
    assert log_student([2.0]) == (pytest.approx(2.0), 0.0, math.inf)


@pytest.mark.parametrize("n", [200, 360])
def test_wilson_covers_as_it_says_on_the_average_over_p(n):
    shares = (np.arange(500) + 0.5) / 500
    ends = [wilson(hits, n) for hits in range(n + 1)]
    held = [[low <= p <= high for low, high in ends] @ stats.binom.pmf(range(n + 1), n, p) for p in shares]
    assert 0.945 < np.mean(held) < 0.955
