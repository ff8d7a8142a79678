"""All measures of a candidate: its final file is slimmed, held against the truth, opened from disk in a fresh process,
scored there and timed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench import words
from workbench.events import Progress
from workbench.export.onnx_file import CHECKED
from workbench.files import write_atomic
from workbench.graphs.file import GraphFile
from workbench.graphs.reference import against_reference, where_it_parts
from workbench.graphs.tidy import tidy
from workbench.jobs import Desk
from workbench.measure import file_measures, quality, speed
from workbench.measure.company import company, with_remarks
from workbench.measure.quality import as_measures, likeness, metric
from workbench.measure.reloaded import reloaded
from workbench.records import Measurement
from workbench.study.answered import answers_of, keep_answers
from workbench.study.surroundings import Work
from workbench.tasks.task import Array, Split

VERSION = 4
REFERENCE_SAMPLES = 16
REFERENCE_LIMIT = 0.05
"""How far ONNX Runtime may be from the reference evaluator, as a share of the largest output: integer kernels round a
value that lies between two steps to the other one, and half precision sums in another order."""


def measure(
    work: Work, file: GraphFile, exported: GraphFile, reference: GraphFile, to: Path
) -> tuple[dict[str, Measurement], Any]:
    """Writes the final file to `to`, and returns its measures by name, and what it was held against (JSON).

    `exported` is the float file that it came from, `reference` the study's baseline. Raises `StepFailed` where the file
    does not agree with the ONNX reference evaluator, and where a fresh process answers with it otherwise than this one.
    """
    desk, split = work.desk, work.task.validation
    written = file.path.read_bytes() if file == exported else tidy(file.load()).SerializeToString(deterministic=True)
    write_atomic(to, written)
    final = GraphFile(to)
    parity = {"truth": "PyTorch", "samples": min(CHECKED, len(split))}
    if file != exported:
        parity = _held_to_reference(final, split, desk)
    desk.emit(Progress("Measure", 1, 3))
    given = reloaded(final, written, split, desk.check)
    keep_answers(work.objects, final.digest, split, given)
    found = _scored(work, final, given, reference)
    if file != exported:
        parent = likeness("parent", given, answers_of(work.objects, exported, split, desk.check), split)
        found |= as_measures({parent.name: parent}, final.digest)
    desk.emit(Progress("Measure", 2, 3))
    found |= file_measures(final)
    timed = speed(final, final if work.baseline is None else reference, split, check=desk.check)
    if work.baseline is None:
        timed = {name: _by_definition(m) if name.startswith("speedup") else m for name, m in timed.items()}
    desk.emit(Progress("Measure", 3, 3))
    return found | timed, parity


def _scored(work: Work, file: GraphFile, given: list[Array], reference: GraphFile) -> dict[str, Measurement]:
    """The task's metrics of a file's answers to validation, and what they owe to their batch."""
    kind, split, check = work.task.kind, work.task.validation, work.desk.check
    truth = given if work.baseline is None else answers_of(work.objects, reference, split, check)
    found, owed = quality(given, split, kind, truth), company(file, split, given, check)
    chosen = metric(kind, found)
    found[chosen] = with_remarks(found[chosen], owed)
    return as_measures(found | owed, file.digest)


def _held_to_reference(file: GraphFile, split: Split, desk: Desk) -> dict[str, Any]:
    feeds = split.head(REFERENCE_SAMPLES).arrays
    parity = against_reference(file, feeds, REFERENCE_LIMIT)
    if not parity.holds:
        found = where_it_parts(file, feeds, REFERENCE_LIMIT, desk.check)
        raise parity.failure(found.part if found else words.part("differs-no-more"))
    return dict(parity.__dict__)


def _by_definition(m: Measurement) -> Measurement:
    """The baseline is as fast as itself."""
    return replace(m, value=1.0, low=1.0, high=1.0, method="definition")
