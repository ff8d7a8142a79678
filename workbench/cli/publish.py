"""`workbench publish`: a measured candidate becomes a versioned artifact."""

from typing import TYPE_CHECKING

import click

from workbench.cli.answers import as_json, print_json
from workbench.errors import NotFound

if TYPE_CHECKING:
    from workbench.study import Candidate, Study


@click.command()
@click.argument("study")
@click.argument("name")
@click.option("--candidate", "id", help="The candidate's id, as `workbench show` prints it. Default: the best one.")
@click.option("--max-drop", default=0.03, show_default=True, help="How much the best one may lose, in the measure's own unit.")
@click.option("--alias", help="A word that this version is found by from now on, for instance champion.")
@as_json
def publish(study: str, name: str, id: str | None, max_drop: float, alias: str | None, as_json: bool) -> None:
    """Publishes a candidate of STUDY under NAME: the smallest within --max-drop, or the one of --candidate."""
    import workbench as wb

    opened = wb.Study.open(study)
    chosen = _named(opened, id) if id else opened.frontier("size_bytes", opened.task.metric).best(max_drop=max_drop)
    artifact = chosen.publish(name, alias=alias)
    if as_json:
        print_json({"name": artifact.name, "version": artifact.version, "path": str(artifact.path)})
    else:
        click.echo(f"{artifact.name} version {artifact.version}, made by {chosen.name}")
        click.echo(str(artifact.path))


def _named(study: "Study", id: str) -> "Candidate":
    for candidate in study.candidates:
        if str(candidate.id) == id:
            return candidate
    known = ", ".join(str(c.id) for c in study.candidates) or "none"
    raise NotFound("no-candidate", name=study.name, candidate=id, known=known)
