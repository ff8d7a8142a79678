"""What is noted beside candidates lasts; the verdict is the one that `compare` gives; the page is made from both."""

import math
import sqlite3

import pytest

import workbench as wb
from workbench import jobs
from workbench.errors import InputError, NotFound
from workbench.study.notes import LONGEST, Marks


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study with a good file, a ruined one and one that failed."""
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("notes") / "home"))
    task = wb.tasks.load("digits")
    made = wb.Study.open("s", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=3, seed=0))
    made.run([wb.Recipe([wb.DynamicQuantization()]), wb.Recipe([wb.StructuredPruning(ratio=0.9)])])
    made.run(wb.Recipe([wb.StructuredPruning(ratio=0.31)]), limit=0.001)
    yield made
    jobs.retire()
    patch.undo()


def test_marks_are_kept_with_the_study(study):
    assert study.marks == {}
    assert study.mark("c1", starred=True) == Marks(starred=True)
    assert study.mark(study.candidate("c1"), label="  small one ", hidden=True) == Marks(True, True, "small one")
    again = wb.Study.open("s")
    assert again.marks == {"c1": Marks(True, True, "small one")}
    assert again.mark("c1", starred=False, hidden=False, label="") == Marks() and again.marks == {}


@pytest.mark.parametrize(
    ("id", "given", "code"),
    [
        ("baseline", {"starred": True}, "mark-baseline"),
        ("c1", {"starred": 1}, "mark-value"),
        ("c1", {"label": 3}, "mark-value"),
        ("c1", {"label": "x" * (LONGEST + 1)}, "label-long"),
        ("c9", {"starred": True}, "no-candidate"),
    ],
)
def test_what_cannot_be_noted_is_refused_and_nothing_is_kept(study, id, given, code):
    with pytest.raises((InputError, NotFound)) as caught:
        study.mark(id, **given)
    assert caught.value.code == code and study.marks == {}


def test_a_home_from_before_gets_the_table(tmp_path, monkeypatch):
    """Databases that were made without it are as good as new ones."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    from workbench.records import Records
    from workbench.records.tables import _engine

    Records()
    with sqlite3.connect(tmp_path / "records.db") as before:
        before.execute("DROP TABLE notes")
    _engine.cache_clear()
    assert Records().notes("none") == {}


def test_verdicts_are_those_of_compare_and_worked_out_once(study):
    assert all("verdict" not in point for point in study.chart().points)
    assert study.judge() == 2 and study.judge() == 0
    good, ruined, failed = study.chart().points
    for point, id in ((good, "c1"), (ruined, "c2")):
        said = wb.compare(study.baseline, study.candidate(id)).sentence
        assert said.startswith(point["verdict"]), "size and quality; speed is left to compare"
    assert (good["loss"], ruined["loss"]) in {("none", "large"), ("unknown", "large"), ("small", "large")}
    assert failed["status"] == "failed" and "verdict" not in failed and "time limit" in failed["reason"]
    assert [p["family"] for p in (good, ruined, failed)] == ["q", "p", "p"]


def test_the_chart_has_every_figure_and_the_estimates(study):
    made = study.chart()
    ruined = study.candidate("c2")
    for name, column in made.columns.items():
        for row, candidate in ((0, study.baseline), (2, ruined)):
            found = candidate.measures.get(name)
            assert column.value[row] == found.value if found else math.isnan(column.value[row])
    assert made.columns["size_bytes"].estimate[2] == pytest.approx(ruined.measures["size_bytes"].value, rel=0.3)
    assert made.metric == "accuracy" and made.study == "s"


def test_the_page_is_written_with_its_verdicts(study, tmp_path):
    path = study.to_html(tmp_path / "s.html")
    text = path.read_text(encoding="utf-8")
    assert "<title>s: 2 files against the baseline</title>" in text and len(text) < 70_000
    assert '<th scope="row">baseline' in text and path.is_absolute()
