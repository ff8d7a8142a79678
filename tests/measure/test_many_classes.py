"""Labels with thousands of classes and few samples: as the truth says, in little memory."""

import tracemalloc

import numpy as np
import pytest
from sklearn import metrics as sk

from workbench.measure import quality
from workbench.measure.quality import differences
from workbench.tasks import Split


@pytest.mark.parametrize(("classes", "n"), [(3_000, 60), (100_000, 200)])
def test_many_classes_and_few_samples(classes, n):
    draw = np.random.default_rng(classes)
    targets = draw.integers(classes - 40, classes, n)
    outputs = np.zeros((n, classes), np.float32)
    said = np.where(draw.random(n) < 0.6, targets, draw.integers(0, classes, n))
    outputs[np.arange(n), said] = 1
    split = Split("validation", {"x": np.zeros((n, 1), np.float32)}, targets)
    tracemalloc.start()
    found = quality([outputs], split, "classification")
    assert tracemalloc.get_traced_memory()[1] < outputs.nbytes + 300e6
    tracemalloc.stop()
    present = np.unique(targets)
    for name, score in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        truth = score(targets, said, labels=present, average="macro", zero_division=0)
        assert found[f"{name}_macro"].value == pytest.approx(truth)
        assert found[f"{name}_macro"].low < truth < found[f"{name}_macro"].high
    same = differences([outputs], [outputs], split, "classification")["f1_macro"]
    assert same.value == same.low == same.high == 0


def test_every_sample_of_a_class_of_its_own():
    """As many classes as samples: every draw is of about two thirds of them, and memory stays small."""
    n = 4000
    outputs = np.eye(n, dtype=np.float32)[np.roll(np.arange(n), 1)]
    outputs[: n // 2] = np.eye(n, dtype=np.float32)[: n // 2]
    tracemalloc.start()
    found = quality([outputs], Split("validation", {"x": np.zeros((n, 1), np.float32)}, np.arange(n)), "classification")
    assert tracemalloc.get_traced_memory()[1] < 500e6
    tracemalloc.stop()
    recall = found["recall_macro"]
    assert recall.value == 0.5 and 0.46 < recall.low < 0.5 < recall.high < 0.54
