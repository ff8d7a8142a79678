"""Packed files against xz, zstd and gzip. Writes pack.md beside this file; takes a minute, and the training before it.

Files of one ResNet-14 on Fashion-MNIST, trained for 2 epochs: in float, in half precision, with half of its weights zero,
in 8 bits, and in 8 bits of 15 levels each, as 4 bits would leave them. "order 0" is what a perfect coder of single numbers
would need, which knows how often each value is in its tensor and nothing else, with the rest of the file by xz.
"""

import gzip
import lzma
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from receipt import exact, keep, timed
from torch import nn

import workbench as wb
from workbench.graphs import GraphFile
from workbench.graphs.packing import packed, unpacked
from workbench.receipts import Figure
from workbench.techniques import FileTechnique, StepContext, Technique

TRIES = 7


def files(module: nn.Module, task: wb.Task, folder: Path) -> dict[str, bytes]:
    def made(name: str, *steps: Technique) -> bytes:
        stage: nn.Module | GraphFile = module
        scratch = folder / name
        scratch.mkdir()
        context = StepContext(task.train, task.validation, task.kind, task.signature, scratch=scratch)
        for step in steps:
            if isinstance(step, FileTechnique) and not isinstance(stage, GraphFile):
                stage = wb.export.export(stage, task, scratch / "float.onnx")[0]
            resolved = step.resolve(stage, context)
            stage, _ = resolved.apply(stage, resolved.plan(stage, context), context)
        if not isinstance(stage, GraphFile):
            stage = wb.export.export(stage, task, scratch / "last.onnx")[0]
        return stage.path.read_bytes()

    found = {"float": made("float"), "half precision": made("half", wb.HalfPrecision())}
    found["half of the weights zero"] = made("zeros", wb.WeightPruning(ratio=0.5))
    found["8 bits"] = made("int8", wb.StaticQuantization())
    return found | {"8 bits, 15 levels": levels(found["8 bits"])}


def levels(data: bytes, step: int = 18) -> bytes:
    model = onnx.load_from_string(data)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.int8 and values.size > 64:
            grid = (np.round(values / step) * step).astype(np.int8)
            tensor.CopyFrom(numpy_helper.from_array(grid, tensor.name))
    return bytes(model.SerializeToString(deterministic=True))


def order_zero(data: bytes) -> float:
    model, bits = onnx.load_from_string(data), 0.0
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.nbytes >= 256 and values.itemsize == 1:
            share = np.unique(values, return_counts=True)[1] / values.size
            bits -= values.size * float((share * np.log2(share)).sum())
            tensor.raw_data = b""
    return bits / 8 + xz(model.SerializeToString()) if bits else 0.0


def xz(data: bytes) -> int:
    return len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def zstd(data: bytes) -> int:
    if not shutil.which("zstd"):
        return 0
    return len(subprocess.run(["zstd", "-19", "-c"], input=data, capture_output=True, check=True).stdout)


def measured(name: str, data: bytes) -> list[Figure]:
    """The row of a file: its bytes as it is and in other forms, and the seconds of our own form. What trained weights pack
    into follows from their last bits."""
    packing, unpacking = [], []
    for _ in range(TRIES):
        began = time.perf_counter()
        made = packed(data)
        between = time.perf_counter()
        assert unpacked(made, name) == data
        packing.append(between - began)
        unpacking.append(time.perf_counter() - between)
    others = {"gzip -9": len(gzip.compress(data, 9)), "zstd -19": zstd(data), "xz -9e": xz(data), "order 0": order_zero(data)}
    sizes = [exact(f"{name}, {other}", size, "B", local=True) for other, size in others.items()]
    sizes += [exact(f"{name}, packed", len(made), "B", True), exact(f"{name}, of xz", len(made) / xz(data), local=True)]
    times = [timed(f"{name}, pack", packing), timed(f"{name}, unpack", unpacking)]
    return [exact(f"{name}, bytes", len(data), "B"), *sizes, *times]


def row(name: str, figures: list[Figure]) -> str:
    size, *others, made, share, packing, unpacking = (figure.value for figure in figures)
    cells = [name, f"{size:,}", *(f"{other:,.0f}" if other else "" for other in others)]
    cells += [f"**{made:,}**", f"{share:.3f}", f"{packing:.2f}", f"{unpacking:.2f}"]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    task = wb.tasks.load("fashion-mnist")
    module = wb.fit(wb.models.create("resnet14", task, seed=0), task, epochs=2, seed=0).build()
    with tempfile.TemporaryDirectory() as folder:
        made = files(module, task, Path(folder))
    packed(made["8 bits"])  # tables are made once a process
    rows = {name: measured(name, data) for name, data in made.items()}
    head = ["file", "bytes", "gzip -9", "zstd -19", "xz -9e", "order 0", "packed", "of xz", "pack, s", "unpack, s"]
    lines = ["# Packed files", "", f"| {' | '.join(head)} |", "|---|" + "---:|" * 9]
    lines += [row(name, figures) for name, figures in rows.items()]
    keep("pack.md", [*lines, "", *TOLD], [f for figures in rows.values() for f in figures if f.value], 0, task)


TOLD = [
    "Freely trained 8-bit weights are nearly incompressible one by one: a perfect coder of single numbers gains next to",
    "nothing on xz. What is gained comes from where a weight lies: its neighbours in the kernel, and the scale of its",
    "channels. With few levels the same coder gains far more. Of floats only the exponent tells anything; sign and",
    "mantissa are stored as they are.",
]


if __name__ == "__main__":
    main()
