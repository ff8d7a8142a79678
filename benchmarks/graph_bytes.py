"""Bytes of a file that are no weights. Writes graph-bytes.md beside this file.

A ResNet-14 on Fashion-MNIST, seeded and not trained: the plain dynamo export, the same through onnxslim, and this
library's file, in float and in 8 bits. Weights are counted with 4 bytes and 1 byte each, biases of the 8-bit file with 4.
"""

import tempfile
from pathlib import Path

import onnx
import onnxslim
import torch
from receipt import foot

import workbench as wb
from workbench.export.dynamo import _quiet
from workbench.graphs.costs import costs
from workbench.graphs.tidy import tidy
from workbench.techniques import StepContext


def row(name: str, model: onnx.ModelProto, weights: int) -> str:
    size = len(model.SerializeToString())
    return f"| {name} | {size:,} | {size - weights:,} | {len(model.graph.node)} |"


def main() -> None:
    task = wb.tasks.load("fashion-mnist")
    module = wb.models.create("resnet14", task, seed=0).build()
    with _quiet(), torch.inference_mode():
        example = torch.from_numpy(task.train.inputs[:2])
        plain = torch.onnx.export(module, (example,), dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},)).model_proto
    with tempfile.TemporaryDirectory() as folder:
        file, _, _ = wb.export.export(module, task, Path(folder) / "m.onnx")
        context = StepContext(task.train, task.validation, task.kind, task.signature, scratch=Path(folder))
        step = wb.StaticQuantization().resolve(file, context)
        small, _ = step.apply(file, step.plan(file, context), context)
        ours, int8 = file.load(), tidy(small.load())
        floats = 4 * costs(ours).parameters
    wide = [t for t in int8.graph.initializer if t.data_type == onnx.TensorProto.INT32]
    biases = sum(onnx.numpy_helper.to_array(t).size for t in wide)
    integers = costs(int8).parameters + 3 * biases
    rows = [row("plain dynamo export", plain, floats), row("the same, onnxslim", onnxslim.slim(plain), floats)]
    rows += [row("this library", ours, floats), row("this library, 8 bits", int8, integers)]
    head = ["# Bytes of a file that are no weights", "", "| file | bytes | of them no weights | nodes |", "|---|---|---|---|"]
    Path(__file__).with_name("graph-bytes.md").write_text("\n".join([*head, *rows, *foot("graph_bytes", 0, task)]))


if __name__ == "__main__":
    main()
