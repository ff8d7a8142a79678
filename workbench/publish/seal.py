"""The seal of an artifact: which bytes belong to it. A digest, not a signature.

`manifest.json` holds the SHA-256 of every other file, `seal.json` that of the manifest. Both are written in one
spelling, so that any changed byte shows. A digest finds damage; whoever changes a file *and* writes the seal anew is
found by a cryptographic signature only, and there is none here.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import Damaged, InputError, NotFound
from workbench.files import digest_file, digest_json, read_json

MANIFEST, SEAL = "manifest.json", "seal.json"
SCHEMA = 1

FIELDS = {
    "schema": int,
    "name": str,
    "version": int,
    "created": str,
    "study": str,
    "candidate": dict,
    "kind": str,
    "classes": list,
    "signature": dict,
    "preprocessing": dict,
    "files": dict,
    "lineage": dict,
    "steps": list,
    "measures": dict,
    "test": dict,
    "baseline": dict,
    "looks": int,
    "parity": dict,
    "licence": dict,
    "intended_use": str,
}
"""What a manifest must hold, and the type of each field."""


def seal(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Writes manifest and seal beside the files that are in the folder by now; returns the manifest with its `files`."""
    files = {path.name: digest_file(path) for path in sorted(folder.iterdir())}
    whole = {**manifest, "files": files}
    (folder / MANIFEST).write_text(_spelled(whole), encoding="utf-8")
    (folder / SEAL).write_text(_spelled(_seal_of(whole)), encoding="utf-8")
    return whole


def unseal(folder: Path) -> dict[str, Any]:
    """The manifest of the artifact in a folder, once every byte is found to be what was written.

    Raises `NotFound` where there is no such folder, `Damaged` with the name of the file that is missing or changed, and
    `InputError` for an artifact that a newer version has written.
    """
    if not folder.is_dir():
        raise NotFound("no-artifact", path=str(folder))
    for name in (MANIFEST, SEAL):
        _there(folder, name)
    manifest, kept = read_json(folder / MANIFEST), read_json(folder / SEAL)
    _same_spelling(folder, MANIFEST, manifest)
    _same_spelling(folder, SEAL, kept)
    if kept != _seal_of(manifest):
        raise Damaged("artifact-seal", path=str(folder), file=MANIFEST, seal=SEAL)
    _complete(folder, manifest)
    for name, digest in manifest["files"].items():
        _there(folder, name)
        if digest_file(folder / name) != digest:
            raise Damaged("artifact-changed", path=str(folder), file=name)
    return dict(manifest)


def _seal_of(manifest: Any) -> dict[str, str]:
    return {"algorithm": "sha256", "of": MANIFEST, "digest": digest_json(manifest)}


def _spelled(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _same_spelling(folder: Path, name: str, value: Any) -> None:
    try:
        spelled = _spelled(value)
    except ValueError:
        spelled = ""  # NaN and infinity are never written
    if (folder / name).read_bytes() != spelled.encode():
        raise Damaged("artifact-changed", path=str(folder), file=name)


def _complete(folder: Path, manifest: Any) -> None:
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise InputError("artifact-newer", path=str(folder), schema=schema, known=SCHEMA)
    for field, kind in FIELDS.items():
        if not isinstance(manifest, dict) or not isinstance(manifest.get(field), kind):
            raise Damaged("artifact-field", path=str(folder), file=MANIFEST, field=field)
    if not all(name == Path(name).name for name in manifest["files"]):
        raise Damaged("artifact-field", path=str(folder), file=MANIFEST, field="files")


def _there(folder: Path, name: str) -> None:
    if not (folder / name).is_file():
        raise Damaged("artifact-lacks", path=str(folder), file=name)
