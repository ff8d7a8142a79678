"""The emulation held against a CPU without VNNI: ONNX Runtime itself, on a Haswell that QEMU 7.2 or newer emulates."""

import shutil
import subprocess
import sys

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from workbench.graphs import GraphFile, certify
from workbench.graphs.saturation import simulated
from workbench.graphs.tidy import tidy
from workbench.tasks.task import Signature, Split
from workbench.techniques import DynamicQuantization, StaticQuantization, StepContext
from workbench.techniques.conformance import run

QEMU = shutil.which("qemu-x86_64")
ASKED = """
import sys, numpy as np, onnxruntime as ort
options = ort.SessionOptions()
options.intra_op_num_threads, options.log_severity_level = 1, 3
session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
x = np.load(sys.argv[2])
parts = [session.run(None, {session.get_inputs()[0].name: x[k : k + 64]})[0] for k in range(0, len(x), 64)]
np.save(sys.argv[3], np.concatenate(parts))
"""

pytestmark = [pytest.mark.proof, pytest.mark.skipif(QEMU is None, reason="qemu-x86_64 is not installed")]


class Network(nn.Module):
    """Odd channel numbers, groups, one channel for itself, strides, dilations: every way of walking a filter."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a = nn.Conv2d(3, 18, 3, padding=1)
        self.b = nn.Conv2d(18, 32, 3, stride=2, groups=2)
        self.c = nn.Conv2d(32, 32, 3, padding=1, groups=32)
        self.d = nn.Conv2d(32, 13, 2, dilation=2)
        self.fc = nn.Linear(13, 7)

    def forward(self, x):
        x = torch.relu(self.d(torch.relu(self.c(torch.relu(self.b(torch.relu(self.a(x))))))))
        return self.fc(x.mean((2, 3)))


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("net")
    path, x = folder / "float.onnx", torch.randn(130, 3, 13, 13)
    batch = torch.export.Dim("batch")
    torch.onnx.export(Network().eval(), (x[:2],), path, dynamic_shapes=({0: batch},), dynamo=True, external_data=False)
    return GraphFile.save(tidy(onnx.load(path)), folder / "slim.onnx"), x.numpy()


STEPS = [StaticQuantization(portable=p, granularity=g) for p in (False, True) for g in ("tensor", "channel")]
STEPS += [StaticQuantization(activations="int8", portable=False), DynamicQuantization(bits=8)]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step!r}"[:60])
def test_the_emulation_is_the_processor_s_answer(step, network, tmp_path):
    file, x = network
    name = file.load().graph.input[0].name
    train, validation = (Split(part, {name: x}, None) for part in ("train", "validation"))
    context = StepContext(train, validation, "outputs", Signature((), ()), scratch=tmp_path)
    made, _ = run(step, file, context)
    np.save(tmp_path / "x.npy", x)
    called = [QEMU, "-cpu", "Haswell", sys.executable, "-c", ASKED, made.path, tmp_path / "x.npy", tmp_path / "y.npy"]
    subprocess.run([str(word) for word in called], check=True, capture_output=True)
    there, here = np.load(tmp_path / "y.npy"), made.run({name: x[:64]})
    emulated, exact = (simulated(made, {name: x}, saturating=s)[0] for s in (True, False))
    scale = np.abs(there).max()
    assert np.abs(emulated - there).max() < 1e-5 * scale
    if certify(made).portable:
        assert np.abs(there[:64] - next(iter(here.values()))).max() < 1e-5 * scale
    else:
        assert isinstance(step, DynamicQuantization) or np.abs(emulated - exact).max() > 1e-3 * scale
