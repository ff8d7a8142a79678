"""A session in Chinese: what the library says of errors, candidates and files is said in the reader's language."""

import re
import time

import pytest
from workbench_widgets import Compare, Page, Run, Session
from workbench_widgets.cards import catalog
from workbench_widgets.panel import OWN

import workbench as wb
from workbench import jobs

ENGLISH = re.compile("[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A baseline, a file that is smaller, and a recipe that failed in the worker."""
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("language") / "home"))
    task = wb.tasks.load("digits")
    made = wb.Study.open("s", task=task, model=wb.fit(wb.models.create("mlp", task, seed=0), task, epochs=2, seed=0))
    made.run(wb.Recipe([wb.StructuredPruning(ratio=0.8)]))
    layers = [layer.name for layer in made.layers()]
    made.run(wb.Recipe([wb.StructuredPruning(leave_alone=layers[:-1])]))
    yield made
    jobs.retire()
    patch.undo()


def until(holds):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def compared(session):
    until(lambda: not session.compare["busy"] and "verdict" in point(session, "c1"))
    return session.compare["columns"][1]["verdict"]


def point(session, id):
    return next(p for p in session.files["points"] if p["id"] == id)


def test_reasons_and_verdicts_of_files_follow_the_language(study):
    session = Session(study_name="s", chosen=["c1"])
    english = compared(session)
    reason = point(session, "c2")["reason"]
    assert "smaller" in english and reason == study.candidate("c2").reason and "No layer of this network" in reason
    session.language = "zh"
    assert compared(session).startswith(point(session, "c1")["verdict"])
    assert re.fullmatch("小了 [0-9.]+ % · .*(损失|样本).*", compared(session)) and not ENGLISH.search(compared(session))
    for told in (point(session, "c2")["reason"], next(j["reason"] for j in session.run["jobs"] if j["candidate"] == "c2")):
        assert told.startswith("这个网络没有层可以减少通道：") and "（按要求保持不动）" in told and not ENGLISH.search(told)
    session.language = "en"
    assert compared(session) == english and point(session, "c2")["reason"] == reason


def test_a_refusal_is_said_anew_when_the_language_changes(study):
    session = Session(study_name="s", language="zh")
    session.do("star", {"id": "c9", "starred": True})
    session.do("yaml", {"text": "- Squeeze"})
    assert session.frontier["error"] == "研究 s 没有候选 c9。它有 c1, c2。"
    assert session.recipe["yaml_error"].startswith("没有名为 Squeeze 的技术。最接近的是")
    session.do("steps", {"steps": [{"technique": "StructuredPruning", "on": True, "fields": {"ratio": 5}}]})
    assert session.recipe["errors"][0]["sentence"] == "StructuredPruning：ratio 的值应为“0 到 0.95 之间的数”，而不是 5。"
    session.language = "en"
    assert "must be a number from 0 to 0.95, not 5" in session.recipe["errors"][0]["sentence"]
    assert "has no candidate c9" in session.frontier["error"]


def test_checks_and_form_of_publish_are_in_chinese_and_what_is_published_in_english(study):
    session = Session(study_name="s", chosen=["c1"], language="zh")
    form = {"name": "..", "licence": "MIT", "intended_use": "", "packed": False}
    session.do("publish", form)
    until(lambda: not session.publish["busy"] and session.publish["checks"][3]["state"] != "doing")
    assert "不能作为制品名称" in session.publish["errors"]["name"]
    shown = [check["sentence"] for check in session.publish["checks"] if check["sentence"]]
    shown += [text for key, text in session.publish["card"] if key not in ("machine", "data")]
    assert len(shown) > 4 and not [text for text in shown if ENGLISH.search(text)]
    session.do("publish", form | {"name": "mine"})
    until(lambda: session.publish["done"])
    assert "Held against PyTorch" in session.publish["done"]["card"] and "小了" not in session.publish["done"]["card"]


def test_text_forms_and_code_stay_english(study):
    one, other = (Session(study_name="s", chosen=["c1"], language=name) for name in ("en", "zh"))
    assert compared(one) != compared(other)
    assert [repr(panel(one)) for panel in (Page, Run, Compare)] == [repr(panel(other)) for panel in (Page, Run, Compare)]
    assert one.code == other.code


def test_all_panels_of_a_session_are_in_one_language(study):
    session = Session(study_name="s")
    page, run = Page(session), Run(session)
    assert (page.language, run.language) == ("", "")  # the browser's
    page.language = "zh"
    assert session.language == run.language == "zh" and Compare(session).language == "zh"
    assert "基线" in page.publish["card"][-1][1] or "验证集" in str(page.publish["card"])
    run.close()
    page.language = "en"
    assert session.language == "en" and run.language == "zh"
    assert Page(Session(study_name="s"), language="zh").session.language == "zh"


def test_every_field_of_the_library_s_techniques_has_its_help_in_both_languages():
    """In English it is what the library declares."""
    text = (OWN / "js" / "words-recipe-help.js").read_text(encoding="utf-8")
    said = dict(re.findall(r'"recipe-help-(\S+)": \["(.*?)", ".*[\u4e00-\u9fff].*"\]', text))
    ours = [entry for entry in catalog() if entry["title"] != entry["technique"]]
    assert said == {f"{entry['technique']}-{field['name']}": field["say"] for entry in ours for field in entry["fields"]}
