"""What ONNX Runtime really runs, told of each operator: one that is stored in integers may be computed in float all the same.

A quantized file says scales around operators; which of these the runtime fuses into an integer kernel depends on types,
on neighbours and on the CPU, and is read off the graph that it runs.
"""

from collections.abc import Collection, Iterator, Sequence

from workbench.graphs.fused import Ran
from workbench.records import Line


def as_run(lines: Sequence[Line], found: Sequence[Ran], nameless: Collection[str]) -> tuple[Line, ...]:
    """The lines, those of operators that run in float by now untouched, with the kernel that they fall back to.

    A node is found by its layer's name, one without a name (it has no weights) by its place among those: `nameless` are
    what these are called in the lines. A layer may be called so too, and is known by its weights' node having that name.
    """
    products = [node for node in found if node.integer or node.float]
    named = {node.layer for node in products} - {""}
    keys = ["" if line.layer in nameless and line.layer not in named else line.layer for line in lines]
    kernels = {name: iter([node for node in products if node.layer == name]) for name in named}
    loose = [node for node in products if not node.layer and node.operator in _MATRICES]
    kernels[""] = iter(loose if len(loose) == keys.count("") else [])
    return tuple(_line(line, kernels.get(key, iter(()))) for line, key in zip(lines, keys, strict=True))


_MATRICES = ("MatMul", "FusedMatMul", "Gemm", "FusedGemm", "QLinearMatMul", "QGemm", "MatMulIntegerToFloat", "MatMulInteger")


def _line(line: Line, kernels: Iterator[Ran]) -> Line:
    kernel = next(kernels, None)
    if kernel is None or kernel.integer or not line.touched:
        return line
    return Line(line.layer, line.kind, False, "falls-back", {"operator": kernel.operator})
