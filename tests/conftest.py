"""Every test works in a home of its own; jobs run in a real worker of that home, which ends with the test."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in the workers; torch reads it when it is imported
os.environ.setdefault("WORKBENCH_TIMING_PROCESSES", "3")  # how closely a time is known is tested in tests/measure

import pytest

from workbench import jobs


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home; whatever was started in it is ended afterwards."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    yield tmp_path / "home"
    jobs.retire()


@pytest.fixture(scope="module")
def one_home(tmp_path_factory):
    """One home, and one warm worker, for all tests of a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("home")))
        yield
        jobs.retire()
