"""Whether an artifact answers alike on every CPU: the certificate of its file, or the loss where there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench import words
from workbench.errors import StepFailed
from workbench.graphs.certificate import Certificate, OperatorVerdict, certify
from workbench.graphs.file import GraphFile
from workbench.measure.answers import answers
from workbench.measure.portability import SAMPLES, saturation_loss
from workbench.plots.axis import axis, number, percent, title
from workbench.publish.source import Source
from workbench.records import Measurement


@dataclass(frozen=True)
class Portability:
    """A certificate, and where it is refused the emulated loss by metric, or the reason why it is not known."""

    certificate: Certificate
    loss: Mapping[str, Measurement] = field(default_factory=dict)
    unknown: str = ""


def assess(candidate: Source) -> Portability:
    """Certifies a candidate's file; what is not certified is emulated on the first validation samples."""
    assert candidate.file is not None
    file, study = GraphFile(candidate.file), candidate.study
    certificate = certify(file)
    if certificate.portable:
        return Portability(certificate)
    task, truth = study.task, None
    try:
        if task.kind == "outputs":
            truth = answers(GraphFile(study.baseline.file), task.validation.head(SAMPLES))
        return Portability(certificate, saturation_loss(file, task.validation, task.kind, truth))
    except StepFailed as error:
        return Portability(certificate, unknown=str(error))


def told(portability: Mapping[str, Any], metric: str) -> str:
    """What the manifest's "portability" says, for the card."""
    operators = (OperatorVerdict(o["name"], o["kind"], o["code"], o["fields"]) for o in portability["operators"])
    parts = [Certificate(tuple(operators)).sentence, portability["unknown"]]
    loss = portability["loss"]
    if metric in loss:
        m = Measurement.from_json(loss[metric])
        shown = axis([m])
        said = {
            "metric": title(metric),
            "gap": shown.gap(m.value),
            "low": number(m.low * shown.factor),
            "high": shown.gap(m.high),
        }
        parts.append(words.say("card-emulated", n=number(m.n, 9), **said))
    if "agreement" in loss:
        parts.append(words.say("card-emulated-alike", share=percent(loss["agreement"]["value"])))
    return " ".join(part for part in parts if part)
