"""A packed artifact answers as the plain one, is verified before it runs, and needs nothing more."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

import workbench as wb
from workbench.errors import Damaged
from workbench.files import digest_file
from workbench.graphs import GraphFile
from workbench.measure import file_measures
from workbench.publish import load_artifact, publish, versions
from workbench.publish.seal import seal, unseal

from .conftest import WEIGHTS, linear

PACKED = "model.onnx.packed"


@pytest.fixture
def candidate(study, tmp_path):
    """A candidate whose weights take few levels, and are many."""
    values = np.random.default_rng(2).integers(-3, 4, (8, 400)).astype(np.float32)
    values[:, :3] = WEIGHTS.round(1)
    return study.add(linear(tmp_path / "c2.onnx", values[:, :3]), "int4")


@pytest.fixture
def artifact(candidate):
    return publish(candidate, "toy-small", alias="champion", packed=True)


@pytest.fixture
def copy(artifact, tmp_path):
    target = tmp_path / "copy"
    shutil.copytree(artifact.path, target)
    for path in target.iterdir():
        path.chmod(0o644)
    return target


def test_the_folder_holds_the_packed_file_and_not_the_plain_one(artifact, candidate):
    there = {p.name for p in artifact.path.iterdir()}
    assert PACKED in there and "model.onnx" not in there
    assert wb.unpack(artifact.path / PACKED) == candidate.file.read_bytes()
    assert artifact.digest == artifact.manifest["model"] == digest_file(candidate.file)
    assert versions("toy-small")[0].file_digest == artifact.digest
    assert artifact.manifest["files"][PACKED] == digest_file(artifact.path / PACKED)


def test_packed_bytes_is_what_it_takes(artifact, candidate):
    measured = file_measures(GraphFile(candidate.file))
    assert measured["packed_bytes"].value == (artifact.path / PACKED).stat().st_size < measured["size_bytes"].value
    assert "packed_bytes" not in file_measures(GraphFile(candidate.file), packed=False)


def test_it_answers_as_the_plain_file(artifact, candidate, study):
    x = study.task.test.inputs
    plain = publish(candidate, "toy-plain")
    assert plain.digest == artifact.digest and (plain.path / "model.onnx").exists()
    expected = plain.predict(x).outputs["logits"]
    assert np.array_equal(load_artifact("toy-small").predict(x).outputs["logits"], expected)
    assert np.array_equal(expected.argmax(axis=1), (x @ WEIGHTS.round(1)).argmax(axis=1))


def test_the_same_file_is_the_same_version_however_it_is_stored(artifact, candidate):
    again = publish(candidate, "toy-small")
    assert (again.version, again.path) == (1, artifact.path)


def test_the_card_says_how_it_is_stored(artifact, candidate):
    assert PACKED in artifact.card and "wb.unpack" in artifact.card
    assert PACKED not in publish(candidate, "toy-plain").card


def test_a_changed_byte_is_found_before_it_runs(copy):
    raw = bytearray((copy / PACKED).read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / PACKED).write_bytes(raw)
    with pytest.raises(Damaged) as caught:
        load_artifact(copy)
    assert (caught.value.code, caught.value.fields["file"]) == ("artifact-changed", PACKED)


def test_another_file_in_its_place_never_reaches_the_runtime(copy, tmp_path):
    """Packed and sealed by the rules, but not the file that was measured."""
    wb.pack(linear(tmp_path / "other.onnx", WEIGHTS * 2), copy / PACKED)
    manifest = unseal_again(copy)
    assert manifest["files"][PACKED] == digest_file(copy / PACKED)
    with pytest.raises(Damaged) as caught:
        load_artifact(copy).predict(np.ones((1, 8), np.float32))
    assert (caught.value.code, caught.value.fields["file"]) == ("artifact-changed", PACKED)


def unseal_again(folder):
    """The folder as it is, with a seal that fits."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in ("manifest.json", "seal.json"):
        (folder / name).unlink()
    seal(folder, {k: v for k, v in manifest.items() if k != "files"})
    return unseal(folder)


def test_an_artifact_from_before_there_was_packing_has_its_digest(candidate, tmp_path):
    plain = publish(candidate, "toy-plain")
    manifest = {k: v for k, v in plain.manifest.items() if k != "model"}
    assert wb.Artifact(plain.path, manifest).digest == plain.digest


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
