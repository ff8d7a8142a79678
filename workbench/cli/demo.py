"""`workbench demo`: the main job on scikit-learn's digits, through the public API only."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.answers import print_candidates, said
from workbench.cli.progress import showing
from workbench.errors import StepFailed

if TYPE_CHECKING:
    from workbench.recipes import Recipe
    from workbench.study import Candidate, Study

STUDY = "demo"
RATIOS = (0.0, 0.25, 0.5, 0.7)
FORMATS = ("HalfPrecision", "DynamicQuantization", "StaticQuantization")


@click.command()
def demo() -> None:
    """Prunes, distils and quantizes a network in 15 ways, measures each, draws the frontier, publishes the best.

    The network is a small ResNet on scikit-learn's digits; nothing is downloaded. A second run reuses what is finished.
    """
    click.echo("Fitting a baseline on digits, then 15 recipes. Every figure is measured on the ONNX file itself.", err=True)
    study = _study()
    candidates = _run(study)
    print_candidates(candidates, study.metric)
    failed = [c for c in candidates if c.status != "measured"]
    if failed:
        raise StepFailed("demo-failed", count=len(failed), of=len(candidates), name=failed[0].name, reason=failed[0].reason)
    _finish(study)


def recipes() -> "list[Recipe]":
    """Four structures (the network as it is, and three cuts with distillation), each in float32 and in three formats."""
    import workbench as wb

    cuts = [[wb.StructuredPruning(ratio=r), wb.Distillation(epochs=3)] if r else [] for r in RATIOS]
    formats = [[], *([getattr(wb, name)()] for name in FORMATS)]
    return [wb.Recipe([*cut, *form]) for cut in cuts for form in formats if cut or form]


def _study() -> "Study":
    import workbench as wb

    task = wb.tasks.load("digits")
    with showing("baseline") as on_event:
        fitted = wb.fit(wb.models.create("resnet8", task, seed=0), task, epochs=10, seed=0, on_event=on_event)
        return wb.Study.open(STUDY, task=task, model=fitted, on_event=on_event)


def _run(study: "Study") -> "list[Candidate]":
    with showing() as on_event:
        return study.run(recipes(), on_event=on_event)


def _finish(study: "Study") -> None:
    from workbench.files import home
    from workbench.receipts import beside

    frontier = study.frontier("size_bytes", study.metric)
    picture = home() / "demo" / "frontier.png"
    picture.parent.mkdir(exist_ok=True)
    frontier.plot(picture)
    best = frontier.best(max_drop=0.03)
    artifact = best.publish("demo-small", alias="champion")
    metric = study.metric
    click.echo(f"baseline: {metric} {said(study.baseline.measures[metric])}, {said(study.baseline.measures['size_bytes'])}")
    click.echo(f"best within 3 points: {best.name}, {said(best.measures[metric])}, {said(best.measures['size_bytes'])}")
    click.echo(f"picture of the frontier: {picture}")
    click.echo(f"its receipt: {beside(picture)}")
    click.echo(f"published artifact: {artifact.path}")
    _next(artifact.path, beside(picture))


def _next(artifact: Path, receipt: Path) -> None:
    click.echo(f"""
What to type next, with .venv/bin/workbench or after `source .venv/bin/activate`:
  workbench show {STUDY}                every measure, with intervals
  workbench frontier {STUDY} -x latency_b1_ms --plot speed.png
  workbench reproduce {receipt}
                                     all of this again from nothing: does every figure lie where it lay?
  workbench dashboard                the same by sliders
  python -c "import workbench as wb; print(wb.load_artifact('{artifact}'))\"""")
