"""Files and functions stay small, and no room has a name that says nothing."""

import ast
import re

import pytest

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "core", "manager", "engine", "base"}


def test_files_are_small(root, tracked):
    long = {str(p): n for p in tracked if p.suffix == ".py" and (n := (root / p).read_text().count("\n")) > 400}
    assert long == {}


def test_functions_are_small(root, tracked):
    long = {}
    for path in tracked:
        if path.suffix == ".py":
            for node in ast.walk(ast.parse((root / path).read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 60:
                    long[f"{path}:{node.name}"] = node.end_lineno - node.lineno + 1
    assert long == {}


def test_names_of_files_say_what_is_in_them(tracked):
    assert [str(p) for p in tracked if {part.strip("_") for part in p.with_suffix("").parts} & SAYS_NOTHING] == []


def test_public_functions_are_typed(library):
    bare = []
    for name, tree in library.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.returns is None:
                bare.append(f"{name}:{node.lineno} {node.name}")
    assert bare == []


MACHINE_PATH = r"(?<![\w.:/~-])/(?:work|root|home|Users|opt)/\w"
REGISTRY = r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|download\.pytorch|anaconda)[\w.]*"


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY])
def test_no_machine_and_no_registry_is_named(root, tracked, pattern):
    found = {}
    for path in tracked:
        if path.suffix not in (".png", ".safetensors", ".onnx", ".woff2"):
            hits = re.findall(pattern, (root / path).read_text(encoding="utf-8"))
            if hits:
                found[str(path)] = hits
    assert found == {}
