"""What ONNX Runtime makes of a file: the operators that really run, integer and float.

A quantized file says QuantizeLinear and DequantizeLinear around float operators; only after the runtime has fused them is
it known which of them compute in integers. So the runtime's own optimised graph is read.
"""

import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from workbench.graphs.runtime import open_session

_INTEGER = {"ConvInteger", "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"}
_INTEGER |= {"QGemm", "QAttention", "QEmbedLayerNormalization", "MatMulNBits"}
_FLOAT = {"Conv", "FusedConv", "ConvTranspose", "NhwcFusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"}
_FLOAT |= {"LSTM", "GRU", "RNN", "Attention", "MultiHeadAttention"}


_DERIVED = re.compile(r"^fused |(_MatMul)?(_quant)?(/\w*Fusion/?)?(_token_\d+)?$")
"""What the quantizer and the runtime add to a node's name when they make another of it."""


@dataclass(frozen=True)
class Ran:
    """A node as ONNX Runtime runs it: its layer as far as its name tells, and its operator."""

    layer: str
    operator: str

    @property
    def integer(self) -> bool:
        return self.operator in _INTEGER or self.operator.startswith("QLinear")

    @property
    def float(self) -> bool:
        """Whether it multiplies matrices, or convolves, in floating point."""
        return self.operator in _FLOAT


def ran(path: Path | str) -> list[Ran]:
    """What runs, in its order, when ONNX Runtime loads the file on this CPU. Raises `StepFailed`."""
    import onnx

    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        optimised = Path(folder) / "optimised.onnx"
        open_session(path, optimized=optimised)
        nodes = onnx.load(str(optimised), load_external_data=False).graph.node
        return [Ran(_DERIVED.sub("", node.name), node.op_type) for node in nodes]


def integer_operators(path: Path | str) -> dict[str, int]:
    """How many operators of each type compute in integers."""
    return dict(sorted(Counter(node.operator for node in ran(path) if node.integer).items()))


def float_operators(path: Path | str) -> dict[str, int]:
    """How many operators of each type multiply matrices, or convolve, in floating point."""
    return dict(sorted(Counter(node.operator for node in ran(path) if node.float).items()))
