"""`workbench reproduce`: the command behind a table or a picture again, and each figure beside the one that it was."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.answers import as_json, print_json, print_table
from workbench.cli.progress import showing
from workbench.errors import Damaged, InputError

if TYPE_CHECKING:
    from workbench.receipts import Compared, Figure


@click.command()
@click.argument("receipt", type=click.Path(path_type=Path))
@as_json
@click.pass_context
def reproduce(context: click.Context, receipt: Path, as_json: bool) -> None:
    """Makes what RECEIPT is of again, and says of each figure whether it lies in its old interval.

    RECEIPT is the file beside a table or a picture, for instance frontier.receipt.json. The exit code is 0 where all lie
    inside, 1 where one does not, and 2 where the receipt cannot be run here.
    """
    import workbench as wb

    try:
        with _cleared_away(), showing() as on_event:
            found = wb.reproduce(receipt, on_event=on_event)
    except (InputError, Damaged) as error:
        click.echo(str(error), err=True)
        context.exit(2)
    if as_json:
        print_json(found.to_json())
    else:
        print_table(["figure", "old interval", "now", "verdict"], [_row(row) for row in found.figures])
        click.echo(found.sentence)
    context.exit(0 if found.holds else 1)


@contextmanager
def _cleared_away() -> Iterator[None]:
    """When the command is told to end (SIGTERM), its process, its workers and its home end with it, as they do by Ctrl-C."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _row(row: "Compared") -> list[str]:
    now = "not found" if row.now is None else _interval(row.now) if row.figure.local else _said(row.now.value)
    return [row.figure.name, _interval(row.figure), f"{now} {row.figure.unit}".rstrip(), row.verdict]


def _interval(figure: "Figure") -> str:
    if figure.low == figure.high:
        return _said(figure.value)
    return f"{_said(figure.value)} [{_said(figure.low)}, {_said(figure.high)}]"


def _said(value: float) -> str:
    """A count in full, so that one byte shows; other figures in five digits."""
    return f"{value:,.0f}" if value == round(value) else f"{value:.5g}"
