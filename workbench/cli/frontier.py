"""`workbench frontier`: the Pareto set of a study over two measures."""

from pathlib import Path

import click

from workbench.cli.answers import as_json, candidate_json, print_candidates, print_json


@click.command()
@click.argument("study")
@click.option("-x", default="size_bytes", show_default=True, help="The measure to the right.")
@click.option("-y", help="The measure upwards. Default: the one that the study chooses by, for instance accuracy.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw it into this file (.png or .svg).")
@as_json
def frontier(study: str, x: str, y: str | None, plot: Path | None, as_json: bool) -> None:
    """Shows the candidates of STUDY that no other one beats in both measures, below the baseline."""
    import workbench as wb

    opened = wb.Study.open(study)
    found = opened.frontier(x, y)
    if plot is not None:
        found.plot(plot)
        click.echo(f"The picture is in {plot.absolute()}", err=True)
    if as_json:
        print_json([candidate_json(c) for c in found.candidates])
    else:
        names = dict.fromkeys((*found.measures, opened.metric))
        print_candidates([found.baseline, *found.candidates], opened.metric, list(names))
