"""The page in a real Chromium, against its targets. Writes page.md beside this file; about eight minutes, on a quiet machine.

A server of its own over a fresh home, a new visitor for each part. `--loads 3 --runs 20 --only opening,saved` tries it quickly.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import stocked
import used
from receipt import keep
from served import Served, served
from used import Line

import workbench as wb
from workbench import jobs

PRUNE = wb.Recipe([wb.StructuredPruning(ratio=0.5)])


def _usual(page: Served, given: argparse.Namespace) -> Iterator[Line]:
    study = stocked.usual()
    with page.tab(study.name) as tab:
        tab.recipe(PRUNE)
        yield from used.moving(tab, "a usual network", given.moves)
        yield from used.following(tab, given.moves)
        yield from used.flooded(tab, study, given.events)
        yield from used.cancelling(tab, given.cancels)
        yield from used.kernel(tab)


def _layered(page: Served, given: argparse.Namespace) -> Iterator[Line]:
    with page.tab(stocked.layered(given.layers).name) as tab:
        tab.recipe(PRUNE)
        yield from used.moving(tab, f"{given.layers:,} layers", given.moves)


def _files(page: Served, given: argparse.Namespace) -> Iterator[Line]:
    with page.tab(stocked.stocked("many files", given.files).name) as tab:
        yield from used.pointing(tab, given.files)


def _saved(page: Served, given: argparse.Namespace) -> Iterator[Line]:
    yield from used.saved(page, stocked.stocked("saved files", 1000), 1000, given.loads)


def _runs(page: Served, given: argparse.Namespace) -> Iterator[Line]:
    with page.tab(stocked.small("many runs").name) as tab:
        yield from used.many_runs(tab, (max(given.runs // 10, 1), given.runs))


SAID = (
    "Medians, of ten openings and of fifty moves. A frame holds up to 5 % over a sixtieth of a second.",
    "Of the runs of a long use every 50th goes to its end, the others are cancelled under way.",
)

PART: dict[str, Callable[[Served, argparse.Namespace], Iterator[Line]]] = {
    "opening": lambda page, given: used.opening(page, given.loads),
    "usual": _usual,
    "layered": _layered,
    "files": _files,
    "saved": _saved,
    "runs": _runs,
    "losing": lambda page, given: used.losing(page, given.losses),
}


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = {
        "loads": 10,
        "moves": 50,
        "layers": 1000,
        "files": 3000,
        "events": 10_000,
        "runs": 200,
        "cancels": 5,
        "losses": 3,
    }
    for name, number in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--only", default=",".join(PART), help="parts, with commas between them")
    return parser.parse_args()


def main() -> None:
    given = _given()
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WORKBENCH_HOME"] = folder
        try:
            with served(Path(folder)) as page:
                for part in given.only.split(","):
                    began = time.perf_counter()
                    for line in PART[part](page, given):
                        lines.append(line)
                        print(line.row(), flush=True)
                    print(f"{part}: {time.perf_counter() - began:.0f} s", flush=True)
        finally:
            jobs.retire()
    head = ["# The page in a browser", "", *SAID, ""]
    head += ["| what | measured | target | holds |", "|---|---|---|---|"]
    keep("page.md", [*head, *(line.row() for line in lines)], [line.figure for line in lines], 0)


if __name__ == "__main__":
    main()
