"""Pair sums in 16 bits: the bounds are reached and never passed, and the fast product is the slow one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workbench.graphs.pairs import exact, reach, saturable, saturated

WIDTH = st.integers(1, 9)
SIGNED = st.one_of(st.integers(-128, 127), st.sampled_from([-128, -127, -65, -64, 63, 64, 65, 127]))
LEVELS = st.one_of(st.integers(0, 255), st.sampled_from([0, 1, 254, 255]))


@st.composite
def operands(draw):
    k = draw(WIDTH)
    weights = draw(arrays(np.int8, (draw(st.integers(1, 4)), k), elements=SIGNED))
    return draw(arrays(np.uint8, (draw(st.integers(1, 5)), k), elements=LEVELS)), weights


def instruction(activations, weights):
    """What the processor does, one sum after the other."""
    a, w = [int(v) for v in activations], [int(v) for v in weights]
    if len(a) % 2:
        a, w = [*a, 0], [*w, 0]
    sums = [a[k] * w[k] + a[k + 1] * w[k + 1] for k in range(0, len(a), 2)]
    return sums, sum(max(-32768, min(32767, s)) for s in sums)


@given(operands())
def test_the_product_is_the_processor_s(both):
    activations, weights = both
    truth = [[instruction(a, w)[1] for w in weights] for a in activations]
    assert saturated(activations, weights).tolist() == truth


def test_by_hand():
    assert saturated(np.full((1, 2), 255, np.uint8), np.array([[127, 127]], np.int8)).tolist() == [[32767]]  # not 64770
    row = np.array([[255, 255, 255]], np.uint8)
    assert saturated(row, np.array([[-128, -128, 127]], np.int8)).tolist() == [[-32768 + 32385]]
    assert saturated(row, np.array([[127, -127, 127]], np.int8)).tolist() == [[32385]]
    assert saturated(row, np.array([[1, 127, 127]], np.int8)).tolist() == [[255 + 32385 + 32385]]


def test_two_signed_operands_and_exact_sums_do_not_saturate():
    row, w = np.array([[-128, -128], [127, 127]], np.int8), np.array([[-128, -128], [127, 127]], np.int8)
    truth = (row.astype(int) @ w.astype(int).T).tolist()
    assert saturated(row, w).tolist() == exact(row, w).tolist() == truth
    assert exact(np.full((1, 2), 255, np.uint8), w).tolist() == [[-65280, 64770]]


def test_long_rows_are_exact():
    draw = np.random.default_rng(0)
    a, w = draw.integers(0, 256, (3, 2001)).astype(np.uint8), draw.integers(-128, 128, (4, 2001)).astype(np.int8)
    assert saturated(a, w).tolist() == [[instruction(x, y)[1] for y in w] for x in a]


@given(operands(), LEVELS, LEVELS)
def test_no_input_passes_the_bounds_and_one_reaches_them(both, one, other):
    activations, weights = both
    low, high = min(one, other), max(one, other)
    lowest, highest = reach(weights, low, high)
    for a in activations.clip(low, high):
        sums = np.array([instruction(a, w)[0] for w in weights])
        assert (sums >= lowest).all() and (sums <= highest).all()
    for w, least, most in zip(weights, lowest, highest, strict=True):
        assert instruction(np.where(w > 0, high, low), w)[0] == most.tolist()
        assert instruction(np.where(w > 0, low, high), w)[0] == least.tolist()


@settings(max_examples=200)
@given(operands())
def test_what_is_certified_never_saturates_and_what_is_not_does(both):
    activations, weights = both
    for w, risky in zip(weights, saturable(weights), strict=True):
        ends = [instruction(a, w)[0] for a in (*activations, np.where(w > 0, 255, 0), np.where(w < 0, 255, 0))]
        beyond = np.array([[not -32768 <= s <= 32767 for s in sums] for sums in ends])
        assert (beyond.any(axis=0) == risky).all()


@pytest.mark.parametrize("pair, risky", [((64, 64), False), ((65, 64), True), ((-64, -64), False), ((-65, -64), True)])
def test_seven_bits_are_enough(pair, risky):
    assert saturable(np.array([pair], np.int8)).tolist() == [[risky]]
    assert not saturable(np.array([(127, -128)], np.int8)).any() and not saturable(np.array([(0, 127, 127, 0)], np.int8)).any()
    assert saturable(np.array([pair], np.int8), 0, 127).tolist() == [[False]]
