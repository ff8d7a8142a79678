"""Sessions of ONNX Runtime, opened in one way everywhere. Imports no torch and no onnx."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import StepFailed

if TYPE_CHECKING:
    import onnxruntime as ort


def open_session(
    model: Path | str | bytes,
    threads: int = 1,
    provider: str = "CPUExecutionProvider",
    optimized: Path | None = None,
    without: Sequence[str] = (),
    plain: bool = False,
) -> "ort.InferenceSession":
    """A session on a file, or on the bytes of one, with `threads` threads inside an operator.

    `optimized` names a file that the runtime writes the graph to as it runs it, and `without` names those of its
    optimisations that are left out; `plain` leaves out all of them. Threads do not spin while they wait, so that an idle
    session takes nothing from the one that is timed. Raises `StepFailed` with the runtime's own words.
    """
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if optimized is not None:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimized)
    if plain:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        given = model if isinstance(model, bytes) else str(model)
        return ort.InferenceSession(given, options, providers=[provider], disabled_optimizers=list(without))
    except Exception as error:
        name = "these bytes" if isinstance(model, bytes) else Path(model).name
        raise StepFailed("runtime-refuses", path=name, why=str(error).splitlines()[0][:300]) from error
