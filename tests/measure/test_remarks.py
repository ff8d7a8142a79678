"""What has to be said beside a figure: too few samples, a missing class, no number, a machine that changed its pace."""

import math

import numpy as np
import pytest

from workbench.measure import differences, quality
from workbench.measure.intervals import wilson
from workbench.records import Measurement, noted
from workbench.tasks import Split


def split(targets):
    return Split("validation", np.zeros((len(targets), 1), np.float32), targets)


def codes(m):
    return [code for code, _ in m.details.get("remarks", ())]


def errors(n):
    targets = np.random.default_rng(0).normal(size=n)
    return targets, (targets + np.random.default_rng(1).normal(size=n))[:, None]


@pytest.mark.parametrize(("n", "few"), [(1, True), (9, True), (10, False), (50, False)])
def test_a_bootstrap_of_a_few_samples_is_not_invented(n, few):
    targets, outputs = errors(n)
    m = quality([outputs], split(targets), "regression")["rmse"]
    pair = differences([outputs], [outputs * 1.1], split(targets), "regression")["rmse"]
    if few:
        assert (m.low, m.high) == (0, math.inf) and (pair.low, pair.high) == (-math.inf, math.inf)
        assert codes(m) == codes(pair) == ["few-samples"] and m.method == pair.method == "none"
        assert m.remarks == (
            f"{n} samples are too few for an interval of rmse: its whole range stands there. Give 10 or more.",
        )
    else:
        assert 0 < m.low < m.value < m.high < math.inf and m.remarks == pair.remarks == () and m.method == "bootstrap"


def test_shares_of_a_few_samples_have_their_whole_range_or_wilsons():
    targets = np.array([0, 1, 0, 1])
    outputs = np.eye(2)[targets]
    found = quality([outputs], split(targets), "classification")
    assert (found["accuracy"].low, found["accuracy"].high) == wilson(4, 4) and found["accuracy"].remarks == ()
    assert (found["f1_macro"].low, found["f1_macro"].high) == (0, 1) and codes(found["f1_macro"]) == ["few-samples"]
    pair = differences([outputs], [outputs], split(targets), "classification")
    assert (pair["f1_macro"].low, pair["f1_macro"].high) == (-1, 1) and pair["accuracy"].method == "tango"


def test_a_class_that_is_missing_is_said_of_macro_figures():
    targets = np.arange(60) % 3
    outputs = np.random.default_rng(2).normal(size=(60, 5)) + 2 * np.eye(5)[targets]
    found = quality([outputs], split(targets), "classification")
    for name, m in found.items():
        assert codes(m) == (["classes-missing"] if name.endswith("_macro") else [])
    assert found["f1_macro"].remarks == (
        "2 of 5 classes do not occur in validation: macro figures are the mean over the others.",
    )
    whole = quality([outputs[:, :3]], split(targets), "classification")
    assert all(m.remarks == () for m in whole.values())
    few = quality([outputs[:6]], split(targets[:6]), "classification")["f1_macro"]
    assert codes(few) == ["few-samples", "classes-missing"]


@pytest.mark.parametrize("right, said", [(45, []), (30, ["no-better"]), (20, ["no-better"])])
def test_who_is_right_no_more_often_than_the_most_frequent_class_is_told(right, said):
    targets = np.array([0] * 30 + [1] * 20 + [2] * 10)
    answers = np.where(np.arange(60) < right, targets, (targets + 1) % 3)
    accuracy = quality([np.eye(3)[answers]], split(targets), "classification")["accuracy"]
    assert accuracy.value == right / 60 and codes(accuracy) == said
    assert not said or "(50.0 % of validation)" in accuracy.remarks[0]


def test_a_figure_that_is_no_number_is_kept_and_said():
    targets = np.zeros(40, np.int64)
    found = quality([np.random.default_rng(3).normal(size=(40, 2))], split(targets), "classification")
    m = found["roc_auc_macro"]
    assert math.isnan(m.value) and math.isnan(m.low) and math.isnan(m.high) and m.method == "none"
    assert codes(m) == ["metric-not-a-number", "classes-missing"] and found["accuracy"].low > 0
    targets, outputs = errors(40)
    huge = quality([outputs * 1e200], split(targets), "regression")["mse"]
    assert math.isnan(huge.value) and codes(huge) == ["metric-not-a-number"]


def test_remarks_survive_json():
    m = Measurement(
        "rmse", 1.0, 0.0, math.inf, "", False, 3, details=noted([("few-samples", {"metric": "rmse", "n": 3, "least": 10})])
    )
    assert Measurement.from_json(m.to_json()).remarks == m.remarks != ()
    assert noted([]) == {}
