"""The record behind a chart: numbers, not pixels."""

from dataclasses import FrozenInstanceError, dataclass, replace
from types import SimpleNamespace

import pytest

from workbench.plots import FAMILIES, caption, family, frontier_points
from workbench.recipes import Recipe
from workbench.techniques import FineTuning, StructuredPruning, WeightClipping

XY = ("size_bytes", "accuracy")


@dataclass(frozen=True)
class Point:
    candidate: object
    on_frontier: bool = True


def picture(candidates, baseline, measures=XY, off=(), **more):
    points = [Point(c, c.id not in off) for c in candidates]
    return frontier_points(points, baseline, measures, **more)


@pytest.mark.parametrize(
    ("orders", "key", "marker"),
    [
        (["numerics"], "q", "o"),
        (["architecture"], "p", "s"),
        (["weights"], "p", "s"),
        (["architecture", "numerics"], "pq", "D"),
        (["recovery", "numerics"], "dq", "^"),
        (["architecture", "weights", "recovery", "numerics"], "pdq", "p"),
        (["architecture", "recovery"], "pd", "P"),
        ([], "", "8"),
    ],
)
def test_the_family_follows_from_the_orders_of_the_techniques(orders, key, marker):
    found = family(SimpleNamespace(steps=[SimpleNamespace(order=o) for o in orders]))
    assert (found.key, found.marker) == (key, marker)


def test_the_caption_has_titles_shares_and_epochs():
    recipe = Recipe([StructuredPruning(ratio=0.5), FineTuning(epochs=1), WeightClipping()])
    assert caption(recipe) == "prune channels 50 % · fine-tune 1 epoch · clip weights"
    assert caption(Recipe([FineTuning(epochs=4)])) == "fine-tune 4 epochs"
    assert caption(Recipe([])) == ""


def test_real_recipes_have_families():
    assert family(Recipe([StructuredPruning(), FineTuning()])).key == "pd"
    assert family(Recipe([])).title == "As exported"


def test_shape_and_colour_together_tell_families_apart():
    looks = {(f.marker, f.colour) for f in FAMILIES.values()}
    assert len(looks) == len({f.marker for f in FAMILIES.values()}) == len(FAMILIES) == 8


def test_marks_carry_values_and_intervals_in_the_units_of_the_measures(make):
    shown = picture([make("c1", 60_000, 0.92)], make("baseline", 200_000, 0.95), selected="c1")
    (mark,) = shown.marks
    assert (mark.id, mark.x, mark.x_low, mark.x_high) == ("c1", 60_000, 60_000, 60_000)
    assert (mark.y, mark.y_low, mark.y_high) == pytest.approx((0.92, 0.91, 0.93))
    assert mark.selected
    assert mark.on_frontier
    assert shown.baseline is not None
    assert (shown.baseline.x, shown.baseline.on_frontier) == (200_000, False)


def test_the_staircase_is_the_pareto_set_with_the_baseline_in_it(make):
    candidates = [make("c1", 60_000, 0.92), make("c2", 90_000, 0.91), make("c3", 30_000, 0.8), make("c4", 300_000, 0.94)]
    shown = picture(candidates, make("baseline", 200_000, 0.95))
    assert [(s.x, s.y) for s in shown.staircase] == [(30_000, 0.8), (60_000, 0.92), (200_000, 0.95)]
    assert (shown.staircase[0].low, shown.staircase[0].high) == pytest.approx((0.79, 0.81))


def test_the_staircase_turns_with_the_direction_of_x(make):
    def fast(c, value):
        speed = replace(c.measures["accuracy"], name="speedup_b1", value=value, unit="x")
        return replace(c, measures={**c.measures, "speedup_b1": speed})

    candidates = [fast(make("c1", 1, 0.92), 3.0), fast(make("c2", 1, 0.9), 2.0)]
    shown = picture(candidates, fast(make("baseline", 1, 0.95), 1.0), ("speedup_b1", "accuracy"))
    assert [(s.x, s.y) for s in shown.staircase] == [(1.0, 0.95), (3.0, 0.92)]


def test_failed_candidates_stand_in_the_gutter_at_their_size_or_at_its_end(make):
    sized, unsized = make("c2", 50_000, 0.5, kinds="p"), replace(make("c3", 1, 1), measures={})
    shown = picture([make("c1", 60_000, 0.92)], make("baseline", 200_000, 0.95), failed=[sized, unsized])
    assert [(f.id, f.x, f.family.key) for f in shown.failed] == [("c2", 50_000, "p"), ("c3", None, "q")]
    assert "2 failed" in shown.foot


def test_the_verdict_is_the_best_x_that_is_no_worse_than_the_baselines_interval(make):
    candidates = [make("c1", 60_000, 0.941), make("c2", 34_000, 0.92), make("c3", 100_000, 0.95)]
    base = make("baseline", 200_000, 0.95)
    assert picture(candidates, base).verdict.startswith("c1 is 70 % smaller")
    assert picture([candidates[1]], base).verdict == "No file reaches the baseline's interval of accuracy"
    assert picture([], base).verdict.startswith("Nothing is measured yet")
    timed = picture(candidates, base, ("latency_b1_ms", "accuracy")).verdict
    assert timed.startswith("c1 reaches 0.6 ms (the baseline: 2 ms)")


def test_a_lower_is_better_y_turns_the_verdict(make):
    shown = picture([make("c1", 60_000, 0.9)], make("baseline", 200_000, 0.95), ("size_bytes", "latency_b1_ms"))
    assert shown.verdict.startswith("c1 is 70 % smaller with latency at batch 1")


def test_the_foot_counts_files_and_names_the_machine(make):
    one = picture([make("c1", 60_000, 0.92)], make("baseline", 200_000, 0.95))
    assert one.foot == "1 file"
    timed = picture(
        [make("c1", 60_000, 0.92), make("c2", 1000, 0.9)], make("baseline", 200_000, 0.95), ("size_bytes", "latency_b1_ms")
    )
    assert timed.foot == "2 files; a small machine"


def test_far_and_few_files_are_left_below_the_view_and_counted(make):
    good = [make(f"c{i}", 60_000 + i, 0.90 + i / 1000) for i in range(8)]
    shown = picture([*good, make("c9", 20_000, 0.1)], make("baseline", 200_000, 0.95))
    assert shown.outside == 1
    assert 0.8 < shown.view[0] < 0.89
    assert "1 below the view" in shown.foot
    kept = picture([*good, make("c9", 20_000, 0.1)], make("baseline", 200_000, 0.95), selected="c9")
    assert (kept.outside, kept.view[0] < 0.1) == (0, True)


def test_a_frontier_that_is_spread_is_shown_whole(make):
    candidates = [make(f"c{i}", 20_000 * i, 0.2 * i) for i in range(1, 5)]
    shown = picture(candidates, make("baseline", 200_000, 0.95))
    assert shown.outside == 0
    assert shown.view[0] < 0.19
    assert shown.view[1] > 0.96


def test_files_off_the_frontier_widen_the_view_only_a_little(make):
    candidates = [make("c1", 60_000, 0.92), make("c2", 70_000, 0.9), make("c3", 80_000, 0.3)]
    shown = picture(candidates, make("baseline", 200_000, 0.95), off=("c2", "c3"))
    assert shown.view[0] < 0.89
    assert shown.outside == 1


def test_a_third_measure_scales_the_marks(make):
    candidates = [make("c1", 60_000, 0.92), make("c2", 100_000, 0.9)]
    shown = picture(candidates, make("baseline", 200_000, 0.95), (*XY, "latency_b1_ms"))
    assert [m.scale for m in shown.marks] == pytest.approx([0.35, 0.35 + 1.15 * 0.4 / 1.4])
    assert {m.scale for m in picture(candidates, None).marks} == {1.0}


def test_the_legend_counts_families_in_its_own_order(make):
    kinds = ["pdq", "q", "q", "p"]
    shown = picture([make(f"c{i}", 1000 + i, 0.9, kinds=k) for i, k in enumerate(kinds)], None)
    assert [(f.key, n) for f, n in shown.families] == [("q", 2), ("p", 1), ("pdq", 1)]


def test_the_title_says_what_is_reached(make):
    base = make("baseline", 200_000, 0.95)
    assert picture([], base).title == "Accuracy reached at each size"
    assert picture([], base, task="digits").title == "digits: accuracy reached at each size"


def test_abbreviations_keep_their_letters_within_a_sentence(make):
    def with_error(c):
        return replace(c, measures={**c.measures, "rmse": replace(c.measures["latency_b1_ms"], name="rmse", unit="")})

    shown = picture([with_error(make("c1", 60_000, 0.9))], with_error(make("baseline", 200_000, 0.95)), ("size_bytes", "rmse"))
    assert "with RMSE within" in shown.verdict


def test_the_view_has_a_little_air(make):
    shown = picture([make("c1", 60_000, 0.90)], make("baseline", 200_000, 0.95))
    assert shown.view == pytest.approx((0.89 - 0.06 * 0.07, 0.96 + 0.06 * 0.07))
    flat = picture([make("c1", 60_000, 0.5, half=0.0)], None)
    assert flat.view == pytest.approx((0.47, 0.53))


def test_a_file_that_is_no_smaller_is_not_called_smaller(make):
    shown = picture([make("c1", 200_000, 0.95)], make("baseline", 200_000, 0.95))
    assert shown.verdict.startswith("c1 reaches 200 kB (the baseline: 200 kB)")


def test_a_picture_is_a_frozen_record(make):
    shown = picture([make("c1", 60_000, 0.9)], None)
    for record, field in ((shown, "title"), (shown.marks[0], "x"), (shown.x, "unit"), (shown.staircase[0], "y")):
        with pytest.raises(FrozenInstanceError):
            setattr(record, field, 0)
