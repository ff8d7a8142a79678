import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots import number, percent
from workbench.plots.axis import axis, title
from workbench.plots.ticks import ticks
from workbench.records import Measurement

SIZE = Measurement("size_bytes", 71_632.0, 71_632.0, 71_632.0, "B", False, 1)
ACCURACY = Measurement("accuracy", 0.9333, 0.91, 0.95, "", True, 360, "validation")
THIN, MINUS = "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (71.632, "71.6"),
        (0.9, "0.9"),
        (1234567, f"1{THIN}230{THIN}000"),
        (1000, f"1{THIN}000"),
        (-0.0123456, f"{MINUS}0.0123"),
        (99.96, "100"),
        (0.00012345, "0.000123"),
        (math.nan, "unknown"),
        (math.inf, "unknown"),
    ],
)
def test_figures_have_three_digits_a_thin_space_and_a_true_minus(value, text):
    assert number(value) == text


@given(st.floats(-1e12, 1e12).filter(lambda v: abs(v) > 1e-9))
def test_a_written_figure_reads_back_within_half_a_digit(value):
    read = float(number(value).replace(THIN, "").replace(MINUS, "-"))
    assert abs(read - value) <= 0.5 * 10 ** (math.floor(math.log10(abs(value))) - 2) * 1.000001


@pytest.mark.parametrize(
    ("share", "text"), [(0.83, "83 %"), (0.004, "0.4 %"), (0.996, "99.6 %"), (1, "100 %"), (0, "0 %"), (1.2, "120 %")]
)
def test_percents_are_whole_unless_they_would_lie(share, text):
    assert percent(share) == text


def test_bytes_are_shown_in_thousands_and_shares_in_per_cent():
    size, quality = axis([SIZE]), axis([ACCURACY])
    assert (size.label, size.said(71_632)) == ("Size, kB", "71.6 kB")
    assert (quality.label, quality.said(0.9333)) == ("Accuracy, %", "93.3 %")
    assert quality.gap(0.0123) == "1.23 points"
    assert size.gap(500) == "0.5 kB"
    assert axis([replace(SIZE, value=2.5e7)]).said(2.5e7) == "25 MB"


def test_an_error_below_one_is_no_share():
    error = Measurement("rmse", 0.5, 0.4, 0.6, "", False, 100, "validation")
    assert axis([error]).said(0.5) == "0.5"
    assert axis([Measurement("speedup_b1", 2.0, 1.9, 2.1, "x", True, 9)]).said(2) == "2 ×"


def test_the_axis_is_logarithmic_beyond_a_decade_only():
    small = replace(SIZE, value=7_000.0)
    assert axis([SIZE, small]).log
    assert axis([SIZE, small]).label == "Size, kB, log"
    assert not axis([SIZE, replace(SIZE, value=7_163.2)]).log
    assert not axis([SIZE, replace(SIZE, value=0.0)]).log


def test_titles_are_for_people():
    assert title("latency_b1_ms") == "Latency at batch 1"
    assert title("precision_macro") == "Precision macro"
    assert [title(name) for name in ("rmse", "mse", "mae")] == ["RMSE", "MSE", "MAE"]


def test_ticks_are_round_and_within():
    assert ticks(88.3, 94.1, log=False) == [89, 90, 91, 92, 93, 94]
    assert ticks(15, 900, log=True) == [20, 50, 100, 200, 500]
    assert ticks(0.5, 2e5, log=True) == [1, 10, 100, 1000, 10_000, 100_000]
    assert ticks(2.1, 4.9, log=True) == [2.5, 3, 3.5, 4, 4.5]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_there_are_a_few_ticks_on_any_axis(low, width):
    found = ticks(low, low + width, log=False)
    assert 1 <= len(found) <= 8
    assert all(low - 1e-6 * width <= t <= low + width * (1 + 1e-6) for t in found)
