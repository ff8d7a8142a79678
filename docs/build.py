"""Writes what stands in several places from the one source, `notebooks/ten_lines.py`: the block in README.md, and the
quickstart notebook. Then executes every notebook that has outputs, and keeps the new ones. `make docs` calls it.

    python docs/build.py           README.md, notebooks/00-quickstart.ipynb, and the outputs of all notebooks
    python docs/build.py 10 12     only the outputs of the notebooks whose names begin so
"""

import ast
import os
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "notebooks" / "ten_lines.py"
NOTEBOOK = ROOT / "notebooks" / "00-quickstart.ipynb"
README = ROOT / "README.md"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = ("tags", "jupyter")
"""Of a cell's metadata: what tests are told of it, and that a solution is folded away."""
LIVE = "application/vnd.jupyter.widget-view+json"
"""A panel's own id in a kernel that is gone; without it what a saved notebook shows is the panel's table and picture."""

# The story, block by block: text is a text cell; a block of `>` lines is a code cell, in which `> §n` stands for the n-th
# statement of the script. What else is in a code cell only looks at what is there, and holds on every computer.
STORY = """
# Quickstart: ten lines
A trained network goes in; a file of a fraction of its size, which runs without PyTorch, comes out. Every figure is
measured on that very file.

> §1

## A task and a trained model
scikit-learn's digits: images of 8 x 8 pixels, split into train, validation and test. Train fits, **validation selects,
test reports once**. The model is a small ResNet, fitted here in a few seconds; run again, the finished fit is read back.

> §2
> §3
> print(len(task.train), "images to fit,", len(task.validation), "to select by,", len(task.test), "to report once")

## A study, and one recipe in it
A study keeps a task, a baseline and its candidates. A recipe is what is done to the baseline, in order: half of the
channels go, what is left learns from the baseline, and its numbers become whole ones of 8 bits. A worker process does
it; what is finished is kept, whatever happens to this notebook.

> §4
> §5
> §6

What came out, held against the baseline:

> candidate, baseline = study.candidates[0], study.baseline
> size, accuracy = candidate.measures["size_bytes"], candidate.measures["accuracy"]
> print("status:", candidate.status)
> print("less than half of the size:", size.value < 0.5 * baseline.measures["size_bytes"].value)
> print("loses at most 3 points:", accuracy.value >= baseline.measures["accuracy"].value - 0.03)
> print("counted on", accuracy.n, "images of the", accuracy.split, "split, with an interval:", accuracy.low < accuracy.value)

## The frontier
One mark a file, with its interval; the stairs are what is reached at each size.

> from IPython.display import Image
>
> §7
> Image("frontier.png", width=680)

## Publish, and use it without PyTorch
The best candidate becomes a folder: the file, a manifest with hashes and lineage, a card for people. It is published
once, however often this notebook runs.

> §8
> print(artifact.name, "version", artifact.version)

> §9
> answers = wb.load_artifact(artifact.path).predict(task.validation.inputs)
> right = (answers.labels.astype(int) == task.validation.targets).mean()
> print("the artifact's answers are as right as was measured:", abs(right - accuracy.value) < 0.01)
"""


def statements() -> list[str]:
    """The statements of the script, one string each, in their order."""
    source = SCRIPT.read_text(encoding="utf-8")
    lines = source.splitlines()
    return ["\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in ast.parse(source).body]


def cells() -> list[nbformat.NotebookNode]:
    """The story as cells."""
    script, found = statements(), []
    for number, block in enumerate(STORY.strip().split("\n\n")):
        if block.startswith(">"):
            lines = (line[2:] for line in block.splitlines())
            code = (script[int(line[1:]) - 1] if line.startswith("§") else line for line in lines)
            cell = new_code_cell("\n".join(code))
        else:
            cell = new_markdown_cell(block)
        cell["id"] = f"cell-{number:02d}"
        found.append(cell)
    return found


def readme(text: str) -> str:
    """The README with the script in the block that follows the mark `<!-- ten lines -->`."""
    return re.sub(r"(<!-- ten lines -->\n```python\n).*?(```)", lambda m: m[1] + SCRIPT.read_text() + m[2], text, flags=re.S)


def executed(book: nbformat.NotebookNode, path: Path) -> nbformat.NotebookNode:
    """The notebook, executed in a home of its own; nothing is kept in it but sources, tags and outputs."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["WORKBENCH_HOME"] = home
        NotebookClient(book, timeout=600, coalesce_streams=True, resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in book.cells:
        cell.metadata = {name: cell.metadata[name] for name in KEPT if name in cell.metadata}
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
            for output in (o for o in cell.outputs if "metadata" in o):
                output.metadata = {}
                output.data.pop(LIVE, None)
    book.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return book


def tutorials(names: list[str]) -> list[Path]:
    """The notebooks that are their own source and have outputs, those whose names begin so where any are given."""
    found = sorted(set(ROOT.glob("notebooks/[0-9]*.ipynb")) - {NOTEBOOK})
    return [path for path in found if not names or path.name.startswith(tuple(names))]


if __name__ == "__main__":
    if not sys.argv[1:]:
        README.write_text(readme(README.read_text()))
        nbformat.write(executed(new_notebook(cells=cells(), metadata={"kernelspec": KERNEL}), NOTEBOOK), NOTEBOOK)
    for path in tutorials(sys.argv[1:]):
        nbformat.write(executed(nbformat.read(path, 4), path), path)
