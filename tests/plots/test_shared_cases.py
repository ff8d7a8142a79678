"""What the page works out in the browser, on the cases that its own tests have: the two agree."""

import json
import math
from pathlib import Path

import pytest

from workbench.errors import NotFound
from workbench.plots import frontier_points, number
from workbench.plots.axis import axis
from workbench.plots.packing import packed
from workbench.plots.ticks import ticks
from workbench.records import Measurement
from workbench.study.frontier import Frontier, FrontierPoint

CASES = Path(__file__).resolve().parents[1] / "js/cases"


def cases(name):
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


def named(case):
    return case["name"]


@pytest.fixture
def files(bare, measured):
    """Candidates with the measures x and y, and a baseline that has neither."""

    def make(case):
        up = [direction > 0 for direction in case["directions"]]
        made = [{"x": measured("x", x, higher=up[0]), "y": measured("y", y, higher=up[1])} for x, y in case["points"]]
        return Frontier([bare(str(k), m) for k, m in enumerate(made)], bare("baseline", {}), ("x", "y"))

    return make


@pytest.mark.parametrize("case", cases("frontier"), ids=named)
def test_the_frontier_and_the_best_within_limits(case, files):
    frontier = files(case)
    assert {int(c.id) for c in frontier.candidates} == set(case["frontier"])
    assert [int(c.id) for c in reversed(frontier.candidates)] == case["frontier"]
    for (x, y), expected in zip(case["limits"], case["best"], strict=True):
        limits = {name: bound for name, bound in (("x", x), ("y", y)) if bound is not None}
        if expected is None:
            with pytest.raises(NotFound):
                frontier.best(**limits)
        else:
            assert int(frontier.best(**limits).id) == expected


@pytest.mark.parametrize("case", cases("view"), ids=named)
def test_the_part_that_is_in_view(case, bare, measured):
    def candidate(id, mark):
        half = mark["high"] - mark["y"]
        size = measured("size_bytes", 1000.0, unit="B")
        return bare(id, {"size_bytes": size, "q": measured("q", mark["y"], half, higher=case["direction"] > 0)})

    points = [FrontierPoint(candidate(f"c{k}", mark), mark["held"]) for k, mark in enumerate(case["marks"])]
    base = candidate("baseline", case["base"]) if case["base"] else None
    assert frontier_points(points, base, ("size_bytes", "q")).view == pytest.approx(case["view"])


@pytest.mark.parametrize("case", cases("packed"), ids=named)
def test_numbers_are_packed_as_the_browser_reads_them(case):
    assert packed([math.nan if v is None else v for v in case["given"]], case["digits"]) == case["packed"]


def test_figures_and_ticks():
    figures = cases("figures")
    assert [number(value) for value, _ in figures["numbers"]] == [said for _, said in figures["numbers"]]
    counted = axis([Measurement("macs", 1.0, 1.0, 1.0, "", False, 1)])
    assert [counted.said(value) for value, _ in figures["counts"]] == [said for _, said in figures["counts"]]
    for case in figures["ticks"]:
        assert ticks(case["low"], case["high"], case["log"]) == pytest.approx(case["ticks"])
