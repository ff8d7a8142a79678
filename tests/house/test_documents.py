"""README, architecture and decisions are true: their code runs, their words are those of the code."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from workbench.cli import workbench


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


def block(text, mark):
    (found,) = re.findall(rf"<!-- {mark} -->\n```python\n(.*?)```", text, re.S)
    return found


def test_the_ten_lines_are_those_of_the_script(readme, root):
    assert block(readme, "ten lines") == (root / "notebooks/ten_lines.py").read_text(encoding="utf-8")


def test_the_technique_of_the_readme_passes_the_conformance_suite(readme, tmp_path):
    (tmp_path / "rounded.py").write_text(block(readme, "a technique"))
    code = """
from rounded import RoundedWeights
from workbench.techniques import conformance
conformance.check(RoundedWeights)
import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(8, 8), nn.ReLU())
made = RoundedWeights(bits=3)
plan = made.plan(net, None)
new, report = made.apply(net, plan, None)
print(len(new[0].weight.unique()) <= 7, len(net[0].weight.unique()) > 7, [line.touched for line in report.lines])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "True True [True, False]\n", done.stderr[-2000:]


def test_your_own_model_and_data_of_the_readme_run(readme, tmp_path):
    code = block(readme, "your own") + "\nfrom workbench import jobs\njobs.retire()\n"
    code += """
artifact = wb.load_artifact("scorer")
(first,) = artifact.manifest["signature"]["outputs"]
print(first["shape"], artifact.predict(rows[:8]).outputs[first["name"]].shape)
loaded = wb.models.load("nets:make", task=task, weights="weights.safetensors")
print(loaded.build()(__import__("torch").zeros(1, 6)).tolist() == net(__import__("torch").zeros(1, 6)).tolist())
"""
    save = "import safetensors.torch\nsafetensors.torch.save_file(net.state_dict(), 'weights.safetensors')\n"
    (tmp_path / "own.py").write_text(code.replace("loaded =", save + "loaded ="))
    (tmp_path / "nets.py").write_text(
        "from torch import nn\n\n\ndef make():\n    return nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 2))\n"
    )
    env = os.environ | {"WORKBENCH_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, "own.py"], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    said = done.stdout.splitlines()
    assert said[0].startswith("Candidate(c1") and "failed" not in said[0]
    assert said[1].startswith("relative_error {") and said[-2:] == ["[1] (8, 1)", "True"]
    assert "  Export, " in done.stderr


def test_every_command_of_the_readme_is_there(readme, root):
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", readme, re.S))
    makefile = (root / "Makefile").read_text()
    targets = re.findall(r"^make (\w+)", shell, re.M)
    assert "demo" in targets and "test" in targets and all(re.search(rf"^{t}:", makefile, re.M) for t in targets)
    called = re.findall(r"^workbench (\w+)(.*)$", shell, re.M)
    assert {name for name, _ in called} | {"demo"} == set(workbench.commands)
    for name, rest in called:
        options = {o for p in workbench.commands[name].params for o in p.opts}
        assert set(re.findall(r" (--?[a-z][\w-]*)", rest.split("#")[0])) <= options


def test_every_extra_of_the_readme_is_there(readme, root):
    extras = set(tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    assert extras == {"cpu", "gpu", "lab", "test"} and all(f"`{extra}`" in readme for extra in extras)


def test_no_link_leads_nowhere(root, tracked):
    for path in (p for p in tracked if p.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (root / path).read_text(encoding="utf-8")):
            assert (root / path.parent / target).exists(), f"{path} links to {target}"


def test_the_architecture_names_every_room_in_the_order_of_the_contract(root):
    text = (root / "docs/architecture.md").read_text(encoding="utf-8").split("## Rooms")[1].split("\n## ")[0]
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in text.splitlines() if line.startswith("| `")]
    contract = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]
    layers = [[m.removeprefix("workbench.") for m in re.findall(r"[\w.]+", layer)] for layer in reversed(contract)]
    assert [room for row in rows for room in sorted(row)] == [room for layer in layers for room in sorted(layer)]
    folder = root / "workbench"
    there = {p.stem for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()} - {"__init__"}
    assert {room for row in rows for room in row} == there | {"workbench_widgets"}


def test_decisions_are_numbered_and_short(root):
    files = sorted((root / "docs/decisions").glob("*.md"))
    assert [int(f.name[:3]) for f in files] == list(range(1, len(files) + 1))
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {file.name[:3]} ") and len(lines) <= 24, file.name


def test_the_targets_of_make_explain_themselves(root):
    shown = subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "test-gpu", "proof", "dashboard", "lab", "benchmarks", "clean"):
        assert re.search(rf"^  make {target} +\S", shown, re.M), target


def test_notebooks_have_outputs_and_no_metadata(root, tracked):
    """nbval takes a cell without a count for one that was never run."""
    import nbformat

    for path in (p for p in tracked if p.suffix == ".ipynb"):
        book = nbformat.read(root / path, 4)
        assert set(book.metadata) <= {"kernelspec", "language_info"} and set(book.metadata.get("language_info", {})) <= {"name"}
        code = [cell for cell in book.cells if cell.cell_type == "code"]
        counts = [cell.execution_count for cell in code]
        assert counts == list(range(1, len(code) + 1)) or not any(cell.outputs or cell.execution_count for cell in code)
        assert all(set(cell.metadata) <= {"tags", "jupyter"} for cell in book.cells), "jupyter: a solution is folded away"
        assert not any(output.get("metadata") for cell in code for output in cell.outputs), "sizes of pictures, for instance"
