"""Intervals hold what they say: coverage exact and by simulation, a file timed against itself a hundred times."""

import contextlib
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
import intervals

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("n", [200, 300, 360, 500, 1000, 2500, 5000, 10_000])
def test_wilson_averaged_over_p(n):
    assert 0.945 <= intervals.wilson_coverage(n) <= 0.955


@pytest.mark.parametrize("n", [200, 1000, 5000])
@pytest.mark.parametrize(("gain", "loss"), [(0.005, 0.005), (0.01, 0.03), (0.05, 0.05), (0.02, 0.1), (0.3, 0.3)])
def test_tango(n, gain, loss):
    least = 0.94 if n * (gain + loss) > 5 else 0.93
    assert least <= intervals.tango_coverage(n, gain, loss) <= 0.99


@pytest.mark.parametrize("name", ["precision_macro", "recall_macro", "f1_macro", "roc_auc_macro", "rmse", "mae"])
def test_the_bootstrap(name):
    assert 0.92 <= intervals.bootstrap_coverage(name, 500) <= 0.98


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("networks")
        patch.setenv("WORKBENCH_HOME", str(folder / "home"))
        patch.delenv("WORKBENCH_TIMING_PROCESSES")  # proved is what a person has who sets nothing
        yield intervals.networks(folder)


@pytest.mark.parametrize("busy", [contextlib.nullcontext, intervals.one_core_taken])
def test_the_same_file_is_as_fast_as_itself_and_half_of_it_is_faster(networks, busy):
    file, small, inputs = networks
    with busy():
        found = intervals.same_file(file, inputs, 100)
        half = intervals.wb.measure.speedup(small, file, inputs)
    assert sum(m.low <= 1 <= m.high for m in found) >= 91
    assert np.median([m.high - m.low for m in found]) <= 0.10 and half.low > 1.15
