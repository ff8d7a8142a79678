"""What is published under a name already, and which version comes next."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import Conflict, NotFound, WorkbenchError
from workbench.files import read_json
from workbench.publish import versions
from workbench.publish.seal import MANIFEST
from workbench.records import Measurement, VersionRow
from workbench_widgets.views.figures import figure_of

if TYPE_CHECKING:
    from workbench.study import Candidate

MOST = 20
"""So many versions are listed, newest first."""


def taken(candidate: "Candidate", name: str) -> tuple[dict[str, Any] | None, str]:
    """{"next_version", "same"} where the name has versions, `same` the one that is this very file; and, where the name belongs
    to another study, the sentence about it."""
    rows = _rows(name)
    if not rows:
        return None, ""
    others = [row.study for row in rows if row.study != candidate.study.name]
    if others:
        return None, str(Conflict("name-taken", name=name, study=others[0]))
    digest = candidate.measures["size_bytes"].file_digest
    same = next((row.version for row in rows if row.file_digest == digest), None)
    return {"next_version": rows[-1].version + 1, "same": same}, ""


def listed(name: str) -> list[dict[str, Any]]:
    """The versions of a name, newest first: which candidate, its size, its figure on the test split."""
    return [_row(row) for row in reversed(_rows(name)[-MOST:])]


def _row(row: VersionRow) -> dict[str, Any]:
    shown = {"name": row.name, "version": row.version, "created": row.created, "file": "", "size_bytes": None, "test": None}
    try:
        manifest = read_json(Path(row.path) / MANIFEST)
        test = manifest["test"].get(manifest["metric"])
        shown |= {"file": manifest["candidate"]["id"], "size_bytes": manifest["measures"]["size_bytes"]["value"]}
    except (WorkbenchError, KeyError, TypeError):
        return shown  # a folder that is gone or damaged keeps its row
    if test is not None and test["value"] is not None:
        shown["test"] = figure_of(Measurement.from_json(test), "test")
    return shown


def _rows(name: str) -> list[VersionRow]:
    try:
        return versions(name) if name else []
    except NotFound:
        return []
