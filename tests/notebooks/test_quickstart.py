"""The ten lines: as a script, from standard input, and as the notebook, whose every stored output is compared."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "notebooks" / "ten_lines.py"
NOTEBOOK = ROOT / "notebooks" / "00-quickstart.ipynb"
LOOK = """
import workbench as wb
(candidate,) = wb.Study.open("digits").candidates
print(candidate.status, candidate.id, wb.load_artifact(__import__("sys").argv[1]).version)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ten-lines")


@pytest.fixture(scope="module")
def environment(folder):
    env = os.environ | {"WORKBENCH_HOME": str(folder / "home")}
    yield env
    subprocess.run([sys.executable, "-c", "from workbench import jobs; jobs.retire()"], env=env, check=True)


@pytest.fixture(scope="module")
def first(folder, environment):
    """The script, run from a file without a guard."""
    return subprocess.run([sys.executable, str(SCRIPT)], cwd=folder, env=environment, capture_output=True, text=True)


def test_the_script_does_the_main_job(first, folder):
    assert first.returncode == 0, first.stderr[-2000:]
    assert first.stdout == "" and (folder / "frontier.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_again_from_standard_input_makes_nothing_twice(first, folder, environment):
    code = SCRIPT.read_text(encoding="utf-8")
    again = subprocess.run([sys.executable, "-"], input=code, cwd=folder, env=environment, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr[-2000:]
    (artifact,) = (folder / "home/published/digits-small").iterdir()
    looked = subprocess.run([sys.executable, "-c", LOOK, artifact], env=environment, capture_output=True, text=True)
    assert looked.stdout.split() == ["measured", "c1", "1"], looked.stderr[-2000:]


def test_the_notebook_tells_the_script(first):
    sys.path.insert(0, str(ROOT / "docs"))
    import build

    told = [cell.source for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code"]
    assert told == [cell.source for cell in build.cells() if cell.cell_type == "code"]
    lines = "\n".join(told).splitlines()
    assert [line for line in lines if line in build.statements()] == build.statements()


def test_a_changed_stored_output_turns_the_notebook_red(first, folder, environment):
    book = nbformat.read(NOTEBOOK, 4)
    printed = [o for cell in book.cells if cell.cell_type == "code" for o in cell.outputs if o.output_type == "stream"]
    for output in printed:
        output.text = output.text.replace("True", "False", 1)
    nbformat.write(book, folder / "changed.ipynb")
    call = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "changed.ipynb"]
    done = subprocess.run(
        [*call, "-c", os.devnull, "--rootdir", "."], cwd=folder, env=environment, capture_output=True, text=True
    )
    changed = sum("True" in o.text for cell in nbformat.read(NOTEBOOK, 4).cells for o in cell.get("outputs", []) if "text" in o)
    assert done.returncode == 1 and f"{changed} failed" in done.stdout, done.stdout[-2000:]
