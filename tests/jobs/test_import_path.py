"""The import path of a job: the caller's, and what libraries have put there when they were imported."""

import pytest

from workbench import jobs
from workbench.jobs import run_job

ENTRIES = """
import sys
def extend(payload, desk): sys.path.append(payload["folder"])
def look(payload, desk): return {"there": [folder in sys.path for folder in payload["folders"]]}
"""


@pytest.fixture
def place(home, tmp_path, monkeypatch):
    (tmp_path / "path_entries.py").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_what_an_import_put_there_stays_and_what_another_caller_had_goes(place, monkeypatch):
    """onnxruntime's transformers append their own folder when they are imported, and that happens once a worker."""
    library, other = str(place / "library"), str(place / "other")
    monkeypatch.syspath_prepend(other)
    run_job("path_entries:extend", {"folder": library})
    monkeypatch.undo()
    monkeypatch.setenv("WORKBENCH_HOME", str(jobs.Job.named("x").folder.parents[1]))
