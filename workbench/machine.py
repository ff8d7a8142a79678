"""What this computer is: every number that depends on it names it. No torch is imported to find out."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
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
    import psutil

    fields = _cpuinfo()
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=fields.get("model name") or platform.processor() or platform.machine(),
        instructions=tuple(i for i in _INSTRUCTIONS if i in (fields.get("flags") or fields.get("Features") or "").split()),
        cores=cores(),
        memory_bytes=psutil.virtual_memory().total,
        gpus=_gpus(),
    )


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


def devices() -> tuple[Device, ...]:
    """The CPU, and every NVIDIA GPU that this process may use with its free memory now, as `nvidia-smi` tells them."""
    asked = _asked_of_smi("index,uuid,name,memory.free", "--format=csv,noheader,nounits")
    cards = [card for line in asked if len(card := [field.strip() for field in line.split(",")]) == 4]
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES")
    if wanted is not None:
        names = [name.strip() for name in wanted.split(",")]
        cards = [c for name in names for c in cards if name == c[0] or (name and c[1].startswith(name))]
    free = (int(card[3]) * 2**20 if card[3].isdigit() else None for card in cards)
    gpus = (Device(f"cuda:{k}", card[2], left) for k, (card, left) in enumerate(zip(cards, free, strict=True)))
    return (Device("cpu", "CPU", None), *gpus)


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


def _gpus() -> tuple[str, ...]:
    return tuple(line.strip() for line in _asked_of_smi("name", "--format=csv,noheader"))


def _asked_of_smi(fields: str, form: str) -> list[str]:
    """The lines that `nvidia-smi` answers, one a GPU; none where there is no such tool, or it does not answer."""
    tool = shutil.which("nvidia-smi")
    if not tool:
        return []
    try:
        done = subprocess.run([tool, f"--query-gpu={fields}", form], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line for line in done.stdout.splitlines() if line.strip()] if done.returncode == 0 else []
