"""The area under the ROC curve against scikit-learn, its interval against brute resampling and coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import roc_auc_score

from workbench.measure import differences, quality
from workbench.measure.ranking import pseudo_values
from workbench.tasks import Split


def split(targets):
    return Split("validation", np.zeros((len(targets), 1), np.float32), targets)


def auc(outputs, targets):
    return quality([outputs], split(targets), "classification")["roc_auc_macro"]


def drawn(seed, n=300, classes=4, signal=1.5):
    generator = np.random.default_rng(seed)
    targets = generator.integers(0, classes, n)
    return generator.normal(size=(n, classes)) + signal * np.eye(classes)[targets], targets


@settings(max_examples=40)
@given(st.integers(2, 5), st.integers(12, 120), st.integers(0, 999), st.booleans())
def test_it_is_sklearns(classes, n, seed, ties):
    outputs, targets = drawn(seed, n, classes, 0.7)
    targets[:classes] = np.arange(classes)
    outputs = outputs.round() if ties else outputs
    chances = softmax(outputs, axis=1)
    one = np.mean([roc_auc_score(targets == c, chances[:, c]) for c in range(classes)])
    truth = roc_auc_score(targets, chances, multi_class="ovr", average="macro") if classes > 2 else one
    found = auc(outputs, targets)
    assert found.value == pytest.approx(truth, abs=1e-12) == pytest.approx(one, abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1 and found.higher_is_better


def test_the_interval_is_as_wide_as_a_plain_bootstrap_says():
    outputs, targets = drawn(1)
    chances, generator, draws = softmax(outputs, axis=1), np.random.default_rng(2), []
    for _ in range(400):
        rows = generator.integers(0, 300, 300)
        draws.append(roc_auc_score(targets[rows], chances[rows], multi_class="ovr"))
    found = auc(outputs, targets)
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(draws, (2.5, 97.5))), abs=0.006)
    assert found.method == "bootstrap" and found.high - found.low == pytest.approx(
        np.ptp(np.percentile(draws, (2.5, 97.5))), rel=0.15
    )


def test_it_covers_as_it_says():
    outputs, targets = drawn(0, 100_000)
    truth = auc_value(outputs, targets)
    found = [auc(*drawn(seed, 200)) for seed in range(1, 201)]
    assert 180 <= sum(m.low <= truth <= m.high for m in found) <= 198


def auc_value(outputs, targets):
    return pseudo_values(outputs, targets).mean()


def test_a_class_that_is_missing_does_not_count():
    outputs, targets = drawn(3, 200, 3)
    wide = np.concatenate([outputs, np.full((200, 1), -40.0)], axis=1)
    assert auc(wide, targets).value == pytest.approx(auc(outputs, targets).value)


def test_targets_may_be_whole_numbers_of_any_type():
    outputs, targets = drawn(7)
    assert auc(outputs, targets.astype(np.float32)).value == auc(outputs, targets).value


def test_the_paired_difference_is_of_the_same_samples():
    outputs, targets = drawn(4)
    other = outputs + 0.3 * np.random.default_rng(5).normal(size=outputs.shape)
    m = differences([outputs], [other], split(targets), "classification")["roc_auc_macro"]
    assert m.value == pytest.approx(auc(other, targets).value - auc(outputs, targets).value)
    assert m.low < m.value < m.high and m.high - m.low < auc(other, targets).high - auc(other, targets).low


def test_large_logits_neither_overflow_nor_change_the_order():
    outputs, targets = drawn(6)
    assert auc(outputs + 1e4, targets).value == pytest.approx(auc(outputs, targets).value)


def test_very_many_classes_are_not_ranked():
    targets = np.arange(60) % 50
    outputs = np.zeros((60, 90_000), np.float32)
    assert "roc_auc_macro" not in quality([outputs], split(targets), "classification")
    assert "roc_auc_macro" in quality([outputs[:, :50]], split(targets), "classification")
