"""Publishing: whole or not at all, once, under the right name."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import Conflict, Damaged, InputError, NotFound, StepFailed, StorageError
from workbench.files import digest_file, home
from workbench.publish import aliases, load_artifact, locate, names, publish, versions
from workbench.publish.registry import move_alias
from workbench.records import Records, VersionRow

from .conftest import WEIGHTS, Study, linear, make_task


def bench(name):
    return home() / "writing" / name


def shelf(name):
    return home() / "published" / name


def test_the_folder_holds_the_measured_file_and_all_about_it(study):
    candidate = study.candidates[1]
    artifact = publish(candidate, "toy-small", alias="champion", licence="MIT", intended_use="Toys")
    assert artifact.path == shelf("toy-small") / "1"
    assert {p.name for p in artifact.path.iterdir()} == {
        "model.onnx",
        "manifest.json",
        "seal.json",
        "README.md",
        "frontier.png",
    }
    assert (artifact.path / "model.onnx").read_bytes() == candidate.file.read_bytes()
    assert all(p.stat().st_mode & 0o222 == 0 for p in artifact.path.iterdir())
    said = artifact.manifest
    assert said["files"]["model.onnx"] == digest_file(candidate.file)
    assert said["signature"] == study.task.signature.to_json()
    assert (said["kind"], said["classes"], said["preprocessing"]) == ("classification", ["0", "1", "2"], {"scale": 0.5})
    assert said["measures"]["accuracy"]["value"] == candidate.measures["accuracy"].value
    assert said["measures"]["accuracy"]["split"] == "validation"
    assert (said["test"]["accuracy"]["split"], said["test"]["accuracy"]["n"]) == ("test", 90)
    assert said["lineage"]["recipe_yaml"] == candidate.recipe.to_yaml()
    assert said["lineage"]["recipe_digest"] == candidate.recipe.digest
    assert said["lineage"]["data"]["validation"] == study.task.validation.digest
    assert (said["lineage"]["seed"], said["lineage"]["versions"]) == (0, {"torch": "2.13"})
    assert said["parity"] == {"truth": "PyTorch", "samples": 100}
    assert said["steps"] == [{"step": "DynamicQuantization", "touched": 1, "layers": 2, "figures": {"fused": 3.0}}]
    assert (said["licence"], said["intended_use"]) == ({"model": "MIT", "data": "CC0-1.0"}, "Toys")
    assert (said["study"], said["candidate"], said["looks"]) == ("toy", {"id": "c1", "name": "int8"}, 1)


def test_it_answers_as_the_raw_runtime(study):
    artifact = publish(study.candidates[1], "toy-small")
    x = study.task.test.inputs
    assert np.array_equal(load_artifact(artifact.path).predict(x).labels, (x @ WEIGHTS.round(1)).argmax(axis=1))


def test_the_same_file_is_the_same_version_and_the_test_split_is_not_read_again(study):
    first = publish(study.candidates[1], "toy-small", alias="a")
    again = publish(study.candidates[1], "toy-small", alias="b", licence="MIT")
    assert (again.version, again.path) == (1, first.path)
    assert study.looks == 1
    assert aliases("toy-small") == {"a": 1, "b": 1}
    assert again.manifest["licence"]["model"] == "unspecified"


def test_another_file_is_the_next_version_and_the_alias_moves(study):
    publish(study.candidates[0], "toy-small", alias="champion")
    artifact = publish(study.candidates[1], "toy-small", alias="champion")
    assert (artifact.version, aliases("toy-small")) == (2, {"champion": 2})
    assert publish(study.candidates[0], "toy-small", alias="champion").version == 1
    assert aliases("toy-small") == {"champion": 1}
    rows = versions("toy-small")
    assert [(r.version, r.study) for r in rows] == [(1, "toy"), (2, "toy")]
    assert rows[1].file_digest == digest_file(study.candidates[1].file)
    assert rows[1].digest == study.candidates[1].recipe.digest
    assert abs(rows[1].created - time.time()) < 60
    assert names() == ["toy-small"]


def test_versions_are_found_by_reference(study):
    publish(study.candidates[0], "toy-small", alias="old")
    publish(study.candidates[1], "toy-small")
    assert load_artifact("toy-small").version == 2
    assert load_artifact("toy-small:1").version == 1
    assert load_artifact("toy-small@old").version == 1
    assert locate("toy-small") == shelf("toy-small") / "2"
    for reference, code in [
        ("toy-big", "no-published"),
        ("toy-small:3", "no-version"),
        ("toy-small@x", "no-alias"),
        ("a/b", "no-artifact"),
    ]:
        with pytest.raises(NotFound) as caught:
            locate(reference)
        assert caught.value.code == code
    with pytest.raises(NotFound) as caught:
        versions("toy-smal")
    assert "toy-small" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a b", "a\n", "ä", "x" * 81, "-x", "a@b", "a:1", None, 7]
)
def test_a_name_that_is_no_folder_name_is_refused(study, name):
    with pytest.raises(InputError) as caught:
        publish(study.candidates[1], name)
    assert caught.value.code == "published-name"
    if name is not None:
        with pytest.raises(InputError):
            publish(study.candidates[1], "fine", alias=name)
    assert not (home() / "published").exists()


@pytest.mark.parametrize("name", ["a", "7", "Toy.v2_x-y", "x" * 80])
def test_a_good_name_is_taken(study, name):
    assert publish(study.candidates[1], name).name == name


def test_a_name_of_another_study_is_refused_and_nothing_is_written(study, tmp_path):
    publish(study.candidates[1], "toy-small", alias="champion")
    other = Study("other", make_task())
    candidate = other.add(linear(tmp_path / "o.onnx", WEIGHTS * 2))
    with pytest.raises(Conflict) as caught:
        publish(candidate, "toy-small", alias="champion")
    assert (caught.value.code, caught.value.fields["study"]) == ("name-taken", "toy")
    assert (other.looks, aliases("toy-small"), len(versions("toy-small"))) == (0, {"champion": 1}, 1)
    assert publish(candidate, "other-small").version == 1


@pytest.mark.parametrize("change", [{"status": "failed", "reason": "Parity"}, {"file": None}, {"measures": {}}])
def test_what_is_not_measured_is_refused_with_the_reason(study, change):
    with pytest.raises(InputError) as caught:
        publish(replace(study.candidates[1], **change), "toy-small")
    assert caught.value.code == "not-measured"
    assert caught.value.fields["reason"] == change.get("reason", "")


def test_a_file_that_is_not_the_measured_one_is_refused(study):
    candidate = study.candidates[1]
    candidate.file.write_bytes(candidate.file.read_bytes() + b"\0")
    with pytest.raises(Damaged) as caught:
        publish(candidate, "toy-small")
    assert caught.value.code == "file-changed"
    candidate.file.unlink()
    with pytest.raises(Damaged):
        publish(candidate, "toy-small")
    assert study.looks == 0


def test_a_file_that_does_not_fit_the_signature_is_never_published(study, tmp_path):
    signature = study.task.signature
    renamed = replace(signature, inputs=(replace(signature.inputs[0], name="x"),))
    study.task = replace(study.task, signature=renamed)
    with pytest.raises(StepFailed) as caught:
        publish(study.candidates[1], "toy-small")
    assert caught.value.code == "predict-failed"
    assert not list(shelf("toy-small").iterdir())
    assert names() == []


def test_a_disk_that_fills_up_in_the_midst_leaves_nothing_and_it_works_afterwards(study, monkeypatch):
    """The picture is the last but one thing written: the system's own error there is a full disk's."""
    frontier = study.frontier

    class Full:
        def plot(self, path, selected=None):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    study.frontier = lambda x, y: Full()
    with pytest.raises(StorageError) as caught:
        publish(study.candidates[1], "toy-small", alias="a")
    assert caught.value.code == "disk-full"
    assert list(shelf("toy-small").iterdir()) == []
    assert (names(), aliases("toy-small")) == ([], {})
    study.frontier = frontier
    assert publish(study.candidates[1], "toy-small", alias="a").version == 1


def test_a_really_full_disk(study, tmp_path, monkeypatch):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system of a limited size can be mounted here")
    try:
        monkeypatch.setenv("WORKBENCH_HOME", str(disk / "home"))
        publish(study.candidates[0], "toy-small")
        with open(disk / "filler", "wb", buffering=0) as filler, pytest.raises(OSError, match="space"):
            while filler.write(b"0" * 512):
                pass
        with pytest.raises(StorageError) as caught:
            publish(study.candidates[1], "toy-small", alias="a")
        assert caught.value.code == "disk-full"
        assert [p.name for p in shelf("toy-small").iterdir()] == ["1"]
        (disk / "filler").unlink()
        assert publish(study.candidates[1], "toy-small", alias="a").version == 2
    finally:
        subprocess.run(["umount", "-l", disk], check=True)  # the database is still open


def test_a_folder_that_cannot_be_written_is_said(study):
    (home() / "published").write_text("a file where the folder goes")
    with pytest.raises(StorageError) as caught:
        publish(study.candidates[1], "toy-small")
    assert caught.value.code == "not-writable"


def test_a_row_that_cannot_be_written_takes_its_folder_along(study):
    publish(study.candidates[0], "toy-small")
    engine = Records().engine
    with engine.begin() as c:
        c.exec_driver_sql("create trigger no_more before insert on versions begin select raise(abort, 'no'); end")
    with pytest.raises(Conflict):  # an insert that is refused reads as a number that is taken
        publish(study.candidates[1], "toy-small")
    assert [p.name for p in shelf("toy-small").iterdir()] == ["1"]
    with engine.begin() as c:
        c.exec_driver_sql("drop trigger no_more")
    assert publish(study.candidates[1], "toy-small").version == 2


def forget(name, version):
    """What a publication looks like that was killed between folder and row."""
    with Records().engine.begin() as c:
        c.exec_driver_sql("delete from versions where name = ? and version = ?", (name, version))


def test_a_publication_that_was_killed_before_its_row_is_taken_up(study):
    first = publish(study.candidates[1], "toy-small")
    forget("toy-small", 1)
    again = publish(study.candidates[1], "toy-small")
    assert (again.version, study.looks) == (1, 1)
    assert versions("toy-small")[0].file_digest == first.manifest["files"]["model.onnx"]
    forget("toy-small", 1)
    assert publish(study.candidates[0], "toy-small").version == 2
    assert [r.version for r in versions("toy-small")] == [1, 2]


def test_a_killed_publication_keeps_the_name_for_its_study(study, tmp_path):
    publish(study.candidates[1], "toy-small")
    forget("toy-small", 1)
    with pytest.raises(Conflict) as caught:
        publish(Study("other", make_task()).add(linear(tmp_path / "o.onnx")), "toy-small")
    assert caught.value.code == "name-taken"


def test_what_is_no_artifact_in_the_folder_is_stepped_over(study):
    (shelf("toy-small") / "1").mkdir(parents=True)
    shutil.copytree(publish(study.candidates[0], "elsewhere").path, shelf("toy-small") / "2")
    (shelf("toy-small") / "notes").mkdir()
    (bench("toy-small") / ".writing-killed").mkdir(parents=True)
    assert publish(study.candidates[1], "toy-small").version == 3
    assert [r.version for r in versions("toy-small")] == [3]
    assert not (bench("toy-small") / ".writing-killed").exists()


def test_a_version_that_was_damaged_is_published_anew(study):
    first = publish(study.candidates[1], "toy-small")
    (first.path / "README.md").chmod(0o644)
    (first.path / "README.md").write_text("changed")
    assert publish(study.candidates[1], "toy-small").version == 2


def test_a_number_that_another_machine_took_is_stepped_over(study):
    rows = Records()
    examine = study.examine

    def meanwhile(candidate):
        rows.add_version(VersionRow("toy-small", 1, "toy", "d", "f", "/elsewhere/1", 0.0))
        return examine(candidate)

    study.examine = meanwhile
    assert publish(study.candidates[1], "toy-small").version == 2
    assert [p.name for p in shelf("toy-small").iterdir()] == ["2"]


def test_an_alias_is_moved_only_from_where_it_was_seen(study):
    publish(study.candidates[0], "toy-small")
    publish(study.candidates[1], "toy-small")

    class Contended(Records):
        """Somebody else moves the alias between every look and every swap."""

        def move_alias(self, name, alias, version, expected):
            super().move_alias(name, alias, 3 + (expected or 0), expected)
            return super().move_alias(name, alias, version, expected)

    with pytest.raises(Conflict) as caught:
        move_alias(Contended(), "toy-small", "champion", 1)
    assert caught.value.code == "alias-contended"
    move_alias(Records(), "toy-small", "champion", 1)
    assert aliases("toy-small") == {"champion": 1}


PUBLISH = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from conftest import Study, linear, make_task, WEIGHTS
from workbench.publish import publish
work, factor = Path(sys.argv[2]), float(sys.argv[3])
study = Study("toy", make_task())
study.add(linear(work / "base.onnx"), "baseline")
candidate = study.add(linear(work / "c.onnx", WEIGHTS * factor))
print(publish(candidate, "toy-small", alias="champion").version)
"""


def start(tmp_path, number, factor):
    here = str(Path(__file__).parent)
    words = [sys.executable, "-c", PUBLISH, here, str(tmp_path / f"work{number}"), str(factor)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


@pytest.mark.parametrize(("factors", "wanted"), [((1, 2, 3), {1, 2, 3}), ((2, 2, 2), {1})])
def test_processes_that_publish_at_once_get_versions_by_file(study, tmp_path, factors, wanted):
    ran = [start(tmp_path, i, factor) for i, factor in enumerate(factors)]
    said = [p.communicate(timeout=60) for p in ran]
    assert {int(out) for out, _ in said if out.strip()} == wanted, said
    assert [r.version for r in versions("toy-small")] == sorted(wanted)
    assert aliases("toy-small")["champion"] in wanted
    for row in versions("toy-small"):
        assert load_artifact(row.path).version == row.version


def test_a_kill_at_any_moment_leaves_nothing_half_and_the_next_one_works(study, tmp_path):
    for number, wait in enumerate((0.9, 1.3, 1.6, 1.9)):
        process = start(tmp_path, number, 1)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for folder in shelf("toy-small").glob("[0-9]*"):
            assert load_artifact(folder).name == "toy-small"
    assert publish(study.candidates[1], "toy-small").version == publish(study.candidates[1], "toy-small").version
    assert not list(bench("toy-small").glob(".writing-*"))
    assert {int(p.name) for p in shelf("toy-small").iterdir()} == {r.version for r in versions("toy-small")}
