"""Bytes of a file that are no weights. Writes graph-bytes.md beside this file.

A ResNet-14 on Fashion-MNIST, trained for an epoch. In float: the plain dynamo export, the same through onnxslim, and this
library's file. In 8 bits: what ONNX Runtime's quantizer makes of the slimmed float file, the same through onnxslim, and
this library's file. Weights are the numbers that layers compute with; scales and zero points are none.
"""

import tempfile
from pathlib import Path

import onnx
import onnxslim
import torch
from onnxruntime.quantization import CalibrationDataReader, quantize_static
from receipt import exact, keep

import workbench as wb
from workbench.export.dynamo import _quiet
from workbench.graphs.costs import costs
from workbench.techniques import StepContext

WORDS = """
Aimed at were 2,500 bytes in float and 4,500 in 8 bits. What is left in float is mostly `pads` and `strides` of convolutions,
and one layer's name a node. With a scale for every channel (`granularity="channel"`) the scales alone are 2.5 kB more.
"""


def rest(model: onnx.ModelProto) -> int:
    """Bytes of the file without those of its weights."""
    return len(model.SerializeToString()) - sum(layer.bytes for layer in costs(model).layers)


def plain(module: torch.nn.Module, example: torch.Tensor) -> onnx.ModelProto:
    with _quiet(), torch.inference_mode():
        given = {"dynamo": True, "dynamic_shapes": ({0: torch.export.Dim("batch")},)}
        return torch.onnx.export(module, (example,), **given).model_proto


def by_the_runtime(model: onnx.ModelProto, task: wb.tasks.Task, folder: Path) -> onnx.ModelProto:
    """Quantized by ONNX Runtime's own tool with its defaults, on the samples that this library takes too."""
    inputs = iter([{model.graph.input[0].name: task.train.inputs[:256]}])

    class Reader(CalibrationDataReader):
        def get_next(self):
            return next(inputs, None)

    onnx.save(model, folder / "float.onnx")
    quantize_static(str(folder / "float.onnx"), str(folder / "theirs.onnx"), Reader())
    return onnx.load(str(folder / "theirs.onnx"))


def main() -> None:
    task = wb.tasks.load("fashion-mnist")
    module = wb.fit(wb.models.create("resnet14", task, seed=0), task, epochs=1, seed=0).build()
    float32 = plain(module, torch.from_numpy(task.train.inputs[:2]))
    found = {"plain dynamo export": float32, "the same, onnxslim": onnxslim.slim(float32)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, _, _ = wb.export.export(module, task, folder / "m.onnx")
        found["this library"] = file.load()
        theirs = by_the_runtime(found["the same, onnxslim"], task, folder)
        found |= {"8 bits by ONNX Runtime's quantizer": theirs, "8 bits, the same, onnxslim": onnxslim.slim(theirs)}
        for granularity in ("tensor", "channel"):
            context = StepContext(task.train, task.validation, task.kind, task.signature, scratch=folder)
            step = wb.StaticQuantization(granularity=granularity).resolve(file, context)
            small, _ = step.apply(file, step.plan(file, context), context)
            found[f"8 bits, this library, a scale a {granularity}"] = small.load()
    rows = [f"| {n} | {len(m.SerializeToString()):,} | {rest(m):,} | {len(m.graph.node)} |" for n, m in found.items()]
    head = ["# Bytes of a file that are no weights", "", "| file | bytes | of them no weights | nodes |", "|---|---|---|---|"]
    told = {n: m for n, m in found.items() if m is not float32}  # it holds paths of the folder where it was made
    figures = [exact(f"{n}: no weights", rest(m), "bytes", local=True) for n, m in told.items()]
    keep("graph-bytes.md", [*head, *rows, WORDS], figures, 0, task)


if __name__ == "__main__":
    main()
