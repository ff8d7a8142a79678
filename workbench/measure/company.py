"""What the answers of a dynamically quantized file owe to their company: the other samples of a call, and the threads.

Its scales are taken from all samples of a call, so that a sample alone may be answered otherwise than in a batch.
"""

from dataclasses import replace
from typing import Any

from workbench import machine
from workbench.graphs.call_scaled import call_scaled
from workbench.graphs.file import GraphFile
from workbench.measure.answers import BATCH, Check, answers_afresh, finite
from workbench.measure.quality import likeness
from workbench.records import Measurement, noted
from workbench.tasks.task import Array, Split

SAMPLES = 512
"""So many samples are answered alone, the first of the split."""


_SENTENCES = {"batch": ("batch-share", "batch-error"), "thread": ("thread-share", "thread-error")}


def company(file: GraphFile, split: Split, given: list[Array], check: Check = lambda: None) -> dict[str, Measurement]:
    """How far a file's answers depend on who else is in the batch; nothing for a file whose answers do not.

    `given` are its answers to the split in batches of 64. `batch_agreement` is the share of the first 512 samples that it
    answers alike alone, `batch_relative_error` the difference where outputs have no largest. For an LSTM in 8 bits on a
    machine of several cores `thread_agreement` likewise holds one thread against the runtime's default.
    """
    kinds = call_scaled(file.load())
    if not kinds:
        return {}
    part = split.head(SAMPLES)
    together = [output[: len(part)] for output in given]
    alone = finite(answers_afresh(file, part, batch=1, check=check), part)
    found = [_told("batch", likeness("batch", alone, together, part))]
    if "DynamicQuantizeLSTM" in kinds and machine.cores() > 1:
        one = finite(answers_afresh(file, part, threads=1, check=check), part)
        found.append(_told("thread", likeness("thread", one, together, part)))
    return {m.name: m for m in found}


def with_remarks(m: Measurement, found: dict[str, Measurement]) -> Measurement:
    """A figure of quality that says on what company it depends, for the measures that `company` found."""
    remarks = [other.details["remarks"][-1] for other in found.values()]
    return replace(m, details={**m.details, **noted([*m.details.get("remarks", ()), *remarks])})


def _told(of: str, m: Measurement) -> Measurement:
    """The measure with its sentence: "of 512 samples 99.2 % are answered alike alone and in batches of 64"."""
    said: dict[str, Any] = {"n": m.n, "share": _percent(m.value), "low": _percent(m.low), "high": _percent(m.high)}
    fields = {"batch": BATCH} if of == "batch" else {"cores": machine.cores()}
    share, error = _SENTENCES[of]
    code = share if m.name.endswith("agreement") else error
    return replace(m, details={**m.details, **noted([*m.details.get("remarks", ()), (code, said | fields)])})


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
