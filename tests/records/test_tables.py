"""Rows: one candidate a recipe, no lost update, versions and aliases without a clash."""

import threading

import pytest

from workbench.errors import Conflict
from workbench.records import BASELINE, Line, Measurement, Records, Report, VersionRow

ASKED = {"task": {"name": "digits"}, "model": {"source": "zoo:mlp"}, "seed": 3}
ACCURACY = Measurement("accuracy", 0.9, 0.85, 0.93, "", True, 300, "validation", "wilson", file_digest="ab")

MADE = {"object": "ab" * 32, "reports": (), "measures": {"accuracy": ACCURACY}, "lineage": {}}


@pytest.fixture
def records(home):
    records = Records()
    records.found_study("s", {"data": "d", "model": "m"}, ASKED, MADE)
    return records


def test_a_study_comes_with_its_baseline(records):
    study, baseline = records.study("s"), records.candidate("s", BASELINE)
    assert (study.task, study.seed, study.looks) == ({"name": "digits"}, 3, 0) and [r.name for r in records.studies()] == ["s"]
    assert (baseline.status, baseline.object, baseline.measures) == ("measured", "ab" * 32, {"accuracy": ACCURACY})
    assert records.study("none") is None


def test_another_study_of_that_name_changes_nothing(records):
    with pytest.raises(Conflict) as caught:
        records.found_study("s", {"data": "d", "model": "other"}, ASKED | {"seed": 4}, MADE | {"object": "cd" * 32})
    assert caught.value.code == "study-differs"
    assert records.study("s").seed == 3 and records.candidate("s", BASELINE).object == "ab" * 32


def test_the_same_study_again_puts_its_baseline_right(records):
    records.found_study("s", {"data": "d", "model": "m"}, ASKED, MADE | {"object": "cd" * 32})
    assert records.candidate("s", BASELINE).object == "cd" * 32 and len(records.candidates("s")) == 1


def test_looks_are_counted(records):
    assert [records.count_look("s"), records.count_look("s"), records.study("s").looks] == [1, 2, 2]


def test_a_recipe_has_one_candidate(records):
    one, two = records.claim("s", "d1", [{"technique": "A"}]), records.claim("s", "d1", [])
    other = records.claim("s", "d2", [])
    assert one == two and one.id != other.id and one.recipe == [{"technique": "A"}] and one.status == "interrupted"
    assert [r.digest for r in records.candidates("s")] == [BASELINE, "d1", "d2"]


def test_eight_claims_at_once_give_one_candidate(records):
    found = []
    threads = [threading.Thread(target=lambda: found.append(Records().claim("s", "same", []).id)) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_a_finished_candidate_reads_back_as_it_was(records):
    row = records.claim("s", "d1", [])
    report = Report(
        "Step", (Line("conv1", "Conv2d", True, "parity", {"limit": 1}),), {"bytes": 2.0}, (("parity", {"a": 1}),), 1.5
    )
    records.begin(row.id, "job1")
    assert records.candidate("s", "d1").status == "running"
    records.finish(row.id, "ab" * 32, [report], {"accuracy": ACCURACY}, {"seed": 0})
    done = records.candidate("s", "d1")
    assert (done.status, done.object, done.reports, done.measures, done.lineage) == (
        *("measured", "ab" * 32, (report,)),
        {"accuracy": ACCURACY},
        {"seed": 0},
    )


def test_a_failure_is_told_only_by_the_job_that_has_the_candidate(records):
    row = records.claim("s", "d1", [])
    records.begin(row.id, "job1")
    records.begin(row.id, "job2")
    records.fail(row.id, "job1", "failed", {"code": "x"})
    assert records.candidate("s", "d1").status == "running"
    records.fail(row.id, "job2", "failed", {"code": "x"})
    assert records.candidate("s", "d1").status == "failed" and records.candidate("s", "d1").reason == {"code": "x"}
    records.begin(row.id, "job3")
    records.finish(row.id, "o", [], {}, {})
    records.fail(row.id, "job3", "failed", {"code": "late"})
    assert records.candidate("s", "d1").status == "measured" and records.candidate("s", "d1").reason is None


def version(number, digest="f"):
    return VersionRow("small", number, "s", "d1", digest, "/somewhere", 1.0)


def test_a_version_number_is_given_once(records):
    records.add_version(version(1))
    with pytest.raises(Conflict) as caught:
        records.add_version(version(1, "g"))
    assert caught.value.code == "version-taken"
    records.add_version(version(2))
    assert [v.version for v in records.versions("small")] == [1, 2] and records.names() == ["small"]


def test_an_alias_moves_only_from_where_it_is_thought_to_be(records):
    assert records.move_alias("small", "champion", 1, None) and records.alias("small", "champion") == 1
    assert not records.move_alias("small", "champion", 2, None)
    assert not records.move_alias("small", "champion", 2, 7)
    assert not records.move_alias("small", "champion", 2, 0) and not records.move_alias("other", "champion", 2, 1)
    assert records.alias("small", "champion") == 1
    assert records.move_alias("small", "champion", 2, 1) and records.aliases("small") == {"champion": 2}
    assert not records.move_alias("small", "champion", 3, 1) and records.alias("small", "champion") == 2


def test_candidates_come_in_the_order_of_their_making(records):
    made = [records.claim("s", digest, []).id for digest in ("c", "a", "d", "b")]
    found = records.candidates("s")[-4:]
    assert [r.id for r in found] == made == sorted(made) and [r.digest for r in found] == ["c", "a", "d", "b"]


def test_a_measurement_speaks(records):
    assert str(ACCURACY) == "accuracy 0.9 [0.85, 0.93]"
    assert str(Measurement("size_bytes", 1234, 1234, 1234, "B", False, 1)) == "size_bytes 1234 B"


def test_a_report_tells_of_every_layer():
    report = Report(
        "Step",
        (Line("a", "Conv2d", True, "file-missing", {"path": "p"}), Line("b", "Conv2d", False, "file-missing", {"path": "q"})),
    )
    assert [line.layer for line in report.touched] == ["a"] and [line.layer for line in report.skipped] == ["b"]
    assert str(report).splitlines() == ["Step: 1 of 2 layers", "  a: There is no file p.", "  b: There is no file q."]


def test_a_stamp_is_another_one_whenever_a_candidate_changes(records):
    seen = [records.stamp("s"), records.stamp("other")]
    row = records.claim("s", "d1", [])
    seen.append(records.stamp("s"))
    records.begin(row.id, "20260101-000000-a")
    assert [r.digest for r in records.running("s")] == ["d1"] and records.running("other") == []
    seen.append(records.stamp("s"))
    records.fail(row.id, "20260101-000000-a", "failed", {"type": "StepFailed", "code": "x", "fields": {}})
    seen.append(records.stamp("s"))
    records.begin(row.id, "20260101-000001-b")
    seen.append(records.stamp("s"))
    records.fail(row.id, "20260101-000001-b", "failed", {"type": "StepFailed", "code": "x", "fields": {}})
    seen.append(records.stamp("s"))
    assert len(set(seen)) == len(seen) and records.stamp("s") == seen[-1] and records.running("s") == []


def test_a_candidate_that_is_over_is_the_same_row_until_another_job_takes_it_on(records):
    row = records.claim("s", "d1", [])
    records.begin(row.id, "1-a")
    assert [r.status for r in records.candidates("s")] == ["measured", "running"]
    records.finish(row.id, **MADE)
    first, again = records.candidates("s")[1], records.candidates("s")[1]
    assert first.status == "measured" and again is first and first == records.candidate("s", "d1")
    records.begin(row.id, "1-b")
    assert records.candidates("s")[1].job == "1-b" and records.candidates("s")[1].status == "running"
    records.fail(row.id, "1-b", "failed", {"type": "StepFailed", "code": "x", "fields": {}})
    assert records.candidates("s")[1].reason["code"] == "x" and records.candidates("s")[1] == records.candidate("s", "d1")


def test_many_candidates_keep_their_order(records):
    for k in range(1201):
        row = records.claim("s", f"d{k}", [])
        if k % 2:
            records.begin(row.id, f"j{k}")
            records.fail(row.id, f"j{k}", "failed", {"code": "x"})
    for _ in range(2):
        assert [r.digest for r in records.candidates("s")] == [BASELINE, *(f"d{k}" for k in range(1201))]


def test_a_stamp_of_notes_is_another_one_whenever_a_note_of_the_kinds_changes(records):
    row, kinds = records.claim("s", "d1", []), ("starred", "label")
    seen = [records.stamp_of_notes("s", kinds)]
    for kind, value in (("starred", True), ("starred", False), ("label", "a")):
        records.note(kind, {row.id: value})
        seen.append(records.stamp_of_notes("s", kinds))
    records.note("verdict", {row.id: {}})
    assert len(set(seen)) == len(seen) and records.stamp_of_notes("s", kinds) == seen[-1]
    assert records.stamp_of_notes("other", kinds) == records.stamp_of_notes("none", kinds)


def test_thousands_of_rows_share_their_texts(records):
    """A page's kernel holds every row of its study: names, digests and machines are in memory once."""
    for digest in ("d1", "d2"):
        claimed = records.claim("s", digest, [])
        records.begin(claimed.id, "job")
        told = Measurement(
            "speed", 1.0, 1.0, 1.0, "ms", False, 1, machine="a machine", details={"instructions": ["avx2", "vnni"]}
        )
        records.finish(claimed.id, "ab" * 32, (), {"speed": told}, {"versions": {"numpy": "2.4.6"}})
    one, two = (row for row in records.candidates("s") if row.digest != BASELINE)
    assert one.measures["speed"] == two.measures["speed"] and one.lineage == two.lineage
    for a, b in zip(_texts(one.measures["speed"].to_json()), _texts(two.measures["speed"].to_json()), strict=True):
        assert a is b
    assert one.lineage["versions"]["numpy"] is two.lineage["versions"]["numpy"]


def _texts(value):
    """Every text in a JSON value, keys too."""
    if isinstance(value, str):
        return [value]
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in parts for text in _texts(part)]
