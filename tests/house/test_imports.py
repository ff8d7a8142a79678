"""`import workbench` stays light, the lower rooms know no torch, and no import goes in a circle."""

import ast
import json
import subprocess
import sys

import networkx as nx
import pytest

HEAVY = ("torch", "torch_pruning", "onnx", "onnxruntime", "onnxscript", "pandas", "matplotlib", "sklearn", "scipy")
HEAVY += ("sqlalchemy", "pydantic", "rich", "cloudpickle", "safetensors", "IPython", "ipywidgets", "voila")
WITHOUT_TORCH = (
    *("words", "errors", "files", "events", "knobs", "machine", "objects", "records", "jobs", "receipts"),
    "graphs",
    *("tasks", "models", "techniques", "recipes", "export", "measure", "plots", "publish", "study", "cli"),
)


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; import json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("statement", ["import workbench", "import workbench.cli", "import workbench.errors"])
def test_nothing_heavy_is_loaded(statement):
    assert loaded_by(statement) & set(HEAVY) == set()


def test_rooms_load_without_torch():
    rooms = "; ".join(f"import workbench.{room}" for room in WITHOUT_TORCH)
    assert (
        loaded_by(rooms + "; import workbench_widgets") & {"torch", "torch_pruning", "onnxruntime", "matplotlib", "sklearn"}
        == set()
    )


def test_no_import_cycle(library):
    graph = nx.DiGraph()
    for name, tree in library.items():
        for target in _imported(name, tree, library):
            graph.add_edge(name, target)
    assert [c for c in nx.strongly_connected_components(graph) if len(c) > 1] == []


def _imported(name, tree, library):
    """The modules of ours that are imported while `name` is: not those in function bodies or for type checkers."""
    todo, found = list(tree.body), set()
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import in line {node.lineno}"
            found |= {f"{node.module}.{a.name}" if f"{node.module}.{a.name}" in library else node.module for a in node.names}
        elif not isinstance(node, ast.FunctionDef) and "TYPE_CHECKING" not in ast.dump(getattr(node, "test", node)):
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    return {f for f in found if f in library and f != name}
