"""What ONNX Runtime makes of a file: the operators that really run, integer and float.

A quantized file says QuantizeLinear and DequantizeLinear around float operators; only after the runtime has fused them is
it known which of them compute in integers. So the runtime's own optimised graph is read.
"""

import tempfile
from collections import Counter
from pathlib import Path

from workbench.graphs.runtime import open_session

_INTEGER = {"ConvInteger", "MatMulInteger", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"}
_INTEGER |= {"QGemm", "QAttention", "QEmbedLayerNormalization", "MatMulNBits"}
_FLOAT = {"Conv", "FusedConv", "ConvTranspose", "NhwcFusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul"}
_FLOAT |= {"LSTM", "GRU", "RNN", "Attention", "MultiHeadAttention"}


def operators(path: Path | str) -> dict[str, int]:
    """How many operators of each type run when ONNX Runtime loads the file on this CPU. Raises `StepFailed`."""
    import onnx

    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        optimised = Path(folder) / "optimised.onnx"
        open_session(path, optimized=optimised)
        nodes = onnx.load(str(optimised), load_external_data=False).graph.node
        return dict(sorted(Counter(node.op_type for node in nodes).items()))


def integer_operators(path: Path | str) -> dict[str, int]:
    """Those of `operators` that compute in integers."""
    return {name: count for name, count in operators(path).items() if _is_integer(name)}


def float_operators(path: Path | str) -> dict[str, int]:
    """Those of `operators` that multiply matrices, or convolve, in floating point."""
    return {name: count for name, count in operators(path).items() if name in _FLOAT}


def _is_integer(name: str) -> bool:
    return name in _INTEGER or name.startswith("QLinear")
