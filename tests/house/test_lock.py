"""The lock holds what pyproject.toml asks for and nothing else, and environment.yml has the same pins."""

import re
import shutil
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def lock(root):
    lines = (root / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin) for pin in pins), "only exact pins, no local builds"
    return {canonicalize_name(name): version for name, version in (pin.split("==") for pin in pins)}


@pytest.fixture(scope="module")
def project(root):
    return tomllib.loads((root / "pyproject.toml").read_text())["project"]


def test_the_lock_satisfies_the_project(lock, project):
    extras = project["optional-dependencies"]
    for asked in map(Requirement, [*project["dependencies"], *extras["cpu"], *extras["lab"], *extras["test"]]):
        assert asked.specifier.contains(lock[canonicalize_name(asked.name)]), asked


def test_nothing_is_locked_that_nothing_asks_for(lock, project):
    from importlib.metadata import PackageNotFoundError, requires

    extras = project["optional-dependencies"]
    todo = [*project["dependencies"], *extras["cpu"], *extras["lab"], *extras["test"]]
    seen = set()
    while todo:
        asked = Requirement(todo.pop())
        key = (canonicalize_name(asked.name), tuple(sorted(asked.extras)))
        if key not in seen:
            seen.add(key)
            try:
                below = [Requirement(text) for text in requires(asked.name) or []]
            except PackageNotFoundError:
                continue  # another platform's, or the other build of ONNX Runtime
            wanted = [{"extra": extra} for extra in (*asked.extras, "")]
            todo += [str(r).split(";")[0] for r in below if not r.marker or any(r.marker.evaluate(w) for w in wanted)]
    assert set(lock) - {name for name, _ in seen} == set()


def test_conda_has_the_pins_of_the_lock(root, lock, project):
    environment = yaml.safe_load((root / "environment.yml").read_text())
    (pip,) = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    pins = dict(line.split("==") for line in pip if "==" in line)
    (gpu,) = map(Requirement, project["optional-dependencies"]["gpu"])
    assert gpu.specifier.contains(pins.pop(gpu.name)) and pins["torch"] == lock["torch"]
    assert pins == {name: lock[name] for name in pins} and "onnxruntime" not in pins
    assert [line for line in pip if "==" not in line] == ["-e .[gpu,lab,test]"]


PYTHON = """#!/bin/sh
echo "$@" >>"$CALLS"
case "$*" in *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python;; *"pip show"*) exit 1;; esac
case "$*" in *version_info*) exit ${OLD:-0};; esac
"""


@pytest.fixture
def checkout(root, tmp_path):
    """A folder with a space in its name, where python is a stand-in that writes down how it is called."""
    folder = tmp_path / "a folder"
    (folder / ".ci").mkdir(parents=True)
    for name in (".ci/environment", "requirements.lock", "pyproject.toml"):
        shutil.copy(root / name, folder / name)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").write_text(PYTHON)
    (tmp_path / "bin/python3").chmod(0o755)
    return folder


def make(folder, **env):
    calls = folder.parent / "calls"
    calls.write_text("")
    path = f"{folder.parent / 'bin'}:/usr/bin:/bin"
    env = {"PATH": path, "CALLS": str(calls), **env}
    done = subprocess.run(["bash", ".ci/environment"], cwd=folder, env=env, capture_output=True, text=True)
    return done, calls.read_text().splitlines()


def test_the_environment_is_made_once(checkout):
    first, calls = make(checkout)
    assert first.returncode == 0 and any("--requirement" in c for c in calls) and any("--editable ." in c for c in calls)
    assert any("--requirement requirements.lock" in c for c in calls) and not any("--index-url" in c for c in calls)
    assert make(checkout)[1] == []
    with open(checkout / "requirements.lock", "a") as f:
        f.write("one-more==1.0\n")
    assert any("--requirement" in c for c in make(checkout)[1])


def test_a_gpu_changes_nothing(checkout):
    """ONNX Runtime's build for GPUs has other versions, and every session here runs on the CPU."""
    make(checkout)
    tool = checkout.parent / "bin/nvidia-smi"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert make(checkout)[1] == []


def test_torch_alone_comes_from_an_index_that_is_named(checkout):
    _, calls = make(checkout, TORCH_INDEX="file:///somewhere")
    assert [c for c in calls if "--index-url" in c and "file:///somewhere torch==" in c] and sum(
        "--index-url" in c for c in calls
    ) == 1


def test_an_old_python_is_told_in_one_sentence(checkout):
    done, _ = make(checkout, OLD="1")
    assert done.returncode == 1 and "Python 3.11 or newer" in done.stderr and not (checkout / ".venv").exists()
