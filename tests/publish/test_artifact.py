"""Loading an artifact: every byte counts, and nothing heavy is needed."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from workbench.errors import Damaged, InputError, NotFound
from workbench.publish import Artifact, load_artifact, publish
from workbench.publish.seal import FIELDS, seal, unseal


@pytest.fixture
def artifact(study):
    return publish(study.candidates[1], "toy-small", alias="champion")


@pytest.fixture
def copy(artifact, tmp_path):
    """The artifact's folder, copied elsewhere and writable."""
    target = tmp_path / "copy"
    shutil.copytree(artifact.path, target)
    for path in target.iterdir():
        path.chmod(0o644)
    return target


def damaged(folder, code, file):
    with pytest.raises(Damaged) as caught:
        load_artifact(folder)
    assert (caught.value.code, caught.value.fields["file"]) == (code, file)
    assert file in str(caught.value)


def test_a_copied_folder_answers_as_the_published_one(artifact, copy, study):
    x = study.task.validation.inputs
    ours, theirs = load_artifact(copy).predict(x), artifact.predict(x)
    assert np.array_equal(ours.outputs["logits"], theirs.outputs["logits"])
    assert (load_artifact(str(copy)).name, load_artifact(copy).version) == ("toy-small", 1)


def test_its_archive_unpacked_is_the_artifact_again(artifact, copy, tmp_path):
    archives = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path in archives:
        with open(path, "wb") as f:
            artifact.to_zip(f)
    assert archives[0].read_bytes() == archives[1].read_bytes()
    shutil.unpack_archive(archives[0], tmp_path / "there")
    again = load_artifact(tmp_path / "there" / "toy-small-1")
    assert again.manifest == artifact.manifest and again.card == artifact.card
    (copy / "README.md").write_text("Other words")
    with pytest.raises(Damaged), open(tmp_path / "bad.zip", "wb") as f:
        load_without_a_look(copy).to_zip(f)


def load_without_a_look(folder):
    return Artifact(folder, json.loads((folder / "manifest.json").read_text()))


@pytest.mark.parametrize("name", ["model.onnx", "README.md", "frontier.png"])
def test_any_changed_byte_is_found_and_its_file_named(copy, name):
    raw = bytearray((copy / name).read_bytes())
    for at in (0, len(raw) // 2, len(raw) - 1):
        changed = raw.copy()
        changed[at] ^= 1
        (copy / name).write_bytes(changed)
        damaged(copy, "artifact-changed", name)


@pytest.mark.parametrize("name", ["manifest.json", "seal.json"])
def test_any_changed_byte_of_manifest_and_seal_is_found(copy, name):
    raw = bytearray((copy / name).read_bytes())
    for at in range(0, len(raw), max(1, len(raw) // 40)):
        for bit in (1, 32):
            changed = raw.copy()
            changed[at] ^= bit
            (copy / name).write_bytes(changed)
            with pytest.raises((Damaged, InputError)):
                load_artifact(copy)
    (copy / name).write_bytes(raw + b"\n")
    damaged(copy, "artifact-changed", name)
    (copy / name).write_bytes(raw)
    assert load_artifact(copy).version == 1


@pytest.mark.parametrize("name", ["model.onnx", "README.md", "frontier.png", "manifest.json", "seal.json"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    damaged(copy, "artifact-lacks", name)


def test_a_changed_figure_is_found_though_it_is_spelled_right(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["looks"] = 0
    (copy / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    damaged(copy, "artifact-seal", "manifest.json")


def resealed(folder, change):
    """The artifact with another manifest, and a seal that fits it."""
    manifest = unseal(folder)
    for name in ("manifest.json", "seal.json"):
        (folder / name).unlink()
    change(manifest)
    seal(folder, {k: v for k, v in manifest.items() if k != "files"})


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"files"}))
def test_a_manifest_without_one_of_its_fields_is_refused(copy, field):
    resealed(copy, lambda m: m.pop(field))
    damaged(copy, "artifact-field", "manifest.json")


def test_a_field_of_another_type_is_refused(copy):
    resealed(copy, lambda m: m.update(version="one"))
    damaged(copy, "artifact-field", "manifest.json")


def test_a_newer_form_is_said_to_be_newer(copy):
    resealed(copy, lambda m: m.update(schema=2))
    with pytest.raises(InputError) as caught:
        load_artifact(copy)
    assert caught.value.code == "artifact-newer"


def test_a_manifest_cannot_point_out_of_its_folder(copy, monkeypatch):
    manifest = unseal(copy)
    (copy.parent / "model.onnx").write_bytes(b"")
    manifest["files"]["../model.onnx"] = manifest["files"].pop("model.onnx")
    from workbench.publish import seal as sealing

    (copy / "manifest.json").write_text(sealing._spelled(manifest))
    (copy / "seal.json").write_text(sealing._spelled(sealing._seal_of(manifest)))
    damaged(copy, "artifact-field", "manifest.json")


def test_no_folder_is_not_found(tmp_path, study):
    with pytest.raises(NotFound) as caught:
        load_artifact(tmp_path / "nowhere")
    assert caught.value.code == "no-artifact"
    with pytest.raises(NotFound):
        load_artifact("../nowhere")


def test_the_seal_calls_itself_a_digest(copy):
    kept = json.loads((copy / "seal.json").read_text())
    assert set(kept) == {"algorithm", "of", "digest"}
    assert kept["algorithm"] == "sha256"


SCRIPT = """
import sys
for name in ("torch", "onnx", "sklearn", "pandas", "matplotlib", "scipy", "sqlalchemy", "pydantic", "yaml"):
    sys.modules[name] = None
import numpy as np, workbench as wb
found = wb.load_artifact(sys.argv[1])
print(found.name, found.version, found.predict(np.ones((3, 8))).probabilities.shape)
"""


def test_nothing_heavy_is_needed_to_answer(artifact):
    ran = subprocess.run([sys.executable, "-c", SCRIPT, artifact.path], capture_output=True, text=True, env=dict(os.environ))
    assert ran.stdout.split("\n")[0] == "toy-small 1 (3, 3)", ran.stderr
