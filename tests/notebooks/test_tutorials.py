"""The tutorials are whole, and the check of their outputs sees what a panel says, whatever it leaves out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
SANITIZE = ROOT / "tests" / "notebooks" / "sanitize.cfg"
TUTORIALS = sorted(ROOT.glob("notebooks/1[0-9]-*.ipynb"))
PANELS = """
from workbench_widgets import Model, Recipe, Session
session = Session()
"""


@pytest.fixture(params=TUTORIALS, ids=lambda path: path.stem)
def book(request):
    return nbformat.read(request.param, 4)


def test_a_tutorial_has_a_goal_a_picture_panels_and_a_folded_solution(book):
    text = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    assert "**Goal.**" in text[0] and any("## Exercise" in part for part in text)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    folded = [cell for cell in code if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(folded) == 1 and folded[0].metadata.jupyter.outputs_hidden and folded[0].outputs
    shown = [output.data for cell in code for output in cell.outputs if "data" in output]
    assert any("image/png" in data for data in shown)
    assert len([data for data in shown if "workbench-still" in data.get("text/html", "")]) >= 2


def test_every_output_is_compared(book):
    """No cell is marked to be left out, and none was never run, which nbval takes for a reason to compare nothing."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert not any("nbval" in str(cell.metadata) or "NBVAL" in cell.source for cell in code)
    plain = [o.data["text/plain"] for cell in code for o in cell.outputs if "data" in o]
    assert plain and not any(" at 0x" in text for text in plain)


@pytest.fixture(scope="module")
def panels(tmp_path_factory):
    """A notebook of two panels as it is saved, and the folder that it lies in."""
    folder = tmp_path_factory.mktemp("panels")
    cells = [new_code_cell(PANELS), new_code_cell("Recipe(session)"), new_code_cell("Model(session)")]
    made = new_notebook(cells=cells)
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    NotebookClient(made, resources={"metadata": {"path": str(folder)}}).execute()
    patch.undo()
    return made, folder


@pytest.mark.parametrize(
    ("mime", "old", "new", "failed"),
    [("text/plain", "50 %", "50 %", 0), ("text/plain", "50 %", "40 %", 1), ("text/html", "ratio=0.5", "ratio=0.4", 1)],
)
def test_a_panel_that_says_something_else_turns_the_notebook_red(panels, mime, old, new, failed):
    made, folder = nbformat.from_dict(panels[0]), panels[1]
    data = made.cells[1].outputs[0].data
    was = data[mime]
    assert old in was
    data[mime] = was.replace(old, new)
    nbformat.write(made, folder / "changed.ipynb")
    data[mime] = was
    call = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}"]
    call += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", ".", "changed.ipynb"]
    env = os.environ | {"WORKBENCH_HOME": str(folder / "home")}
    done = subprocess.run(call, cwd=folder, env=env, capture_output=True, text=True)
    assert (f"{failed} failed" in done.stdout) == bool(failed) and done.returncode == bool(failed), done.stdout[-2000:]


FRONTIER = "Frontier(3 files of 38 kB to 80 kB, smallest within 1 point: c2, 96.1 %, 41 kB)"
COMPARE = "Compare(c1: 74 % smaller · no measurable loss (at most 0.8 points) · slower (×0.9), 3 of 270 answers changed)"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (FRONTIER, FRONTIER.replace("c2, 96.1 %, 41 kB", "c1, 95.9 %, 38 kB"), True),
        (FRONTIER, FRONTIER.replace("smallest within 1 point: c2, 96.1 %, 41 kB", "none within 1 point"), True),
        (FRONTIER, FRONTIER.replace("3 files", "4 files"), False),
        (FRONTIER, FRONTIER.replace("38 kB", "39 kB"), False),
        (COMPARE, COMPARE.replace("no measurable loss (at most 0.8 points)", "loses 2 points (1 to 3)"), True),
        (COMPARE, COMPARE.replace("74 %", "73 %"), False),
        (COMPARE, COMPARE.replace("c1", "c2"), False),
        (COMPARE, COMPARE.replace("of 270", "of 27"), False),
        ("accuracy 96.3 % (93.3 to 98), 12 samples", "accuracy 95 % (91 to 97.2), 12 samples", True),
        ("accuracy 96.3 % (93.3 to 98), 12 samples", "accuracy 96.3 % (93.3 to 98), 9 samples", False),
        ("loses at most 3 points: True", "loses at most 3 points: False", False),
    ],
)
def test_only_what_is_measured_is_left_out(one, other, same):
    from nbval.plugin import get_sanitize_patterns

    def left(text):
        for pattern, instead in get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8")):
            text = re.sub(pattern, instead, text)
        return text

    assert (left(one) == left(other)) == same
