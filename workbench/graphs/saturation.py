"""Running an int8 file as an x86 CPU without VNNI runs it: the operators that can saturate in numpy, the rest as ever.

ONNX Runtime's own optimised graph is walked, so that what is computed in integers here is what is computed in integers
there. It is cut at each operator that is not certified; what lies between two cuts runs in ONNX Runtime.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import StepFailed
from workbench.graphs.certificate import judged
from workbench.graphs.constants import Constants
from workbench.graphs.file import GraphFile
from workbench.graphs.kernels import KERNELS, Summed
from workbench.graphs.pairs import exact, saturated
from workbench.graphs.products import DEQUANTIZED, output, products
from workbench.graphs.runtime import open_session

if TYPE_CHECKING:
    import onnxruntime as ort
    from onnx import ModelProto, NodeProto

    from workbench.tasks.task import Array

_BATCH = 64
_ZERO_OUT = {"QLinearConv": 7, "QLinearMatMul": 7, "QGemm": 8}
"""Where an operator holds the zero point of what it gives."""

_UNFUSED = ["DynamicQuantizeMatMulFusion", "MatMulIntegerToFloatFusion"]
"""Fusions that are left out: what a dynamically quantized product reads has to be seen as integers."""


@dataclass(frozen=True)
class _Cut:
    """One operator that is emulated, and the session that gives what it reads (None where that is known already)."""

    node: "NodeProto"
    session: "ort.InferenceSession | None"


def simulated(file: GraphFile, inputs: "dict[str, Array]", saturating: bool = True) -> "list[Array]":
    """The file's outputs as an x86 CPU without VNNI gives them, for inputs of N samples, in batches of 64.

    With `saturating=False` the same operators sum exactly, as CPUs with VNNI do, whatever this machine is. Raises
    `StepFailed` ("not-simulated") where an operator that is not certified cannot be emulated.
    """
    n = len(next(iter(inputs.values())))
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        network = _Network(_optimised(file, Path(folder)), Path(folder), saturated if saturating else exact)
        parts = [network.run({k: v[s : s + _BATCH] for k, v in inputs.items()}) for s in range(0, n, _BATCH)]
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


class _Network:
    """The optimised graph, cut into sessions and emulated operators."""

    def __init__(self, model: "ModelProto", folder: Path, summed: Summed) -> None:
        self._model, self._folder, self._summed, self._constants = model, folder, summed, Constants(model)
        self._known = {i.name: i for i in model.graph.input}
        self._outputs = [o.name for o in model.graph.output]
        risky = _risky(model)
        self._cuts = [self._cut(node) for node in model.graph.node if output(node) in risky]
        self._last = self._session(self._outputs)

    def run(self, feeds: "dict[str, Array]") -> "list[Array]":
        values: dict[str, Any] = dict(feeds)
        for cut in self._cuts:
            values |= _answers(cut.session, values)
            given = [values[name] if name in values else self._constants.value(name) for name in cut.node.input]
            values[cut.node.output[0]] = KERNELS[cut.node.op_type](cut.node, given, self._summed)
        values |= _answers(self._last, values)
        return [values[name] for name in self._outputs]

    def _cut(self, node: "NodeProto") -> _Cut:
        if node.op_type not in KERNELS:
            raise StepFailed("not-simulated", kind=node.op_type, why="no emulation of it is known")
        cut = _Cut(node, self._session([n for n in node.input if n and self._constants.value(n) is None]))
        self._known[node.output[0]] = _described(node, self._constants)
        return cut

    def _session(self, names: list[str]) -> "ort.InferenceSession | None":
        """A session from what is known so far to what is not, of the values of these names."""
        wanted = [name for name in names if name not in self._known]
        if not wanted:
            return None
        path = self._folder / f"{len(self._known)}-{len(wanted)}.onnx"
        path.write_bytes(_part(self._model, self._known, wanted).SerializeToString())
        return open_session(path, threads=0)


def _answers(session: "ort.InferenceSession | None", values: dict[str, Any]) -> dict[str, Any]:
    """A session's outputs by name; none where there is no session."""
    if session is None:
        return {}
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, {i.name: values[i.name] for i in session.get_inputs()}), strict=True))


def _optimised(file: GraphFile, folder: Path) -> "ModelProto":
    """The graph as ONNX Runtime runs it on this machine, dynamic products in their parts."""
    path = folder / "optimised.onnx"
    open_session(file.path, optimized=path, without=_UNFUSED)
    return GraphFile(path).load()


def _risky(model: "ModelProto") -> set[str]:
    """Outputs of the operators that are not certified. What the runtime left in float does run in float."""
    found = zip(products(model), judged(model).operators, strict=True)
    return {p.node for p, told in found if told.verdict != "certified" and p.kind not in DEQUANTIZED}


def _part(model: "ModelProto", known: dict[str, Any], wanted: list[str]) -> "ModelProto":
    """The nodes that lead from known values to the wanted ones, as a model."""
    from onnx import ValueInfoProto, helper

    needed, nodes = set(wanted), []
    for node in reversed(model.graph.node):
        if any(o in needed and o not in known for o in node.output):
            nodes.append(node)
            needed |= set(node.input)
    ends = [known[name] for name in known if name in needed]
    tensors = [t for t in model.graph.initializer if t.name in needed]
    answers = [ValueInfoProto(name=name) for name in wanted]
    graph = helper.make_graph(nodes[::-1], "part", ends, answers, tensors)
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


def _described(node: "NodeProto", constants: Constants) -> Any:
    """Name and type of an emulated operator's output: that of its output's zero point, where it has one."""
    from onnx import TensorProto, helper

    zero = constants.value(node.input[_ZERO_OUT[node.op_type]]) if _ZERO_OUT.get(node.op_type, 99) < len(node.input) else None
    kind = helper.np_dtype_to_tensor_dtype(zero.dtype) if zero is not None else TensorProto.FLOAT
    return helper.make_tensor_value_info(node.output[0], TensorProto.INT32 if node.op_type == "MatMulInteger" else kind, None)
