"""What is shown of a version that was published: just now, or earlier, by this very file under the name that is typed."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.publish import Artifact, load_artifact, versions
from workbench.publish.artifact import PACKED

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench_widgets.session import Session

_KNOWN = "publish-known"
"""In a session's memory: the folder that was read last, and what is told of it."""


def told(candidate: "Candidate", artifact: Artifact) -> dict[str, Any]:
    """Name and version, the folder, the same as a command, Python that uses it, the card, the figure on the test split."""
    metric = artifact.manifest["metric"]
    return {
        "study": candidate.study.name,
        "candidate": candidate.id,
        "name": artifact.name,
        "version": artifact.version,
        "path": f"{artifact.path}/",
        "command": _command(candidate, artifact),
        "code": artifact.usage,
        "card": artifact.card,
        "test": artifact.manifest["test"].get(metric),
    }


def done_before(session: "Session", candidate: "Candidate", name: str, same: int | None) -> dict[str, Any] | None:
    """The version `same` of a name, which is this candidate's file; None where there is none, or its folder is damaged."""
    if same is None:
        return None
    path = next(row.path for row in versions(name) if row.version == same)
    key = (path, candidate.id)
    if session.memory.get(_KNOWN, (None,))[0] != key:
        try:
            found = told(candidate, load_artifact(Path(path)))
        except WorkbenchError:
            found = None  # its row in the list of versions stays
        session.memory[_KNOWN] = key, found
    kept: dict[str, Any] | None = session.memory[_KNOWN][1]
    return kept


def _command(candidate: "Candidate", artifact: Artifact) -> str:
    manifest: Mapping[str, Any] = artifact.manifest
    licence, use = manifest["licence"]["model"], manifest["intended_use"]
    words = ["workbench", "publish", candidate.study.name, artifact.name, "--candidate", candidate.id]
    words += ["--licence", licence] if licence != "unspecified" else []
    words += ["--intended-use", use] if use else []
    return shlex.join([*words, *(["--packed"] if PACKED in manifest["files"] else [])])
