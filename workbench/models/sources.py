"""A person's code as files: found without running it, and digested together with the local files that it imports.

A module is local when it is neither part of Python nor installed: those count by their version alone. The digest is of
the syntax tree, so that a comment or a blank line changes nothing.
"""

import ast
import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from workbench.errors import InputError
from workbench.files import Digest, digest_bytes, digest_json


@dataclass(frozen=True)
class Source:
    """A local module: its name, file, syntax tree (None for compiled code), and the digest of its own code."""

    name: str
    path: Path
    tree: ast.Module | None
    digest: Digest


STARTED_IN = "WORKBENCH_STARTED_IN"
"""The variable with the folder in which the dashboard was started. Its kernels work in the folder of their notebook."""


def search_path() -> tuple[str, ...]:
    """Where this process finds modules: the script's folder, PYTHONPATH, installed packages, and the working folder; of a page
    the one in which its server was started."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    folders = [
        os.path.abspath(entry or os.environ.get(STARTED_IN, os.getcwd())) for entry in [*sys.path, *filter(None, named), ""]
    ]
    return tuple(dict.fromkeys(folders))


def is_library(name: str, file: str | None = None) -> bool:
    """Whether a module belongs to Python, to an installed package or to the workbench itself."""
    top = name.partition(".")[0]
    if top == "__main__":
        return False  # whatever launcher it was started by: a notebook's cells and a script live there
    if top in sys.stdlib_module_names or top == "workbench":
        return True
    if file is None:
        file = getattr(sys.modules.get(top), "__file__", None) or getattr(sys.modules.get(name), "__file__", None)
    installed = ("site-packages", "dist-packages")
    return file is not None and (file.startswith(_python()) or any(part in Path(file).parts for part in installed))


def sources(name: str, path: Sequence[str]) -> dict[str, Source]:
    """A module's own source and those of all local modules that it imports, by name, wherever in `path` they are."""
    found: dict[str, Source] = {}
    waiting = [name]
    while waiting:
        for part in _with_parents(waiting.pop()):
            if part in found:
                continue
            spec = locate(part, path)
            if spec is None or spec.origin is None or is_library(part, spec.origin):
                continue
            found[part] = source = _read(part, spec)
            waiting += _imports(source, source.path.name == "__init__.py")
    return found


def code_digest(name: str, path: Sequence[str]) -> Digest:
    """The digest of a module, of the local modules that it imports, and of the versions of the others."""
    local = sources(name, path)
    named = [name, *(i for s in local.values() for i in _imports(s, s.path.name == "__init__.py"))]
    others = {n.partition(".")[0] for n in named if n not in local} - {n.partition(".")[0] for n in local}
    versions = {top: _version(top) for top in others if top not in sys.stdlib_module_names}
    return digest_json({"sources": {n: s.digest for n, s in local.items()}, "versions": versions})


def locate(name: str, path: Sequence[str]) -> ModuleSpec | None:
    """Where a module is, without importing its packages."""
    search: Sequence[str] = path
    spec = None
    for full in _with_parents(name):
        spec = PathFinder.find_spec(full, list(search))
        if spec is None:
            return None
        search = list(spec.submodule_search_locations or ())
    return spec


def _read(name: str, spec: ModuleSpec) -> Source:
    path = Path(spec.origin or "")
    data = path.read_bytes()
    if path.suffix != ".py":
        return Source(name, path, None, digest_bytes(data))
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError) as error:
        raise InputError("factory-syntax", path=str(path), why=str(error)) from None
    return Source(name, path, tree, digest_bytes(ast.dump(tree).encode()))


def _imports(source: Source, package: bool) -> list[str]:
    """Names that an import statement anywhere in the file may mean."""
    if source.tree is None:
        return []
    here = source.name.split(".") if package else source.name.split(".")[:-1]
    return list(dict.fromkeys(name for node in ast.walk(source.tree) for name in _meant(node, here)))


def _meant(node: ast.AST, here: list[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = here[: len(here) - node.level + 1] if node.level else []
        module = ".".join([*base, *(node.module.split(".") if node.module else [])])
        if module:
            yield module
        yield from (f"{module}.{alias.name}".lstrip(".") for alias in node.names if alias.name != "*")


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


@cache
def _python() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple({paths[key] + os.sep for key in ("stdlib", "platstdlib")})


@cache
def _version(top: str) -> str:
    """The version of the distribution that brings a module; "" for a name that nothing installed has."""
    try:
        return importlib.metadata.version(top)
    except importlib.metadata.PackageNotFoundError:
        brought = importlib.metadata.packages_distributions().get(top)
        return importlib.metadata.version(brought[0]) if brought else ""
