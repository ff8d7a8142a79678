"""What this computer is: every number that depends on it names it. No torch is imported to find out."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

_INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "asimd", "asimddp", "i8mm")
_PACKAGES = ("torch", "torch-pruning", "onnx", "onnxruntime", "onnxruntime-gpu", "onnxslim", "numpy", "workbench")


@dataclass(frozen=True)
class Machine:
    """A computer as far as it bears on speed and answers: `instructions` are the kernel's names for CPU features."""

    system: str
    processor: str
    instructions: tuple[str, ...]
    cores: int
    memory_bytes: int
    gpus: tuple[str, ...]

    @property
    def has_int8_dot_product(self) -> bool:
        """Whether int8 products are summed in 32 bits (VNNI, Arm's dot product); AVX2 alone sums pairs in 16 bits."""
        return any(i in self.instructions for i in ("avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"))

    @property
    def summary(self) -> str:
        """One line for a table's foot: processor, cores, and the instruction set that decides about int8."""
        best = [
            i for i in ("amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2", "i8mm", "asimddp") if i in self.instructions
        ]
        return f"{self.processor}, {self.cores} cores, {best[0] if best else 'no vector integer instructions known'}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@cache
def here() -> Machine:
    """The machine that this process runs on."""
    fields = _cpuinfo()
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=fields.get("model name") or platform.processor() or platform.machine(),
        instructions=tuple(i for i in _INSTRUCTIONS if i in (fields.get("flags") or fields.get("Features") or "").split()),
        cores=cores(),
        memory_bytes=memory_bytes(),
        gpus=tuple(card.name for card in _cards()),
    )


def memory_bytes() -> int:
    """The memory of this machine, told at once: `here` asks for GPUs too, which may take seconds."""
    import psutil

    return int(psutil.virtual_memory().total)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Device:
    """Where networks can be trained: `name` is what `device=` takes ("cpu", "cuda:0"); `free_bytes` is None where that is not
    told, and for the CPU, whose memory everything else shares."""

    name: str
    title: str
    free_bytes: int | None


CPU = Device("cpu", "CPU", None)


def devices() -> tuple[Device, ...]:
    """The CPU, and every NVIDIA GPU that this process may use with its free memory now, as `nvidia-smi` tells them.

    Waits for the tool, ten seconds at most. Where it does not answer, the GPUs are as it told them last.
    """
    return (CPU, *_visible(_cards()))


def known_devices() -> tuple[Device, ...] | None:
    """What `devices` would tell of the tool's last answer, at once; None before the first one. No tool is an answer too."""
    if not shutil.which("nvidia-smi"):
        return (CPU,)
    return None if _told is None else (CPU, *_visible(_told))


def knows_cuda() -> bool:
    """Whether the PyTorch installed here can be one that uses NVIDIA GPUs: a build without CUDA says so in its version."""
    build = versions().get("torch", "").partition("+")[2]
    return not build.startswith(("cpu", "rocm", "xpu"))


@cache
def versions() -> dict[str, str]:
    """The versions of the packages that decide what a file contains, and of Python."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _cpuinfo() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if path.exists():
        first = path.read_text().split("\n\n")[0]
        return {k.strip(): v.strip() for k, v in (line.split(":", 1) for line in first.splitlines() if ":" in line)}
    if shutil.which("sysctl"):
        name = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True).stdout
        arm = "asimd asimddp i8mm" if platform.machine() == "arm64" else "avx2"
        return {"model name": name.strip(), "flags": arm}
    return {}


@dataclass(frozen=True)
class _Card:
    """A GPU of this machine, whoever may use it."""

    uuid: str
    name: str
    free_bytes: int | None


_PATIENCE = 10.0
_told: tuple[_Card, ...] | None = None
"""What `nvidia-smi` told last; None before it has answered."""
_stuck: subprocess.Popen[str] | None = None
"""An `nvidia-smi` that could not be ended."""


def _cards() -> tuple[_Card, ...]:
    """The GPUs in the order that CUDA numbers them by; those that were told last where `nvidia-smi` does not answer."""
    global _told
    lines = _asked_of_smi("index,uuid,name,memory.free", "--format=csv,noheader,nounits")
    if lines is not None:
        _told = tuple(card for line in lines if (card := _card(line)))
    return _told or ()


def _card(line: str) -> _Card | None:
    """The GPU of a line. None for one that is lost, and has no uuid: CUDA counts without it, so its index tells nothing."""
    fields = line.split(",")
    if len(fields) < 4 or not fields[1].strip().startswith("GPU-"):
        return None
    _, uuid, *name, free = fields  # a name may have commas
    return _Card(uuid.strip(), ",".join(name).strip(), int(free) * 2**20 if free.strip().isdigit() else None)


def _visible(cards: Sequence[_Card]) -> tuple[Device, ...]:
    """Those that CUDA gives this process, named by the numbers that they have in it."""
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES")
    entries = None if wanted is None else [entry.strip() for entry in wanted.split(",")]
    if entries and entries[0].startswith("MIG-"):  # a process has one slice, and what that has free is not the card's
        return (Device("cuda:0", "MIG slice", None),) if cards else ()
    chosen = cards if entries is None else _chosen(cards, entries)
    return tuple(Device(f"cuda:{k}", card.name, card.free_bytes) for k, card in enumerate(chosen))


def _chosen(cards: Sequence[_Card], entries: Sequence[str]) -> list[_Card]:
    """CUDA's reading: the first entry that is not one card ends the list, and a card named twice means none at all."""
    find = _by_uuid if entries[0].startswith("GPU-") else _by_number  # what is of the other kind is no card
    chosen: list[_Card] = []
    for entry in entries:
        found = find(cards, entry)
        if len(found) != 1:
            break
        if found[0] in chosen:
            return []
        chosen += found
    return chosen


def _by_uuid(cards: Sequence[_Card], entry: str) -> Sequence[_Card]:
    return [card for card in cards if entry.startswith("GPU-") and card.uuid.startswith(entry)]


def _by_number(cards: Sequence[_Card], entry: str) -> Sequence[_Card]:
    number = re.match(r"\+?([0-9]+)", entry)  # read as C does: "01" is 1, and what comes behind the digits is nothing
    return cards[int(number[1]) :][:1] if number else ()


def _asked_of_smi(fields: str, form: str) -> list[str] | None:
    """The lines that `nvidia-smi` answers, none where there is no such tool; None where it fails or does not answer."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return []
    if _stuck is not None and _stuck.poll() is None:
        return None  # one more would hang beside it
    try:
        asked = subprocess.Popen(
            [tool, f"--query-gpu={fields}", form],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )
        told, _ = asked.communicate(timeout=_PATIENCE)
    except OSError:
        return None
    except subprocess.TimeoutExpired:
        _end(asked)
        return None
    return told.splitlines() if asked.returncode == 0 else None


def _end(asked: subprocess.Popen[str]) -> None:
    """Kills it, and does not wait until it is gone: a process that hangs in the driver does not hear of that."""
    global _stuck
    asked.kill()
    if asked.stdout is not None:
        asked.stdout.close()
    with suppress(subprocess.TimeoutExpired):
        asked.wait(timeout=1)
    _stuck = asked
