"""What is read off a file before it is published: its digest, its certificate, how it stands against the baseline.

The session's thread does it, once a file: a click on a point of the chart waits for none of it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench_widgets.refusals import kept, sentence

if TYPE_CHECKING:
    from workbench.graphs.certificate import Certificate
    from workbench.study import Candidate, Comparison
    from workbench.tasks.task import Signature
    from workbench_widgets.session import Session


@dataclass(frozen=True)
class Looked:
    """`digest` is the SHA-256 of the file as it is now ("" without one); `certificate` tells whether it answers alike on CPUs
    with VNNI and without, `refused` why it cannot be read; `compared` is against the baseline; `signature` has the outputs
    of the file where the task names none."""

    digest: str = ""
    certificate: "Certificate | None" = None
    compared: "Comparison | None" = None
    refused: Exception | None = None
    signature: "Signature | None" = None

    @property
    def portable(self) -> bool | None:
        """None where the file cannot be read."""
        return self.certificate.portable if self.certificate is not None else None

    @property
    def said(self) -> str:
        """What is said of other CPUs."""
        return self.certificate.sentence if self.certificate is not None else sentence(self.refused) if self.refused else ""


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

        session.later("publish", look, asked=False)
    return known[key]


def _looked(candidate: "Candidate") -> Looked:
    import workbench as wb
    from workbench.files import digest_file
    from workbench.publish.signature import signature_of

    assert candidate.file is not None
    base = candidate.study.baseline
    try:
        digest = digest_file(candidate.file)
        certificate = wb.certify(candidate.file)
        compared = None if candidate.id == base.id else wb.compare(base, candidate)
        signature = signature_of(candidate)
    except Exception as error:  # a look that ends without a word would be waited for as long as the page is open
        return Looked(refused=kept(error))
    return Looked(digest, certificate, compared, signature=signature)
