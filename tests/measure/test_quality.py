"""Metrics against scikit-learn and numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from workbench.errors import StepFailed
from workbench.measure import metrics, quality
from workbench.measure.quality import differences, metric
from workbench.tasks import Split

RNG = np.random.default_rng(3)


def split(targets, n=None):
    return Split("validation", np.zeros((n or len(targets), 1), np.float32), targets)


@settings(max_examples=25)
@given(st.integers(2, 6), st.integers(20, 200), st.integers(0, 99))
def test_classification_is_sklearns(classes, n, seed):
    generator = np.random.default_rng(seed)
    outputs, targets = generator.normal(size=(n, classes)), generator.integers(0, classes, n)
    found, said = quality([outputs], split(targets), "classification"), outputs.argmax(1)
    present = np.unique(targets)
    assert found["accuracy"].value == sk.accuracy_score(targets, said)
    for name, score in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        truth = score(targets, said, labels=present, average="macro", zero_division=0)
        assert found[f"{name}_macro"].value == pytest.approx(truth)
    for m in found.values():
        assert m.low <= m.value <= m.high and m.n == n and m.split == "validation" and m.higher_is_better


def test_the_interval_of_f1_is_as_wide_as_a_plain_bootstrap_says():
    targets = RNG.integers(0, 4, 400)
    outputs = RNG.normal(size=(400, 4)) + 1.2 * np.eye(4)[targets]
    found = quality([outputs], split(targets), "classification")["f1_macro"]
    said, draws = outputs.argmax(1), []
    for _ in range(500):
        rows = RNG.integers(0, 400, 400)
        draws.append(sk.f1_score(targets[rows], said[rows], average="macro"))
    low, high = np.percentile(draws, (2.5, 97.5))
    assert found.low == pytest.approx(low, abs=0.015) and found.high == pytest.approx(high, abs=0.015)


@pytest.mark.parametrize("shape", [(300,), (300, 1), (300, 3)])
def test_regression_is_numpys(shape):
    outputs, targets = RNG.normal(size=shape), RNG.normal(size=shape)
    found = quality([outputs.reshape(300, -1)], split(targets), "regression")
    errors = (outputs - targets).reshape(300, -1)
    assert found["mse"].value == pytest.approx((errors**2).mean()) and found["mae"].value == pytest.approx(abs(errors).mean())
    assert found["rmse"].value == pytest.approx(np.sqrt((errors**2).mean())) == pytest.approx(found["mse"].value ** 0.5)
    assert found["rmse"].low < found["rmse"].value < found["rmse"].high and not found["rmse"].higher_is_better
    assert set(found) == {m.name for m in metrics("regression")}


def test_agreement_is_with_the_baselines_answers():
    truth = np.array([[0.0, 1], [1, 0], [0, 1], [1, 0]])
    given_ = np.array([[0.2, 0.9], [0.6, 0.5], [0.9, 0.1], [1, 0]])
    found = quality([given_], split(None, 4), "outputs", [truth])
    assert found["agreement"].value == 0.75
    scale = np.sqrt((truth**2).mean())
    assert found["relative_error"].value == pytest.approx(np.sqrt(((given_ - truth) ** 2).mean()) / scale)
    assert quality([truth], split(None, 4), "outputs", [truth])["relative_error"].value == 0


@pytest.mark.parametrize(("shape", "by"), [((4,), "relative_error"), ((4, 1), "relative_error"), ((4, 2), "agreement")])
@pytest.mark.parametrize("kind", ["outputs", "classification"])
def test_nothing_agrees_where_a_sample_has_one_value(shape, by, kind):
    outputs, truth = RNG.normal(size=shape), RNG.normal(size=shape)
    found = quality([outputs], split(None, 4), kind, [truth])
    assert ("agreement" in found) == (by == "agreement")
    if kind == "outputs":
        told = differences([truth], [outputs], split(None, 4), kind, [truth])
        assert metric(kind, found) == by and set(told) == set(found)


def test_a_map_of_values_is_judged_by_its_relative_error():
    truth = np.ones((4, 3, 5, 5))
    found = quality([1.5 * truth], split(None, 4), "outputs", [truth])
    assert list(found) == ["relative_error"] and found["relative_error"].value == pytest.approx(0.5)


def test_choices_are_made_by_the_first_metric_that_was_measured():
    outputs = RNG.normal(size=(6, 3))
    labelled = quality([outputs], split(np.arange(6) % 3), "classification", [outputs])
    assert metric("classification", labelled) == "accuracy"
    assert metric("regression", quality([outputs], split(outputs), "regression")) == "rmse" == metric("regression", {})


def test_classification_gets_agreement_beside_its_own_metrics():
    outputs = RNG.normal(size=(50, 3))
    found = quality([outputs], split(RNG.integers(0, 3, 50)), "classification", [outputs])
    assert found["agreement"].value == 1.0 and "relative_error" not in found and "accuracy" in found


def test_one_answer_a_sample_is_needed():
    with pytest.raises(StepFailed) as caught:
        quality([RNG.normal(size=(3, 2))], split(np.zeros(4, int)), "classification")
    assert caught.value.code == "no-answers"
