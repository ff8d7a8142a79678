"""Modules joined into one text: every one once, after what it imports, and no word of imports is left."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.plots.bundle import ASSETS, script, styles

OWN = Path(__file__).resolve().parents[2] / "widgets/workbench_widgets/assets"


@pytest.fixture
def folders():
    return OWN / "js", ASSETS / "js"


def _run(*words, folder):
    node = shutil.which("node")
    if node is None:
        pytest.fail("No node is here: install Node 20 or newer, which runs the page's own tests.")
    return subprocess.run([node, *words], cwd=folder, capture_output=True, text=True, timeout=120)


def _node(text, folder):
    (folder / "joined.mjs").write_text(text, encoding="utf-8")
    return _run("joined.mjs", folder=folder)


def test_the_modules_own_tests_hold():
    tests = Path(__file__).resolve().parents[1] / "js"
    done = _run("--test", *sorted(path.name for path in tests.glob("*.test.mjs")), folder=tests)
    passed = re.search(r"^(?:# |ℹ )pass (\d+)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0 and passed and int(passed[1]) > 50, done.stdout[-3000:]


def test_modules_stand_after_what_they_import_and_keep_their_names(tmp_path):
    (tmp_path / "a.js").write_text(
        'import { two } from "./b.js";\nimport {\n one,\n} from "./c.js";\nimport "./d.js";\nexport default { s: one + two };\n'
    )
    (tmp_path / "b.js").write_text('import { one } from "./c.js";\nconst own = 1;\nexport const two = one + own;\n')
    (tmp_path / "c.js").write_text("const own = 0;\nexport function f() {}\nexport const one = own + 1;\n")
    (tmp_path / "d.js").write_text('import { one } from "./c.js";\nconsole.log("once", one);\n')
    joined = script("a.js", (tmp_path,))
    assert not re.search(r"^import\b", joined, re.MULTILINE)
    done = _node(joined + "console.log($a.default.s);\n", tmp_path)
    assert done.stdout == "once 1\n3\n", done.stderr


@pytest.mark.parametrize("entry", ["index.js"])
def test_the_widget_is_one_module_without_imports(entry, folders, tmp_path):
    joined = script(entry, folders)
    assert not re.search(r"^import\b", joined, re.MULTILINE)
    assert re.findall(r"^export .*", joined, re.MULTILINE) == ["export default $index.default;"]
    done = _node(joined, tmp_path)
    assert done.returncode == 0, done.stderr


def test_nothing_is_asked_from_outside(folders):
    css = (OWN / "css", ASSETS / "css")
    texts = [path.read_text() for folder in (*folders, *css) for path in folder.glob("*.*")]
    allowed = "http://www.w3.org/"
    assert [a for text in texts for a in re.findall(r"https?://[^\s\"')]+", text) if not a.startswith(allowed)] == []


def test_style_sheets_use_tokens_alone():
    """A colour is written down in the tokens, nowhere else."""
    for folder in (OWN / "css", ASSETS / "css"):
        for path in folder.glob("*.css"):
            if path.name != "tokens.css":
                assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", path.read_text()), path.name


def test_styles_are_joined_in_order():
    joined = styles(["tokens.css", "frame.css"])
    assert joined.index("--wb-paper:") < joined.index(".wb-panel")
