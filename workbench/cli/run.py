"""`workbench run`: recipes from files, carried out one after the other."""

from typing import TYPE_CHECKING, TextIO

import click

from workbench.cli.answers import as_json, candidate_json, print_candidates, print_json
from workbench.cli.progress import showing
from workbench.errors import InputError

if TYPE_CHECKING:
    from workbench.recipes import Recipe


@click.command()
@click.argument("study")
@click.argument("recipes", metavar="RECIPE...", type=click.File(encoding="utf-8"), nargs=-1, required=True)
@as_json
@click.pass_context
def run(context: click.Context, study: str, recipes: tuple[TextIO, ...], as_json: bool) -> None:
    """Runs the RECIPE files (YAML; - reads standard input) in STUDY and measures what they give.

    A recipe that the study has measured already is not run again. The exit code is 1 when a candidate failed.
    """
    import workbench as wb

    asked = [_recipe(file) for file in recipes]
    opened = wb.Study.open(study)
    with showing() as on_event:
        candidates = opened.run(asked, on_event=on_event)
    if as_json:
        print_json([candidate_json(c) for c in candidates])
    else:
        print_candidates(candidates, opened.metric)
    unfinished = [c for c in candidates if c.status != "measured"]
    for candidate in unfinished:
        click.echo(f"{candidate.name}: {candidate.reason}", err=True)
    context.exit(1 if unfinished else 0)


def _recipe(file: TextIO) -> "Recipe":
    """The recipe in a file; a refusal names the file first."""
    import workbench as wb

    try:
        return wb.Recipe.from_yaml(_text(file))
    except InputError as error:
        if error.code == "recipe-file":
            raise
        raise InputError("recipe-in-file", path=file.name, why=str(error)) from error


def _text(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise InputError("recipe-file", path=file.name) from None
