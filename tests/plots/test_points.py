"""A study's points as values: every figure arrives as it was measured, by both ways."""

import json
import math
import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.packing import packed
from workbench.plots.points import chart
from workbench.recipes import Recipe
from workbench.techniques import Distillation, StaticQuantization, StructuredPruning


@pytest.fixture
def made(make, bare, recipe):
    files = [make("c1", 41_237, 0.93456, 0.0123), make("c2", 20_000, 0.9, kinds="pq")]
    failed = bare("c3", {}, "int8", "failed", "It did not fit.", recipe("d"))
    waiting = bare("c4", {}, "int8", "interrupted", None, recipe("d"))
    beside = {"c1": {"verdict": "83 % smaller", "loss": "none", "starred": True, "hidden": False, "label": ""}}
    base = make("baseline", 100_000, 0.95, kinds="")
    return chart("s", "accuracy", 0.01, base, [*files, failed, waiting], beside, {"c1": {"size_bytes": 45_678}})


def read(part):
    return np.frombuffer(part, dtype="<f8").tolist()


def test_points_say_what_is_said_and_nothing_that_is_not(made):
    first, second, failed, waiting = made.to_widget()["points"]
    assert first == {
        "id": "c1",
        "name": "do something 3 epochs",
        "family": "q",
        "status": "measured",
        "verdict": "83 % smaller",
        "loss": "none",
        "starred": True,
    }
    assert (second["family"], "verdict" in second) == ("pq", False)
    assert (failed["status"], failed["reason"]) == ("failed", "It did not fit.")
    assert (waiting["status"], "reason" in waiting) == ("waiting", False)
    assert made.to_json()["baseline"]["family"] == "b"


def test_a_page_leaves_out_what_a_point_s_place_and_steps_say(made, make):
    first, second, failed, _ = made.to_json()["points"]
    assert first["name"] == "do something 3 epochs", "nobody else names a technique that is not the library's own"
    assert not {"id", "status"} & {*first, *second} and failed["status"] == "failed"
    own = make("mine", 10, 0.9)
    own = replace(own, recipe=Recipe([StructuredPruning(ratio=0.5), Distillation(epochs=3), StaticQuantization()]))
    (point,) = chart("s", "accuracy", 0.01, make("baseline", 10, 0.5), [own], {}, {}).to_json()["points"]
    assert point["id"] == "mine" and "name" not in point
    assert point["steps"] == [["StructuredPruning", 0.5], ["Distillation", 3], ["StaticQuantization", None]]


def test_measures_come_with_how_they_are_shown_quality_first(made):
    shown = made.to_json()["measures"]
    assert [m["name"] for m in shown] == ["accuracy", "size_bytes", "latency_b1_ms"]
    assert [m["unit"] for m in shown] == ["share", "bytes", "ms"]
    assert [m["higher_is_better"] for m in shown] == [True, False, False]
    assert shown[2]["machine"] == "a small machine" and "machine" not in shown[0]


def test_a_widget_gets_doubles_as_they_were_measured(made):
    columns = made.to_widget()["columns"]
    accuracy = columns["accuracy"]
    assert read(accuracy["value"])[:3] == [0.95, 0.93456, 0.9] and math.isnan(read(accuracy["value"])[3])
    assert read(accuracy["low"])[1] == 0.93456 - 0.0123 and read(accuracy["high"])[1] == 0.93456 + 0.0123
    assert set(columns["size_bytes"]) == {"value", "estimate"}, "an exact figure is its own interval"
    assert read(columns["size_bytes"]["estimate"])[1] == 45_678


def unpacked(part):
    """The numbers of a page's column, read by the description of the format."""
    signs = string.ascii_letters + string.digits + "+-"
    count, wide = len(part["text"]) // part["wide"], part["wide"]
    first = 10 ** max(part["digits"] - 1, 0)
    for row in range(count):
        code = 0
        for place in range(wide):
            code = code * 64 + signs.index(part["text"][place * count + row])
        step = code - 2 + part["least"]
        if code < 2:
            yield None if code == 0 else 0
        elif part["signed"]:
            yield (-1) ** (step % 2) * _figure(step // 2, first, part["digits"])
        else:
            yield _figure(step, first, part["digits"])


def _figure(step, first, digits):
    exponent, mantissa = divmod(step, 9 * first)
    return step if digits == 0 else float(f"{first + mantissa}e{exponent - digits + 1}")


def test_a_page_gets_them_to_the_digits_that_are_shown(made):
    columns = json.loads(json.dumps(made.to_json(), allow_nan=False))["columns"]
    read = {name: {part: list(unpacked(n)) for part, n in column.items()} for name, column in columns.items()}
    assert read["accuracy"]["value"] == [0.95, 0.9346, 0.9, None, None]
    assert read["accuracy"]["below"][:2] == [0.01, 0.012] == read["accuracy"]["above"][:2]
    assert read["size_bytes"] == {
        "value": [100_000, 41_237, 20_000, None, None],
        "estimate": [None, 45_700, None, None, None],
    }


def test_counts_are_exact_unless_a_page_has_many_files(make, measured):
    base, file = make("baseline", 10, 0.5), make("c1", 10, 0.5)
    for one in (base, file):
        one.measures["macs"] = measured("macs", 534_720.0)
    for files, unit, value in ((3, "MACs", 534_720), (301, "", 535_000)):
        made = chart("s", "accuracy", 0.01, base, [file] * files, {}, {})
        page = made.to_json()
        assert [m["unit"] for m in page["measures"] if m["name"] == "macs"] == [unit]
        assert next(unpacked(page["columns"]["macs"]["value"])) == value
        assert [m["unit"] for m in made.to_widget()["measures"] if m["name"] == "macs"] == ["MACs"]


numbers = st.floats(min_value=-1e12, max_value=1e12).filter(lambda v: v == 0 or abs(v) > 1e-12) | st.just(math.nan)


@given(st.lists(numbers, max_size=30), st.sampled_from([2, 3, 4]))
def test_packed_numbers_are_read_to_their_digits(given, digits):
    expected = [None if math.isnan(v) else float(f"{v:.{digits}g}") for v in given]
    assert list(unpacked(packed(given, digits))) == expected


@given(st.lists(st.integers(min_value=0, max_value=10**12), max_size=30))
def test_packed_whole_numbers_are_exact(given):
    assert list(unpacked(packed(map(float, given), 0))) == given


def test_an_interval_without_an_end_and_a_figure_that_is_none(make):
    odd = make("c1", 10, 0.5)
    odd.measures["accuracy"] = replace(odd.measures["accuracy"], low=-math.inf, high=math.inf)
    odd.measures["latency_b1_ms"] = replace(odd.measures["latency_b1_ms"], value=math.nan, low=math.nan, high=math.nan)
    columns = chart("s", "accuracy", 0.01, make("baseline", 10, 0.5), [odd], {}, {}).to_json()["columns"]
    read = {part: list(unpacked(n)) for part, n in columns["accuracy"].items()}
    assert read == {"value": [0.5, 0.5], "below": [0.01, None], "above": [0.01, None]}
    assert list(unpacked(columns["latency_b1_ms"]["value"]))[1] is None


def test_figures_of_the_test_split_are_not_shown(make, measured):
    seen = make("c1", 10, 0.5)
    seen.measures["test_accuracy"] = measured("test_accuracy", 0.5, higher=True, split="test")
    assert "test_accuracy" not in chart("s", "accuracy", 0.01, make("baseline", 10, 0.5), [seen], {}, {}).columns
