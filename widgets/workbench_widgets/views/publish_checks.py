"""The checks on a file before it is published, and the one that only publication makes: each with what was found."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.graphs.reference import named
from workbench.plots.axis import axis, number, title
from workbench.records import Measurement

if TYPE_CHECKING:
    from workbench.study import Candidate
    from workbench_widgets.looking import Looked

Check = dict[str, Any]


def checks_of(candidate: "Candidate", looked: "Looked | None", busy: bool, done: Mapping[str, Any] | None) -> list[Check]:
    """Parity, bytes, size, other CPUs, test set: `state` is "done", "warn", "bad", "doing" or "todo"."""
    return [_parity(candidate), _bytes(candidate, looked), _size(candidate), _cpu(looked), _test(busy, done)]


def _check(key: str, state: str, sentence: str | None = None, **fields: Any) -> Check:
    return {"key": key, "state": state, "sentence": sentence, "fields": fields}


def _parity(candidate: "Candidate") -> Check:
    """What the export was held against, and by how much it differs at most."""
    found = candidate.lineage.get("parity", {})
    samples = number(found.get("n", found.get("samples", 0)), 9)
    difference = _small(found["difference"]) if isinstance(found.get("difference"), float) else ""
    truth = str(named(found.get("truth", "")))
    return _check("parity", "done" if found else "todo", truth=truth, samples=samples, difference=difference)


def _small(value: float) -> str:
    """4.6e−6, as far as it is small."""
    mantissa, _, power = f"{value:.1e}".partition("e")
    return number(value, 2) if value == 0 or value >= 1e-3 else f"{mantissa}e\u2212{abs(int(power))}"


def _bytes(candidate: "Candidate", looked: "Looked | None") -> Check:
    if looked is None:
        return _check("bytes", "doing")
    digest = looked.digest
    if digest != candidate.measures["size_bytes"].file_digest:
        return _check("bytes", "bad")
    return _check("bytes", "done", found=f"sha256 {digest[:4]}…{digest[-4:]}")


def _size(candidate: "Candidate") -> Check:
    assert candidate.file is not None
    measured = candidate.measures["size_bytes"]
    size = candidate.file.stat().st_size if candidate.file.is_file() else 0
    said = axis([measured]).said(size)
    return _check("size", "done", found=said) if size == measured.value else _check("size", "bad", size=said)


def _cpu(looked: "Looked | None") -> Check:
    if looked is None:
        return _check("cpu", "doing")
    state = {True: "done", False: "warn", None: "bad"}[looked.portable]
    return _check("cpu", state, sentence=looked.said)


def _test(busy: bool, done: Mapping[str, Any] | None) -> Check:
    if done is not None and done["test"] is not None:
        measured = Measurement.from_json(done["test"])
        return _check("test", "done", found=f"{title(measured.name)} {axis([measured]).said(measured.value)}")
    return _check("test", "doing" if busy else "todo")
