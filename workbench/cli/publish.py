"""`workbench publish`: a measured candidate becomes a versioned artifact."""

import click

from workbench.cli.answers import as_json, print_json


@click.command()
@click.argument("study")
@click.argument("name")
@click.option("--candidate", "id", help="The candidate's id, as `workbench show` prints it. Default: the best one.")
@click.option("--max-drop", default=0.03, show_default=True, help="How much the best one may lose, in the measure's own unit.")
@click.option("--alias", help="A word that this version is found by from now on, for instance champion.")
@click.option("--licence", default="unspecified", show_default=True, help="The licence of the model, as the card says it.")
@click.option("--intended-use", default="", help="What the model is for, and what it is not for.")
@click.option("--packed", is_flag=True, help="Stores the file packed: smaller, and unpacked in memory when it is loaded.")
@as_json
def publish(
    study: str,
    name: str,
    id: str | None,
    max_drop: float,
    alias: str | None,
    licence: str,
    intended_use: str,
    packed: bool,
    as_json: bool,
) -> None:
    """Publishes a candidate of STUDY under NAME: the smallest within --max-drop, or the one of --candidate."""
    import workbench as wb

    opened = wb.Study.open(study)
    chosen = opened.candidate(id) if id else opened.frontier().best(max_drop=max_drop)
    artifact = chosen.publish(name, alias=alias, licence=licence, intended_use=intended_use, packed=packed)
    if as_json:
        print_json({"name": artifact.name, "version": artifact.version, "path": str(artifact.path)})
    else:
        click.echo(f"{artifact.name} version {artifact.version}, made by {chosen.name}")
        click.echo(str(artifact.path))
