"""`workbench compare`: what differs between two candidates on the same samples, and what may be said of it."""

from typing import TYPE_CHECKING

import click

from workbench.cli.answers import as_json, print_json, print_table

if TYPE_CHECKING:
    from workbench.study import Comparison


@click.command()
@click.argument("study")
@click.argument("a")
@click.argument("b")
@click.option("--margin", default=0.01, show_default=True, help="The loss that counts as none: 0.01 is one point.")
@as_json
def compare(study: str, a: str, b: str, margin: float, as_json: bool) -> None:
    """Compares the candidate B of STUDY with A ("baseline", "c1", ...): differences with their paired 95 % intervals."""
    import workbench as wb

    opened = wb.Study.open(study)
    found = wb.compare(opened.candidate(a), opened.candidate(b), margin)
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(found.sentence)
        print_table(["measure", a, b, "difference", "95 % interval"], _rows(found))


def _rows(found: "Comparison") -> list[list[str]]:
    from workbench.plots.axis import axis, number

    rows = []
    for name, m in found.measures.items():
        both = [found.reference.measures[name], found.candidate.measures[name]]
        shown = axis(both)
        gap = shown.said if name.startswith("speedup") else shown.gap
        ends = "exact" if m.method == "exact" else f"{number(m.low * shown.factor)} to {number(m.high * shown.factor)}"
        rows.append([name, *(shown.said(one.value) for one in both), gap(m.value), ends])
    return rows
