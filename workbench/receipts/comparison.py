"""What is found when a receipt is made again: figure by figure, and what may not be judged here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench import words
from workbench.machine import Machine, here, versions
from workbench.receipts.receipt import Figure, Receipt

Remark = tuple[str, Mapping[str, Any]]
"""A code and its fields."""


@dataclass(frozen=True)
class Compared:
    """A figure as it was, and as it is now (None: it was not found again)."""

    figure: Figure
    now: Figure | None
    judged: bool

    @property
    def verdict(self) -> Literal["inside", "outside", "not judged"]:
        if not self.judged:
            return "not judged"
        return "inside" if self.now is not None and self.figure.holds(self.now) else "outside"

    def to_json(self) -> dict[str, Any]:
        now = None if self.now is None else self.now.to_json()
        return {"name": self.figure.name, "was": self.figure.to_json(), "now": now, "verdict": self.verdict}


@dataclass(frozen=True)
class Reproduction:
    """A receipt, its figures now, and remarks about what differs from then (a code and its fields each)."""

    receipt: Receipt
    figures: tuple[Compared, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no figure lies outside of its old interval."""
        return all(figure.verdict != "outside" for figure in self.figures)

    @property
    def sentence(self) -> str:
        """How many figures lie where they lay: "18 of 18 figures lie in their old intervals."."""
        judged = [figure for figure in self.figures if figure.judged]
        inside = sum(figure.verdict == "inside" for figure in judged)
        rest = len(self.figures) - len(judged)
        code = "receipt-counted-rest" if rest else "receipt-counted"
        return words.say(code, inside=inside, judged=len(judged), **({"rest": rest} if rest else {}))

    def to_json(self) -> dict[str, Any]:
        said = {"of": self.receipt.of, "holds": self.holds, "sentence": self.sentence}
        said |= {"remarks": [words.say(code, **fields) for code, fields in self.remarks]}
        return said | {"figures": [figure.to_json() for figure in self.figures]}


def compared(old: Receipt, new: Receipt) -> Reproduction:
    """Each figure of `old` beside the one of that name in `new`, judged where what it depends on is the same.

    Every figure depends on the versions, a local one on the machine too.
    """
    now = {figure.name: figure for figure in new.figures}
    versions_alike = not changed_versions(old.versions, new.versions)
    local = versions_alike and same_machine(old.machine, new.machine)
    rows = [Compared(f, now.get(f.name), local if f.local else versions_alike) for f in old.figures]
    remarks = [remark for remark in (elsewhere(old), _other_data(old, new)) if remark]
    return Reproduction(old, tuple(rows), tuple(remarks))


def elsewhere(receipt: Receipt) -> Remark | None:
    """What differs here and now from where a receipt was written; None where nothing does that bears on its figures."""
    changed = changed_versions(receipt.versions, versions())
    away = not same_machine(receipt.machine, here())
    machines = {"then": _named(receipt.machine, here()), "here": _named(here(), receipt.machine)} if away else {}
    if changed:
        return "receipt-elsewhere" if away else "receipt-versions", {"changed": ", ".join(changed), **machines}
    return ("receipt-machine", machines) if away else None


def changed_versions(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """ "torch 2.12.1 (here 2.13.0)": packages of another version. Builds of one version ("+cpu") count as one, and so do
    Pythons that differ in the last number."""

    def plain(found: Mapping[str, str], name: str) -> str:
        version = found.get(name, "missing").partition("+")[0]
        return ".".join(version.split(".")[:2]) if name == "python" else version

    names = [name for name in {**then, **now} if plain(then, name) != plain(now, name)]
    return [f"{name} {plain(then, name)} (here {plain(now, name)})" for name in names]


def same_machine(a: Machine, b: Machine) -> bool:
    """Whether two machines are of one kind: how much memory they have bears on no figure."""
    return all(getattr(a, name) == getattr(b, name) for name in ("system", "processor", "instructions", "cores", "gpus"))


def _named(machine: Machine, other: Machine) -> str:
    if (machine.summary, machine.system) != (other.summary, other.system):
        return f"{machine.summary}, {machine.system}"
    return ", ".join([machine.summary, *machine.instructions, *(machine.gpus or ["no GPU"])])


def _other_data(old: Receipt, new: Receipt) -> Remark | None:
    names = [name for name, digest in old.data.items() if new.data.get(name) != digest]
    return ("receipt-other-data", {"names": ", ".join(names)}) if names else None
