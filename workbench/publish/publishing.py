"""Publishing: a measured candidate becomes the next version of a name, whole or not at all.

A version is a folder, made under a temporary name and renamed, and then a row of the registry. One name is published
under by one process at a time (a lock that ends with its holder). A publication that was killed between folder and row
has left a whole artifact: the next one under that name gives it its row.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.errors import Conflict, Damaged, InputError, NotFound
from workbench.files import Digest, digest_bytes, digest_file, folder_atomic, storage
from workbench.graphs.packing import packed as packed_form
from workbench.publish import registry
from workbench.publish.artifact import CARD, MODEL, PACKED, PICTURE, Artifact, load_artifact
from workbench.publish.card import write_card
from workbench.publish.manifest import describe
from workbench.publish.reference import checked
from workbench.publish.seal import seal
from workbench.publish.source import Source
from workbench.records import Records, VersionRow
from workbench.words import part

WAIT = 900
"""Seconds that a publication waits for another one under the same name."""

_TRIES = 5
_READ_ONLY = 0o444


def publish(
    candidate: Source,
    name: str,
    alias: str | None = None,
    *,
    licence: str = "unspecified",
    intended_use: str = "",
    packed: bool = False,
) -> Artifact:
    """Publishes a candidate's file as the next version of `name`, and lets `alias` stand for it.

    With `packed` the file is stored as `wb.pack` does, and unpacked in memory before it runs. The test split is scored
    now, and the look is counted. The same file published again under the name is the version that is there (stored as
    it was, with the licence and the use that were said then); only the alias moves. Raises `InputError` for a
    candidate that is not measured and for a name that cannot be one, `Conflict` for a name of another study, `Damaged`
    where the file is not the one that was measured, `StorageError` where it cannot be written: then nothing is left.
    """
    checked(name, part("what-artifact"))
    if alias is not None:
        checked(alias, part("what-alias"))
    digest = _measured(candidate)
    records = Records()
    with _alone(name):
        rows = _rows(records, name)
        others = sorted({row.study for row in rows} - {candidate.study.name})
        if others:
            raise Conflict("name-taken", name=name, study=others[0])
        said = {"licence": licence, "intended_use": intended_use, "model": digest}
        artifact = _published(rows, digest) or _next(records, rows, candidate, name, said, packed)
    if alias is not None:
        registry.move_alias(records, name, alias, artifact.version)
    return artifact


def _measured(candidate: Source) -> Digest:
    """The digest of a candidate's file, which is the one that its measures were taken on."""
    if candidate.status != "measured" or candidate.file is None or not candidate.measures:
        fields = {"candidate": candidate.id, "status": candidate.status, "reason": candidate.reason or ""}
        raise InputError("not-measured", **fields)
    known = {m.file_digest for m in candidate.measures.values() if m.file_digest}
    try:
        found = digest_file(candidate.file)
    except NotFound:
        found = ""
    if known != {found}:
        raise Damaged("file-changed", candidate=candidate.id)
    return found


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Holds the name: others who publish under it wait. What a killed publication has left half-written goes."""
    from filelock import FileLock, Timeout

    shelf = registry.shelf(name)
    lock = shelf.with_name(f".{name}.lock")
    try:
        with storage(lock):
            lock.parent.mkdir(parents=True, exist_ok=True)
            held = FileLock(lock).acquire(timeout=WAIT)
    except Timeout:
        raise Conflict("name-busy", name=name, minutes=WAIT // 60) from None
    with held:
        shutil.rmtree(registry.bench(name), ignore_errors=True)
        yield


def _rows(records: Records, name: str) -> list[VersionRow]:
    """The versions of a name, those whose row a killed publication has not written included."""
    rows = records.versions(name)
    for folder in _folders(name):
        if int(folder.name) not in {row.version for row in rows}:
            try:
                artifact = load_artifact(folder)
            except (Damaged, InputError):
                continue
            if (artifact.name, artifact.version) == (name, int(folder.name)):
                records.add_version(_row(artifact))
    return records.versions(name)


def _folders(name: str) -> list[Path]:
    shelf = registry.shelf(name)
    return [f for f in shelf.iterdir() if f.name.isdecimal()] if shelf.is_dir() else []


def _published(rows: list[VersionRow], digest: Digest) -> Artifact | None:
    """The version that has this very file, as long as it is whole."""
    for row in rows:
        if row.file_digest == digest:
            try:
                return load_artifact(Path(row.path))
            except (Damaged, InputError):
                continue
    return None


def _next(
    records: Records, rows: list[VersionRow], candidate: Source, name: str, said: dict[str, str], packed: bool
) -> Artifact:
    test = candidate.study.examine(candidate)
    version = max([0, *(row.version for row in rows), *(int(f.name) for f in _folders(name))])
    for _ in range(_TRIES):
        version += 1
        manifest = describe(candidate, name, version, test, **said)
        target = registry.shelf(name) / str(version)
        with folder_atomic(target, registry.bench(name)) as folder:
            _fill(folder, candidate, manifest, packed)
        artifact = load_artifact(target)
        try:
            records.add_version(_row(artifact))
            return artifact
        except Conflict:  # another machine with the same registry was first: take the next number
            shutil.rmtree(target)
        except BaseException:
            shutil.rmtree(target)
            raise
    raise Conflict("version-taken", name=name, version=version)


def _fill(folder: Path, candidate: Source, manifest: dict[str, Any], packed: bool) -> None:
    """Writes an artifact's files, and has it answer once: a file that does not run is never published."""
    study = candidate.study
    metric = manifest["metric"]
    assert candidate.file is not None
    raw = candidate.file.read_bytes()
    if digest_bytes(raw) != manifest["model"]:
        raise Damaged("file-changed", candidate=candidate.id)
    (folder / (PACKED if packed else MODEL)).write_bytes(packed_form(raw) if packed else raw)
    if metric in candidate.measures:
        study.frontier("size_bytes", metric).plot(folder / PICTURE, selected=candidate.id)
    (folder / CARD).write_text(write_card(manifest, metric in candidate.measures, packed), encoding="utf-8")
    sealed = seal(folder, manifest)
    Artifact(folder, sealed).predict(study.task.validation.head(2).inputs)
    for path in folder.iterdir():
        path.chmod(_READ_ONLY)


def _row(artifact: Artifact) -> VersionRow:
    manifest = artifact.manifest
    created = datetime.fromisoformat(manifest["created"]).timestamp()
    digests = {"digest": manifest["lineage"]["recipe_digest"], "file_digest": artifact.digest}
    return VersionRow(artifact.name, artifact.version, manifest["study"], **digests, path=str(artifact.path), created=created)
