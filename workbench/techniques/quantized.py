"""What both quantizations share: ONNX Runtime's tools kept quiet, and a file that is slim, deterministic and proved to run
in integers."""

import contextlib
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import StepFailed
from workbench.graphs import GraphFile
from workbench.graphs.naming import called
from workbench.machine import Machine
from workbench.records import Line, Report
from workbench.techniques.fallbacks import as_run
from workbench.words import part

if TYPE_CHECKING:
    from onnx import ModelProto


def is_arm(machine: Machine) -> bool:
    return any(word in machine.system.lower() for word in ("arm64", "aarch64"))


def bits_for(machine: Machine) -> int:
    """How many bits a weight may have without a risk: AVX2 alone adds pairs of products in 16 bits, and saturates."""
    return 8 if machine.has_int8_dot_product or is_arm(machine) else 7


def require(lines: tuple[Line, ...], file: GraphFile) -> None:
    """Raises `StepFailed` where there is nothing to quantize."""
    if not any(line.touched for line in lines):
        kinds = ", ".join(sorted({line.kind for line in lines})) or part("no-weighted-operator")
        raise StepFailed("nothing-quantized", path=file.path.name, kinds=kinds)


def finished(
    step: str, model: "ModelProto", lines: tuple[Line, ...], before: GraphFile, path: Path
) -> tuple[GraphFile, Report]:
    """The file, slimmed and saved, with its report. Raises `StepFailed` where ONNX Runtime runs none of it in integers."""
    from workbench.graphs.fused import ran
    from workbench.graphs.tidy import tidy

    file = GraphFile.save(tidy(model), path)
    found = ran(file.path)
    if not any(node.integer for node in found):
        raise StepFailed("runs-in-float", step=step)
    figures = {"integer_operators": sum(n.integer for n in found), "float_operators": sum(n.float for n in found)}
    figures |= {"bytes_before": before.size_bytes, "bytes_after": file.size_bytes}
    nameless = {called(node, place) for place, node in enumerate(before.load().graph.node) if not node.name}
    return file, Report(step, as_run(lines, found, nameless), {name: float(value) for name, value in figures.items()})


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The quantizer logs advice that this library has followed already, and prints; what matters comes as an exception."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(level)
