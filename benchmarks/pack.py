"""Packed files against xz, zstd and gzip. Writes pack.md beside this file; takes a minute, and the training before it.

Files of one ResNet-14 on Fashion-MNIST: in float, in half precision, with half of its weights zero, in 8 bits, and in 8
bits of 15 levels each, as 4 bits would leave them. With a safetensors file as its argument it takes the weights from
there; without, it trains 2 epochs. "order 0" is what a perfect coder of single numbers would need, which knows how often
each value is in its tensor and nothing else, with the rest of the file by xz.
"""

import gzip
import itertools
import lzma
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from receipt import foot
from torch import nn

import workbench as wb
from workbench.files import digest_file
from workbench.graphs import GraphFile
from workbench.graphs.packing import packed, unpacked
from workbench.techniques import FileTechnique, StepContext, Technique


def network(task: wb.Task, weights: str | None) -> nn.Module:
    made = wb.models.create("resnet14", task, seed=0)
    if weights is None:
        return wb.fit(made, task, epochs=2, seed=0).build()
    from safetensors.torch import load_file

    module = made.build()
    module.load_state_dict(load_file(weights))
    return module


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
    return bits / 8 + xz(model.SerializeToString()) if bits else float("nan")


def xz(data: bytes) -> int:
    return len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))


def zstd(data: bytes) -> str:
    if not shutil.which("zstd"):
        return "no zstd here"
    return f"{len(subprocess.run(['zstd', '-19', '-c'], input=data, capture_output=True, check=True).stdout):,}"


def row(name: str, data: bytes) -> str:
    times = [time.perf_counter()]
    made = packed(data)
    times.append(time.perf_counter())
    assert unpacked(made, name) == data
    times.append(time.perf_counter())
    entropy = order_zero(data)
    cells = [name, f"{len(data):,}", f"{len(gzip.compress(data, 9)):,}", zstd(data), f"{xz(data):,}"]
    cells += ["" if np.isnan(entropy) else f"{entropy:,.0f}", f"**{len(made):,}**", f"{len(made) / xz(data):.3f}"]
    cells += [f"{b - a:.2f}" for a, b in itertools.pairwise(times)]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    weights = sys.argv[1] if len(sys.argv) > 1 else None
    task = wb.tasks.load("fashion-mnist")
    with tempfile.TemporaryDirectory() as folder:
        made = files(network(task, weights), task, Path(folder))
    packed(made["8 bits"])  # tables are made once a process
    head = ["file", "bytes", "gzip -9", "zstd -19", "xz -9e", "order 0", "packed", "of xz", "pack, s", "unpack, s"]
    lines = ["# Packed files", "", f"| {' | '.join(head)} |", "|---|" + "---:|" * 9]
    lines += [row(name, data) for name, data in made.items()]
    source = f"Its argument: {Path(weights).name}, SHA-256 {digest_file(Path(weights))[:16]}." if weights else "No argument."
    lines += ["", *TOLD, source, *foot("pack", 0, task)]
    Path(__file__).with_name("pack.md").write_text("\n".join(lines))


TOLD = [
    "Freely trained 8-bit weights are nearly incompressible one by one: a perfect coder of single numbers gains next to",
    "nothing on xz. What is gained comes from where a weight lies: its neighbours in the kernel, and the scale of its",
    "channels. With few levels the same coder gains far more. Of floats only the exponent tells anything; sign and",
    "mantissa are stored as they are.",
    "",
]


if __name__ == "__main__":
    main()
