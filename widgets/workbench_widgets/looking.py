"""What is read off a file before it is published: its digest, its certificate, how it stands against the baseline.

The session's thread does it, once a file: a click on a point of the chart waits for none of it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench_widgets.refusals import sentence

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench_widgets.session import Session


@dataclass(frozen=True)
class Looked:
    """`digest` is the SHA-256 of the file as it is now ("" without one); `portable` whether it is certified to answer alike on
    CPUs with VNNI and without (None: it cannot be read), `certificate` says so; `verdict` is against the baseline."""

    digest: str
    portable: bool | None
    certificate: str
    verdict: str


def looked(session: "Session", candidate: "Candidate") -> Looked | None:
    """What was found; None while the session's thread looks, and then the panel Publish is shown anew."""
    known: dict[object, Looked | None] = session.memory.setdefault("publish-looked", {})
    assert candidate.file is not None
    file = candidate.file
    stamp = file.stat().st_mtime_ns if file.is_file() else 0
    key = (file, stamp)
    if key not in known:
        known[key] = None

        def look() -> None:
            known[key] = _looked(candidate)
            session.refresh("publish")

        session.later("publish", look)
    return known[key]


def _looked(candidate: "Candidate") -> Looked:
    import workbench as wb
    from workbench.files import digest_file

    assert candidate.file is not None
    base = candidate.study.baseline
    try:
        digest = digest_file(candidate.file)
        certificate = wb.certify(candidate.file)
        verdict = "" if candidate.id == base.id else wb.compare(base, candidate).sentence
    except Exception as error:  # a look that ends without a word would be waited for as long as the page is open
        return Looked("", None, sentence(error), "")
    return Looked(digest, certificate.portable, certificate.sentence, verdict)
