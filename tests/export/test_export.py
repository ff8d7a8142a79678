"""Export: the file answers as the module does, for any batch; a template with other weights does too."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import workbench as wb
from workbench.errors import StepFailed
from workbench.export import Template, export, make_template
from workbench.export.layers import where_it_parts_from
from workbench.export.onnx_file import held_against
from workbench.graphs import GraphFile
from workbench.techniques import StepContext

DIGITS = wb.tasks.load("digits")


class Odd(nn.Module):
    """A convolution without bias before a batch norm, one with bias, a concatenation, a flattening, a shared layer."""

    def __init__(self):
        super().__init__()
        self.a, self.bn_a = nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.b, self.bn_b = nn.Conv2d(8, 8, 3, padding=1, groups=2), nn.BatchNorm2d(8)
        self.mix = nn.Linear(64, 64)
        self.fc = nn.Linear(256, 10)

    def forward(self, x):
        a = F.relu(self.bn_a(self.a(x)))
        b = self.mix(self.mix(F.relu(self.bn_b(self.b(a))).flatten(2))).unflatten(2, (8, 8))
        return self.fc(F.max_pool2d(torch.cat([a, b], 1), 2).flatten(1))


class Stubborn(nn.Module):
    """Depends on its data in a way that no graph can hold."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        if x.sum().item() > 3:
            x = x * int(x.sum().item())
        return self.fc(x.flatten(1))


def shaken(module, seed):
    """The same module with other weights and batch statistics."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                noise = 0.2 * torch.randn(tensor.shape, generator=generator)
                tensor += noise.abs() if "var" in name else noise
    return module.eval()


def gap(path, module, inputs):
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    ours = session.run(None, {"input": inputs})[0]
    with torch.no_grad():
        truth = module(torch.from_numpy(inputs)).numpy()
    return np.abs(ours - truth).max() / np.abs(truth).max()


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    torch.manual_seed(0)
    module, folder = shaken(Odd(), 1), tmp_path_factory.mktemp("template")
    make_template(module, DIGITS, folder)
    return module, Template(folder)


def test_a_file_answers_as_its_module_for_any_batch(tmp_path):
    module = shaken(Odd(), 2)
    file, report, parity = export(module, DIGITS, tmp_path / "m.onnx")
    for batch in (1, 3, 64):
        assert gap(file.path, module, DIGITS.test.inputs[:batch]) < 1e-5
    model = onnx.load(file.path)
    onnx.checker.check_model(model, full_check=True)
    assert [model.graph.input[0].name, model.graph.output[0].name] == ["input", "logits"]
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert not [n for n in model.graph.node if n.op_type in ("BatchNormalization", "Identity", "Dropout", "Constant")]
    assert parity.holds and parity.n == len(DIGITS.validation) and report.figures["bytes"] == file.size_bytes


def test_tensors_may_be_called_as_the_exporter_calls_others(tmp_path):
    module, task = shaken(Odd(), 2), wb.tasks.named(DIGITS, ["relu"], "linear")
    file, _, parity = export(module, task, tmp_path / "m.onnx")
    model = onnx.load(file.path)
    onnx.checker.check_model(model, full_check=True)
    assert [model.graph.input[0].name, model.graph.output[0].name] == ["relu", "linear"] and parity.holds
    inputs = DIGITS.test.inputs[:8]
    ours = ort.InferenceSession(str(file.path), providers=["CPUExecutionProvider"]).run(["linear"], {"relu": inputs})[0]
    with torch.no_grad():
        assert np.allclose(ours, module(torch.from_numpy(inputs)).numpy(), rtol=1e-4, atol=1e-4)


def test_the_same_module_gives_the_same_bytes(tmp_path):
    module = shaken(Odd(), 2)
    one, two = (export(module, DIGITS, tmp_path / f"{k}.onnx")[0] for k in "ab")
    assert one.digest == two.digest


def test_other_weights_in_a_template_answer_as_their_module(odd, tmp_path):
    module, template = odd
    other = shaken(Odd(), 7)
    file, report, parity = export(other, DIGITS, tmp_path / "m.onnx", template)
    assert report.figures["bound"] == 1 and parity.difference < 1e-5
    assert gap(file.path, other, DIGITS.test.inputs[:64]) < 1e-5 < gap(file.path, module, DIGITS.test.inputs[:64])


@pytest.mark.parametrize("name", ["cnn", "mobilenet", "vit", "resnet8"])
def test_a_pruned_network_goes_into_the_template_of_the_whole_one(name, tmp_path):
    whole = shaken(wb.models.create(name, DIGITS, seed=0).build(), 3)
    make_template(whole, DIGITS, tmp_path)
    context = StepContext(DIGITS.train, DIGITS.validation, DIGITS.kind, DIGITS.signature)
    step = wb.StructuredPruning(ratio=0.5)
    pruned, _ = step.apply(whole, step.plan(whole, context), context)
    bound, report, _ = export(pruned, DIGITS, tmp_path / "bound.onnx", Template(tmp_path))
    assert report.figures["bound"] == 1
    assert gap(bound.path, pruned, DIGITS.test.inputs[:64]) < 1e-4
    held = sum(int(np.prod(t.dims)) for t in onnx.load(bound.path).graph.initializer if t.data_type == 1)
    assert held < 0.7 * sum(p.numel() for p in whole.parameters())


def test_a_template_that_does_not_fit_is_left_aside(odd, tmp_path):
    _, template = odd
    other = shaken(wb.models.create("mlp", DIGITS, seed=0).build(), 1)
    file, report, _ = export(other, DIGITS, tmp_path / "m.onnx", template)
    assert "bound" not in report.figures and gap(file.path, other, DIGITS.test.inputs[:8]) < 1e-5


def test_a_module_that_is_no_graph_is_refused(tmp_path):
    with pytest.raises(StepFailed) as caught:
        export(Stubborn().eval(), DIGITS, tmp_path / "m.onnx")
    assert caught.value.code == "export-failed" and not (tmp_path / "m.onnx").exists()


class FixedBatch(nn.Module):
    """A batch of two, written into the code."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc(x.view(2, 64))


def test_a_batch_that_is_fixed_in_the_code_is_told_with_its_remedy(tmp_path):
    with pytest.raises(StepFailed) as caught:
        export(FixedBatch().eval(), DIGITS, tmp_path / "m.onnx")
    said = str(caught.value)
    assert caught.value.code == "batch-fixed" and "a batch of 64" in said and "x.shape[0]" in said


def test_a_batch_that_is_fixed_in_the_file_is_told_alike(tmp_path):
    ends = [onnx.helper.make_tensor_value_info(n, 1, ["batch", s]) for n, s in (("input", 4), ("y", 3))]
    nodes = [onnx.helper.make_node("Reshape", ["input", "two"], ["h"]), onnx.helper.make_node("Gemm", ["h", "w"], ["y"])]
    held = {"two": np.array([2, 4]), "w": np.ones((4, 3), np.float32)}
    tensors = [onnx.numpy_helper.from_array(v, k) for k, v in held.items()]
    model = onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors), ir_version=10)
    split = wb.tasks.Split("validation", {"input": np.ones((10, 4), np.float32)}, None)
    with pytest.raises(StepFailed) as caught:
        held_against(GraphFile.save(model, tmp_path / "m.onnx"), nn.Linear(4, 3), split)
    assert caught.value.code == "batch-fixed" and "a batch of 10" in str(caught.value)


def test_a_file_that_differs_from_its_module_is_found(tmp_path):
    module = shaken(Odd(), 2)
    file, _, _ = export(module, DIGITS, tmp_path / "m.onnx")
    with torch.no_grad():
        module.fc.bias[3] += 0.01 * float(module(torch.from_numpy(DIGITS.validation.inputs)).abs().max())
    parity = held_against(GraphFile(file.path), module, DIGITS.validation)
    assert not parity.holds and parity.difference == pytest.approx(0.01, rel=0.6)


def test_every_sample_of_the_split_counts(tmp_path):
    """A difference on the last sample alone is found."""
    module = shaken(Odd(), 2)
    file, _, _ = export(module, DIGITS, tmp_path / "m.onnx")
    hook = module.register_forward_hook(
        lambda m, i, o: o + 100.0 * (i[0] == i[0]).all() * (len(i[0]) == len(DIGITS.validation) % 64)
    )
    assert not held_against(file, module, DIGITS.validation).holds
    hook.remove()


class Forked(nn.Module):
    """Another network while it is exported: from its second layer on, or only behind its last one."""

    def __init__(self, late):
        super().__init__()
        self.one, self.bn, self.two, self.three = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Conv2d(4, 4, 3), nn.Linear(64, 10)
        self.late = late

    def forward(self, x):
        x = F.relu(self.bn(self.one(x)))
        if torch.compiler.is_exporting() and not self.late:
            x = x + 1
        x = self.three(self.two(x).flatten(1))
        return x * 2 if torch.compiler.is_exporting() and self.late else x


@pytest.mark.parametrize(("late", "said"), [(False, "is two (Conv2d)"), (True, "outputs of all layers are in the file")])
def test_the_first_layer_that_is_not_in_the_file_is_named(tmp_path, late, said):
    torch.manual_seed(0)
    with pytest.raises(StepFailed) as caught:
        export(shaken(Forked(late), 3), DIGITS, tmp_path / "m.onnx")
    assert caught.value.code == "parity" and said in str(caught.value.fields["where"]) and said in str(caught.value)


def test_an_operator_that_the_runtime_computes_otherwise_is_named_before_any_layer(tmp_path):
    """With a limit that nothing keeps, the first operator breaks it."""
    module = shaken(Odd(), 2)
    file, _, _ = export(module, DIGITS, tmp_path / "m.onnx")
    inputs = {"input": DIGITS.validation.inputs[:3]}
    first = file.load().graph.node[0].op_type
    assert f"({first})" in str(where_it_parts_from(module, file, inputs, -1.0))
