"""What ONNX Runtime really runs, told of each operator: one that is stored in integers may be computed in float all the same.

A quantized file says scales around operators; which of these the runtime fuses into an integer kernel depends on types,
on neighbours and on the CPU, and is read off the graph that it runs.
"""

from collections.abc import Iterator, Sequence

from workbench.graphs.fused import Ran
from workbench.records import Line


def as_run(lines: Sequence[Line], found: Sequence[Ran]) -> tuple[Line, ...]:
    """The lines, those of operators that run in float by now untouched, with the kernel that they fall back to.

    A node is found by its layer's name, one without a name (it has no weights) by its place among those.
    """
    products = [node for node in found if node.integer or node.float]
    named = {node.layer for node in products} - {""}
    unnamed = [line for line in lines if _without_name(line)]
    kernels = {name: iter([node for node in products if node.layer == name]) for name in named}
    loose = [node for node in products if not node.layer and node.operator in _MATRICES]
    kernels[""] = iter(loose if len(loose) == len(unnamed) else [])
    return tuple(_line(line, kernels.get("" if _without_name(line) else line.layer, iter(()))) for line in lines)


_MATRICES = ("MatMul", "FusedMatMul", "Gemm", "FusedGemm", "QLinearMatMul", "QGemm", "MatMulIntegerToFloat", "MatMulInteger")


def _without_name(line: Line) -> bool:
    return line.layer.startswith(f"{line.kind}_")


def _line(line: Line, kernels: Iterator[Ran]) -> Line:
    kernel = next(kernels, None)
    if kernel is None or kernel.integer or not line.touched:
        return line
    return Line(line.layer, line.kind, False, "falls-back", {"operator": kernel.operator})
