"""Data without labels in the panels: judged by the baseline's answers, whose own error is 0, and with too few samples for an
interval."""

import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from workbench_widgets import Session
from workbench_widgets.views.figures import interval_of

import workbench as wb
from workbench import jobs
from workbench.publish.card import what_it_is
from workbench.records import Measurement


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("bare") / "home"))
    torch.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(3, 40, 4)).astype(np.float32)
    task = wb.tasks.from_arrays("bare", *((part, None) for part in x), kind="outputs")
    module = torch.nn.Sequential(torch.nn.Linear(4, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
    made = wb.Study.open("bare", task=task, model=module)
    made.run([wb.Recipe([wb.StructuredPruning(ratio=0.5)]), wb.Recipe([wb.StructuredPruning(ratio=0.2)])])
    yield made
    jobs.retire()
    patch.undo()


def until(look, holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds(look()):
        assert time.monotonic() < end, look()
        time.sleep(0.02)
    return look()


def test_the_card_has_the_outputs_of_the_file(study):
    session = Session(study_name="bare", chosen=["c1"])
    view = until(lambda: session.publish, lambda shown: "gives" in dict(shown["card"])["what"])
    assert dict(view["card"])["what"] == "Takes input (N x 4, float32) and gives output (N x 1, float32)."


def test_a_card_leaves_out_what_is_not_known(study):
    facts = {"kind": "outputs", "signature": study.task.signature.to_json(), "classes": []}
    assert what_it_is(facts) == "Takes `input` (N x 4, float32)."


@pytest.mark.parametrize("ends", [(0.0, np.inf), (np.nan, np.nan), (-np.inf, 4.0)])
def test_a_figure_without_an_interval_is_said_alone(ends):
    assert interval_of(Measurement("relative_error", 3.7, *ends, "", False, 3)) == "3.7"


def test_a_baseline_without_an_error_sets_no_limit(study):
    """The file that is named is the one that is nearest to the baseline, in the text, the code and the panel Publish."""
    assert (study.metric, study.baseline.measures["relative_error"].value) == ("relative_error", 0)
    session = Session(study_name="bare")
    assert "nearest: c2, " in session.describe(["frontier"])
    ran = subprocess.run([sys.executable, "-c", session.code["frontier"]], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0 and ran.stdout.splitlines()[-1] == f"best: {study.candidate('c2')}", ran.stderr
    assert until(lambda: session.publish, lambda shown: shown["candidate"])["candidate"] == "c2"
