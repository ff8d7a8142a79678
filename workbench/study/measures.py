"""All measures of a candidate: its final file is slimmed, held against the truth, scored and timed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.errors import StepFailed
from workbench.events import Progress
from workbench.export.onnx_file import CHECKED
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import against_reference
from workbench.graphs.tidy import tidy
from workbench.measure import answers, file_measures, quality, speed
from workbench.measure.quality import as_measures, metric
from workbench.records import Measurement
from workbench.study.answered import keep_answers
from workbench.study.surroundings import Work
from workbench.tasks.task import Array, Split

VERSION = 3
REFERENCE_SAMPLES = 16
REFERENCE_LIMIT = 0.05
"""How far ONNX Runtime may be from the reference evaluator, as a share of the largest output: integer kernels round a
value that lies between two steps to the other one, and half precision sums in another order."""


def measure(
    work: Work, file: GraphFile, exported: GraphFile, reference: GraphFile, to: Path
) -> tuple[dict[str, Measurement], Any]:
    """Writes the final file to `to`, and returns its measures by name, and what it was held against (JSON).

    `exported` is the float file that it came from, `reference` the study's baseline. Raises `StepFailed` where the file
    does not agree with the ONNX reference evaluator.
    """
    desk, task = work.desk, work.task
    if file == exported:
        to.write_bytes(file.path.read_bytes())
        final, parity = GraphFile(to), {"truth": "PyTorch", "samples": min(CHECKED, len(task.validation))}
    else:
        final = GraphFile.save(tidy(file.load()), to)
        parity = _held_to_reference(final, task.validation)
    desk.emit(Progress("Measure", 1, 3))
    given = answers(final, task.validation, check=desk.check)
    truth = given if work.baseline is None else answers(reference, task.validation, check=desk.check)
    keep_answers(work.objects, final.digest, task.validation, given)
    found = quality(given, task.validation, task.kind, truth)
    if file != exported:
        found |= _to_parent(given, answers(exported, task.validation, check=desk.check), task.validation)
    desk.emit(Progress("Measure", 2, 3))
    found = as_measures(found, final.digest) | file_measures(final)
    timed = speed(final, final if work.baseline is None else reference, task.validation, check=desk.check)
    if work.baseline is None:
        timed = {name: _by_definition(m) if name.startswith("speedup") else m for name, m in timed.items()}
    desk.emit(Progress("Measure", 3, 3))
    return found | timed, parity


def _held_to_reference(file: GraphFile, split: Split) -> dict[str, Any]:
    parity = against_reference(file, split.head(REFERENCE_SAMPLES).arrays, REFERENCE_LIMIT)
    if not parity.holds:
        raise StepFailed("parity", truth=parity.truth, difference=f"{parity.difference:.2g}", limit=f"{parity.limit:g}")
    return dict(parity.__dict__)


def _to_parent(given: list[Array], parent: list[Array], split: Split) -> dict[str, Measurement]:
    """How often the file answers as the float file that it was made from, or how far from it where nothing can agree."""
    found = quality(given, replace_targets(split), "outputs", parent)
    name = metric("outputs", found)
    return {f"parent_{name}": replace(found[name], name=f"parent_{name}")}


def replace_targets(split: Split) -> Split:
    """The split without its labels."""
    return Split(split.name, split.inputs, None)


def _by_definition(m: Measurement) -> Measurement:
    """The baseline is as fast as itself."""
    return replace(m, value=1.0, low=1.0, high=1.0, method="definition")
