"""The demo: which recipes, and, on a part of them, what it prints and leaves behind."""

from pathlib import Path

import pytest

import workbench as wb
from workbench import jobs
from workbench.cli import call, demo


def structure(recipe):
    """What decides about the exported graph: everything before the number format."""
    return tuple(t for t in recipe.steps if t.stage == "module")


def test_the_recipes_are_at_least_12_of_at_most_5_structures():
    recipes = demo.recipes()
    assert len({r.digest for r in recipes}) == len(recipes) >= 12
    assert 2 <= len({structure(r) for r in recipes}) <= 5
    assert {type(t).__name__ for r in recipes for t in r.steps} >= {"StructuredPruning", "Distillation", "StaticQuantization"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(folder))
        patch.setattr(demo, "RATIOS", (0.0, 0.5))
        patch.setattr(demo, "FORMATS", ("StaticQuantization",))
        yield folder
        jobs.retire()


def named(text, words):
    (line,) = [line for line in text.splitlines() if line.startswith(words)]
    return Path(line.removeprefix(words).strip())


def test_the_demo_draws_publishes_and_says_what_comes_next(home, capsys):
    assert call(["demo"]) == 0
    first = capsys.readouterr()
    picture, artifact = named(first.out, "picture of the frontier:"), named(first.out, "published artifact:")
    assert picture.read_bytes()[:4] == b"\x89PNG" and picture.parent.parent == home
    measured = wb.Study.open("demo").candidates
    assert [c.status for c in measured] == ["measured"] * 3 and all(c.id in first.out for c in measured)
    best = wb.Study.open("demo").frontier().best(max_drop=0.03)
    assert (artifact / "model.onnx").read_bytes() == best.file.read_bytes() and best.name in first.out
    assert "Distillation" in first.err and "workbench show demo" in first.out

    assert call(["demo"]) == 0
    again = capsys.readouterr()
    assert named(again.out, "published artifact:") == artifact and "Distillation," not in again.err
