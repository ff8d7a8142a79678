"""What a saved notebook shows of each panel where no kernel is: a table whose cells are the study's own figures."""

import re
from html.parser import HTMLParser

import pytest
import workbench_widgets as panels

import workbench as wb
from workbench import jobs


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("stills") / "home"))
    task = wb.tasks.load("digits")
    made = wb.Study.open("s", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=2, seed=0))
    made.run([wb.Recipe([wb.StructuredPruning(ratio=0.8)]), wb.Recipe([wb.DynamicQuantization()])])
    yield made
    jobs.retire()
    patch.undo()


class Cells(HTMLParser):
    """The rows of a document's tables, as lists of text."""

    def __init__(self, text):
        super().__init__()
        self.rows = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def saved(panel, session):
    return getattr(panels, panel)(session)._repr_mimebundle_()[0].get("text/html", "")


@pytest.fixture
def session(study):
    return panels.Session(study_name=study.name, chosen=["c1", "c2"])


def test_a_fresh_session_shows_its_recipe_and_nothing_else(study):
    shown = {
        name: saved(name, panels.Session()) for name in ("Load", "Model", "Recipe", "Frontier", "Run", "Compare", "Publish")
    }
    assert [name for name, text in shown.items() if text] == ["Recipe"]


def test_the_model_s_table_is_of_its_layers(study, session):
    _, *rows = Cells(saved("Model", session)).rows
    assert [(row[0], int(row[-1].replace(",", ""))) for row in rows] == [(x.name, x.bytes) for x in study.layers()]


def test_the_recipe_s_table_has_the_steps_that_were_put_on_the_cards(session):
    session.put(wb.Recipe([wb.StructuredPruning(ratio=0.25), wb.FineTuning(epochs=7)]))
    _, *rows = Cells(saved("Recipe", session)).rows
    assert [row[1] for row in rows] == ["StructuredPruning", "FineTuning"]
    assert "ratio=0.25" in rows[0][2] and "epochs=7" in rows[1][2]
    assert [step["technique"] for step in session.recipe["steps"]] == ["StructuredPruning", "FineTuning"]


def test_files_stand_side_by_side_with_their_figures(study, session):
    head, *rows = Cells(saved("Compare", session)).rows
    assert [row[0] for row in rows] == ["baseline", "c1", "c2"] and len(rows[0]) == len(head)
    column = next(k for k, name in enumerate(head) if name.startswith("Accuracy"))
    for row in rows:
        assert float(row[column].split(" ")[0]) == pytest.approx(
            100 * study.candidate(row[0]).measures["accuracy"].value, abs=0.06
        )


def test_runs_and_the_card_are_tables_too(session):
    assert [row[0] for row in Cells(saved("Run", session)).rows[1:]] == ["c2", "c1"]
    card = dict(row[:2] for row in Cells(saved("Publish", session)).rows[1:])
    assert any("mlp" in said for said in card.values())


def test_what_was_measured_is_marked_so_that_a_check_of_notebooks_leaves_it_out(session):
    marked = {
        name
        for name in ("Load", "Model", "Recipe", "Frontier", "Run", "Compare", "Publish")
        if "measured" in mark(name, session)
    }
    assert marked == {"Load", "Frontier", "Compare", "Publish"}


def mark(name, session):
    return re.match(r'<div class="([\w -]+)">', saved(name, session))[1]


def test_the_text_of_a_comparison_is_whole_when_it_is_asked_for_first(study):
    text = repr(panels.Compare(panels.Session(study_name=study.name, chosen=["c1"])))
    assert "being compared" not in text and wb.compare(study.baseline, study.candidate("c1")).sentence in text
