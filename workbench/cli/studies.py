"""`workbench studies` and `workbench show`: what is there."""

from typing import TYPE_CHECKING, Any

import click

from workbench.cli.answers import as_json, candidate_json, print_candidates, print_json, print_remarks, print_table, said

if TYPE_CHECKING:
    from workbench.study import Candidate, Study


@click.command()
@as_json
def studies(as_json: bool) -> None:
    """Lists the studies of this home."""
    import workbench as wb

    rows = [_summary(name) for name in wb.studies()]
    if as_json:
        print_json(rows)
    elif rows:
        cells = [[row["name"], row["task"], str(row["measured"]), str(row["failed"])] for row in rows]
        print_table(["study", "task", "measured", "failed"], cells)
    else:
        click.echo("No study is here yet. `workbench demo` makes one.")


@click.command()
@click.argument("study")
@click.argument("candidate", required=False)
@as_json
def show(study: str, candidate: str | None, as_json: bool) -> None:
    """Shows the baseline and every candidate of STUDY with its measures; of one CANDIDATE ("c1") all that is known."""
    import workbench as wb

    opened = wb.Study.open(study)
    if candidate is not None:
        one = opened.candidate(candidate)
        print_json(candidate_json(one)) if as_json else _print_candidate(one)
    elif as_json:
        candidates = [candidate_json(c) for c in opened.candidates]
        print_json({"name": study, "baseline": candidate_json(opened.baseline), "candidates": candidates})
    else:
        _print_study(opened)


def _print_study(study: "Study") -> None:
    metric = study.metric
    measures = study.baseline.measures
    figures = ", ".join(f"{name} {said(measures.get(name))}" for name in (metric, "size_bytes", "latency_b1_ms"))
    click.echo(f"{study.name}: {study.task.name}, baseline {figures}")
    print_candidates(study.candidates, metric, layers=True)


def _print_candidate(candidate: "Candidate") -> None:
    """Every measure, and what each step did to each layer."""
    click.echo(f"{candidate.id}  {candidate.name}  {candidate.status}" + (f": {candidate.reason}" if candidate.reason else ""))
    if candidate.measures:
        print_table(["measure", "value"], [[name, said(m)] for name, m in candidate.measures.items()])
        print_remarks([candidate])
    if candidate.report:
        click.echo(candidate.report)


def _summary(name: str) -> dict[str, Any]:
    import workbench as wb

    study = wb.Study.open(name)
    states = [c.status for c in study.candidates]
    return {"name": name, "task": study.task.name, "measured": states.count("measured"), "failed": states.count("failed")}
