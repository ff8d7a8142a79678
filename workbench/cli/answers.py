"""How an answer is written: JSON for programs, a table for people, plain columns when the output is piped."""

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from workbench.records import Measurement
    from workbench.study import Candidate

as_json: Callable[..., Any] = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


_HEADS = {"size_bytes": "size", "packed_bytes": "packed", "speedup_b1": "speed-up, batch 1"}


def print_json(value: Any) -> None:
    click.echo(json.dumps(_strict(value), indent=1, ensure_ascii=False, default=str))


def _strict(value: Any) -> Any:
    """NaN and infinity as null: they are no JSON, and strict readers refuse them."""
    if isinstance(value, Mapping):
        return {key: _strict(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with rules on a terminal; piped, columns of text that are never cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    table = Table(box=box.SIMPLE_HEAD if terminal else None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout, width=None if terminal else 400).print(table)


def candidate_json(candidate: "Candidate") -> dict[str, Any]:
    return {
        "id": candidate.id,
        "name": candidate.name,
        "status": candidate.status,
        "reason": str(candidate.reason) if candidate.reason else None,
        "recipe": candidate.recipe.to_yaml(),
        "digest": candidate.recipe.digest,
        "file": str(candidate.file) if candidate.file else None,
        "measures": {name: measurement.to_json() for name, measurement in candidate.measures.items()},
        "reports": [report.to_json() for report in candidate.reports],
    }


def print_candidates(
    candidates: Sequence["Candidate"], metric: str, names: Sequence[str] | None = None, layers: bool = False
) -> None:
    """Id, recipe and measures with their 95 % intervals; under the table those that gave no file.

    `names` are the measures to show, by default the metric, sizes and speed-up; `layers` adds what each step touched.
    """
    names = (metric, "size_bytes", "packed_bytes", "speedup_b1") if names is None else names
    measured = [c for c in candidates if c.status == "measured"]
    rows = [[c.id, c.name, *(said(c.measures.get(name)) for name in names), *([touched(c)] * layers)] for c in measured]
    if rows:
        print_table(["id", "recipe", *(_HEADS.get(name, name) for name in names), *(["layers touched"] * layers)], rows)
    print_remarks(measured)
    for c in candidates:
        if c.status != "measured":
            click.echo(f"{c.id}  {c.name}  {c.status}" + (f": {c.reason}" if c.reason else ""))


def print_remarks(candidates: Sequence["Candidate"]) -> None:
    """What has to be said beside figures, each sentence once, after the candidates that it is true of."""
    found: dict[str, dict[str, None]] = {}
    for candidate in candidates:
        for sentence in (sentence for m in candidate.measures.values() for sentence in m.remarks):
            found.setdefault(sentence, {})[candidate.id] = None
    for sentence, ids in found.items():
        click.echo(f"{', '.join(ids)}: {sentence}")


def touched(candidate: "Candidate") -> str:
    """How many layers each step changed, of those that it looked at: "StructuredPruning 7 of 9, Export 1 of 1"."""
    counted = [(r.step, len(r.touched), len(r.lines)) for r in candidate.reports if r.lines]
    return ", ".join(f"{step} {hit} of {of}" for step, hit, of in counted)


def said(measurement: "Measurement | None") -> str:
    """A figure with its unit, and its interval where it has one: "94.2 % [91.3, 96.1]"."""
    from workbench.plots.axis import axis, number

    if measurement is None:
        return "not measured"
    shown = axis([measurement])
    text = shown.said(measurement.value)
    if measurement.low == measurement.high:
        return text
    return f"{text} [{number(measurement.low * shown.factor)}, {number(measurement.high * shown.factor)}]"
