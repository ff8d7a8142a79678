"""The import path of a warm worker keeps what libraries put there when they were imported."""

from workbench.jobs import run_job

ENTRIES = """
import os, sys

def extend(payload, desk):
    sys.path.append(payload["folder"])
    return os.getpid()

def look(payload, desk):
    return [os.getpid(), sys.path.count(payload["folder"])]
"""


def test_what_an_import_put_there_stays(home, tmp_path, monkeypatch):
    """onnxruntime.transformers, for one, appends its folder when it is imported, and that happens once a worker."""
    (tmp_path / "path_entries.py").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(tmp_path))
    library = {"folder": str(tmp_path / "library")}
    worker = run_job("path_entries:extend", library)
    assert [run_job("path_entries:look", library) for _ in range(2)] == [[worker, 1]] * 2
