"""Differences of two files on the same samples: against published figures, a second solver, brute resampling, coverage."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize
from sklearn import metrics as sk

from workbench.errors import StepFailed
from workbench.measure import differences, metrics, quality
from workbench.measure.paired import tango
from workbench.tasks import Split

Z2 = 1.959963984540054**2


def split(targets, n=None):
    return Split("validation", np.zeros((n or len(targets), 1), np.float32), targets)


def deviance_free_score(difference, gained, lost, n):
    """The score statistic with the nuisance share found by numerical likelihood, not by the quadratic formula."""
    lowest, highest = max(0.0, -difference) + 1e-12, (1 - difference) / 2 - 1e-12

    def minus_likelihood(share):
        both = n - gained - lost
        logs = gained * math.log(share + difference) + lost * math.log(share) if gained or lost else 0.0
        return -(logs + both * math.log(max(1 - 2 * share - difference, 1e-300)))

    share = optimize.minimize_scalar(minus_likelihood, bounds=(lowest, highest), method="bounded", options={"xatol": 1e-12}).x
    return (gained - lost - n * difference) / math.sqrt(n * (2 * share + difference * (1 - difference)))


@pytest.mark.parametrize(
    ("gained", "lost", "n", "low", "high"),
    [
        (6, 16, 161, -0.1240, -0.0054),  # Fagerland, Lydersen & Laake 2017, chapter 8: Cavo et al. 2012
        (0, 1, 44, -0.118, 0.059),  # Tango 1998: crossover trial of two lens disinfections
    ],
)
def test_published_figures(gained, lost, n, low, high):
    found = tango(gained, lost, n)
    assert found == pytest.approx((low, high), abs=10 ** -len(str(low).split(".")[1]))


@pytest.mark.parametrize("n", [1, 10, 360, 5000])
def test_where_no_pair_disagrees_the_interval_has_a_width(n):
    assert tango(0, 0, n) == pytest.approx((-Z2 / (n + Z2), Z2 / (n + Z2)), abs=1e-9)


@settings(max_examples=60)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 400))
def test_the_ends_solve_the_score_equation(gained, lost, both):
    n = gained + lost + both
    low, high = tango(gained, lost, n)
    assert -1 < low < (gained - lost) / n < high < 1
    assert deviance_free_score(high, gained, lost, n) == pytest.approx(-math.sqrt(Z2), rel=2e-3)
    assert -deviance_free_score(-low, lost, gained, n) == pytest.approx(math.sqrt(Z2), rel=2e-3)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 400))
def test_the_other_way_round_it_is_the_mirror_image(gained, lost, both):
    n = gained + lost + both
    assume(n > 0)
    low, high = tango(gained, lost, n)
    assert tango(lost, gained, n) == (-high, -low) and -1 <= low <= (gained - lost) / n <= high <= 1


def test_more_gains_move_it_up_and_more_pairs_make_it_narrower():
    ends = [tango(gained, 5, 300) for gained in range(20)]
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(ends))
    widths = [high - low for low, high in (tango(5, 5, n) for n in (20, 50, 100, 1000))]
    assert widths == sorted(widths, reverse=True) and tango(7, 0, 7)[1] == 1.0 == -tango(0, 7, 7)[0]


@pytest.mark.parametrize(("n", "gain", "loss"), [(200, 0.02, 0.04), (360, 0.05, 0.05), (1000, 0.005, 0.01)])
def test_tango_covers_as_it_says(n, gain, loss):
    drawn = np.random.default_rng(1).multinomial(n, (gain, loss, 1 - gain - loss), 3000)
    rows, counts = np.unique(drawn[:, :2], axis=0, return_counts=True)
    inside = sum(c for (g, k), c in zip(rows, counts, strict=True) if tango(g, k, n)[0] <= gain - loss <= tango(g, k, n)[1])
    assert 0.935 <= inside / 3000 <= 0.97


def two_classifiers(n, seed, classes=4):
    generator = np.random.default_rng(seed)
    targets = generator.integers(0, classes, n)
    before = generator.normal(size=(n, classes)) + 1.5 * np.eye(classes)[targets]
    return targets, before, before + 0.5 * generator.normal(size=(n, classes))


def test_classification_is_the_difference_of_the_metrics_with_the_paired_interval():
    targets, before, after = two_classifiers(500, 0)
    found = differences([before], [after], split(targets), "classification")
    alone = quality([after], split(targets), "classification")
    assert set(found) == {m.name for m in metrics("classification")} == set(alone)
    truth = {name: m.value - quality([before], split(targets), "classification")[name].value for name, m in alone.items()}
    for name, m in found.items():
        assert m.value == pytest.approx(truth[name], abs=1e-12) and m.low < m.value < m.high
        assert (
            m.n == 500
            and m.split == "validation"
            and m.higher_is_better
            and m.high - m.low < alone[name].high - alone[name].low
        )
    right, was = after.argmax(1) == targets, before.argmax(1) == targets
    assert (found["accuracy"].low, found["accuracy"].high) == tango((right & ~was).sum(), (was & ~right).sum(), 500)
    assert found["accuracy"].method == "tango" and found["f1_macro"].method == "paired-bootstrap"


def test_the_paired_interval_of_f1_is_as_wide_as_brute_resampling_says():
    targets, before, after = two_classifiers(400, 1)
    found = differences([before], [after], split(targets), "classification")["f1_macro"]
    generator, draws = np.random.default_rng(5), []
    for _ in range(400):
        rows = generator.integers(0, 400, 400)
        f1 = [sk.f1_score(targets[rows], o.argmax(1)[rows], average="macro") for o in (before, after)]
        draws.append(f1[1] - f1[0])
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(draws, (2.5, 97.5))), abs=0.012)


def test_regression_draws_both_files_errors_of_a_sample_together():
    generator = np.random.default_rng(2)
    targets = generator.normal(size=600)
    before = targets + generator.normal(size=600)
    after = targets + (before - targets) * 1.1
    found = differences([before[:, None]], [after[:, None]], split(targets), "regression")
    base = np.sqrt(((before - targets) ** 2).mean())
    assert found["rmse"].value == pytest.approx(0.1 * base) and not found["rmse"].higher_is_better
    assert 0 < found["rmse"].low < found["rmse"].value < found["rmse"].high
    draws = [0.1 * np.sqrt(((before - targets)[generator.integers(0, 600, 600)] ** 2).mean()) for _ in range(2000)]
    assert (found["rmse"].low, found["rmse"].high) == pytest.approx(tuple(np.percentile(draws, (2.5, 97.5))), rel=0.02)


def test_outputs_are_held_against_the_baseline():
    truth = np.random.default_rng(3).normal(size=(100, 3))
    worse = truth.copy()
    worse[:7] = -worse[:7]
    found = differences([truth], [worse], split(None, 100), "outputs", [truth])
    assert found["agreement"].value == -0.07 and found["agreement"].high < 0
    assert found["relative_error"].value > 0 and differences([truth], [worse], split(None, 100), "outputs") == {}


def test_the_same_answers_differ_by_nothing_within_an_interval():
    targets, before, _ = two_classifiers(300, 4)
    found = differences([before], [before], split(targets), "classification")
    assert found["accuracy"].value == 0 and found["accuracy"].low == -found["accuracy"].high < 0
    assert found["f1_macro"].value == found["f1_macro"].low == 0


def test_one_answer_a_sample_is_needed():
    targets, before, _ = two_classifiers(30, 5)
    for pair in ((before[:-1], before), (before, before[:-1])):
        with pytest.raises(StepFailed) as error:
            differences(*([p] for p in pair), split(targets), "classification")
        assert error.value.code == "no-answers"


def test_intervals_are_the_same_each_time():
    targets, before, after = two_classifiers(120, 6)
    assert differences([before], [after], split(targets), "classification") == differences(
        [before], [after], split(targets), "classification"
    )
