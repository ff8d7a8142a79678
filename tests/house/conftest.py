"""What the house tests read: the tracked files of this checkout, and the library's source as syntax trees."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that is, or is about to be, in the repository, relative to its root."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = sorted({Path(name) for name in listed if (ROOT / name).is_file()})
    assert len(found) > 20
    return found


@pytest.fixture(scope="session")
def library() -> dict[str, ast.Module]:
    """The modules of the library and of the widgets, by dotted name."""
    found = {}
    for base, package in ((ROOT, "workbench"), (ROOT / "widgets", "workbench_widgets")):
        for path in sorted((base / package).rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found
