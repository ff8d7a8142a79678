"""Bytes of a file that are no weights. Writes graph-bytes.md beside this file.

A ResNet-14 on Fashion-MNIST, seeded and not trained: the plain dynamo export, the same through onnxslim, and this
library's file, in float and in 8 bits. Weights are the numbers that layers compute with, as many bytes as each is stored in.
"""

import tempfile
from pathlib import Path

import onnx
import onnxslim
import torch
from receipt import foot

import workbench as wb
from workbench.export.dynamo import _quiet
from workbench.graphs.tidy import tidy
from workbench.techniques import StepContext

LIMITS = """
Aimed at were 2,500 bytes in float and 4,500 in 8 bits: both are missed. In float it is the initializers' full names, which
carry the layers' names for reports. In 8 bits it is the triplets of QuantizeLinear and DequantizeLinear and their scales;
the same network as QLinear operators (what ONNX Runtime makes of it when it is loaded) was tried on trained weights: 27
nodes, 11,550 bytes with full names, equal outputs. It is not built.
"""


def row(name: str, model: onnx.ModelProto) -> str:
    """Bytes in all, and without the raw bytes of tensors of more than one number that are neither scales nor shapes."""
    size = len(model.SerializeToString())
    quantizers = [node for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    helpers = {name for node in quantizers for name in node.input[1:]}
    tensors = [t for t in model.graph.initializer if t.name not in helpers and t.data_type != onnx.TensorProto.INT64]
    weights = sum(onnx.numpy_helper.to_array(t).nbytes for t in tensors)
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
    rows = [row("plain dynamo export", plain), row("the same, onnxslim", onnxslim.slim(plain))]
    rows += [row("this library", ours), row("this library, 8 bits", int8)]
    head = ["# Bytes of a file that are no weights", "", "| file | bytes | of them no weights | nodes |", "|---|---|---|---|"]
    Path(__file__).with_name("graph-bytes.md").write_text("\n".join([*head, *rows, LIMITS, *foot("graph_bytes", 0, task)]))


if __name__ == "__main__":
    main()
