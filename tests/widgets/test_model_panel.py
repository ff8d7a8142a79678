"""The panel Model without a browser: the rows of the table, and what the page adds up while a slider moves."""

import pytest
from workbench_widgets import Model, Recipe, Session

import workbench as wb
from workbench import jobs
from workbench.graphs.costs import LayerCost
from workbench.graphs.wiring import Wire
from workbench.study.estimate import Structure, estimate


@pytest.fixture(scope="module", autouse=True)
def study(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("model") / "home"))
    task = wb.tasks.load("digits")
    yield wb.Study.open("layered", task=task, model=wb.models.create("mobilenet", task, seed=0))
    jobs.retire()
    patch.undo()


def test_without_a_study_there_is_nothing():
    session = Session()
    assert session.model["layers"] == [] and session.model["structure"] is None
    assert repr(Model(session)) == "Model()" and session.code["model"] == ""


def test_rows_are_the_layers_that_hold_weights(study):
    shown = Session(study_name="layered").model
    rows = {row["layer"]: row for row in shown["layers"]}
    names = list(rows)
    assert (names[0], names[-1], len(names)) == ("stem", "fc", 18) and "" not in names
    assert rows["blocks.1.depthwise"]["depthwise"] and rows["blocks.1.depthwise"]["kernel"] == [3, 3]
    assert rows["blocks.4.expand"]["shape"] == [64, 256] and rows["fc"]["kernel"] == []
    assert [name for name, row in rows.items() if row["fixed"]] == ["fc"]
    assert sum(row["macs"] for row in rows.values()) == study.baseline.measures["macs"].value


def test_bytes_and_shares_of_time_add_up(study):
    shown = Session(study_name="layered").model
    assert sum(row["bytes"] for row in shown["layers"]) + shown["other_bytes"] == shown["size_bytes"]
    assert shown["size_bytes"] == study.baseline.measures["size_bytes"].value
    assert sum(row["time_share"] for row in shown["layers"]) == pytest.approx(1)


def test_the_page_has_all_that_the_library_adds_up(study):
    sent = Session(study_name="layered").model["structure"]
    layers = [LayerCost(la["layer"], la["operator"], la["macs"], la["parameters"], 0, k) for k, la in enumerate(sent["layers"])]
    wires = [Wire(tuple(la["reads"]), la["makes"]) for la in sent["layers"]]
    for recipe in (wb.Recipe([]), wb.Recipe([wb.StructuredPruning(ratio=0.4), wb.StaticQuantization()])):
        told = estimate(recipe, Structure(tuple(layers), sent["other_bytes"], tuple(wires)))
        assert told == estimate(recipe, study.structure)


def test_layers_are_sent_once_however_often_cards_change():
    session = Session(study_name="layered")
    panel, changes = Model(session), []
    panel.observe(lambda change: changes.append(change), "model")
    for ratio in (0.1, 0.2, 0.3):
        session.do("steps", {"steps": [{"technique": "StructuredPruning", "on": True, "fields": {"ratio": ratio}}]})
    assert changes == [] and panel.recipe["steps"][0]["fields"] == {"ratio": 0.3}
    assert Recipe(session).model == panel.model


def test_its_text_is_stable_and_its_code_runs(study, capsys):
    session = Session(study_name="layered")
    size = study.baseline.measures["size_bytes"].value
    assert repr(Model(session)).startswith("Model(18 layers, ") and "blocks.4.expand" in repr(Model(session)) and size > 0
    exec(compile(session.code["model"], "code", "exec"), {})
    assert "blocks.4.expand" in capsys.readouterr().out
