"""The frontier against the definition of a Pareto set, and the choice within limits against a plain search."""

import math
import os
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InputError, NotFound, WorkbenchError
from workbench.recipes import Recipe
from workbench.records import Measurement
from workbench.study import Frontier
from workbench.techniques import FineTuning, StructuredPruning

UP = {"size_bytes": False, "accuracy": True, "speedup_b1": True, "rmse": False}
UNITS = {"size_bytes": "B", "speedup_b1": "x"}
XY = ("size_bytes", "accuracy")


@dataclass(frozen=True)
class Candidate:
    id: str
    measures: dict
    recipe: Recipe = field(default_factory=lambda: Recipe([]))
    status: str = "measured"
    reason: str | None = None

    @property
    def name(self) -> str:
        return f"number {self.id}"


def figure(name: str, value: float, half: float = 0.0, split: str | None = "validation") -> Measurement:
    return Measurement(name, value, value - half, value + half, UNITS.get(name, ""), UP[name], 100, split)


def made(id: str, half: float = 0.0, **values: float) -> Candidate:
    return Candidate(id, {name: figure(name, value, half) for name, value in values.items()})


def study(*points: tuple[float, ...], names=XY, baseline=(1000, 0.9), half=0.0) -> Frontier:
    candidates = [made(f"c{i}", half, **dict(zip(names, p, strict=True))) for i, p in enumerate(points, 1)]
    return Frontier(candidates, made("baseline", half, **dict(zip(names, baseline, strict=True))), names)


def ids(candidates) -> list[str]:
    return [c.id for c in candidates]


small = st.integers(0, 4).map(float)


@given(st.lists(st.tuples(small, small, small), max_size=12), st.tuples(small, small, small), st.permutations(list(UP)))
def test_the_frontier_is_what_no_other_file_and_not_the_baseline_beats(points, baseline, names):
    names = tuple(names[:3])
    frontier = study(*points, names=names, baseline=baseline)
    turned = [tuple(-v if UP[n] else v for n, v in zip(names, p, strict=True)) for p in (baseline, *points)]
    beaten = {
        i
        for i, a in enumerate(turned)
        for b in turned
        if all(y <= x for x, y in zip(a, b, strict=True)) and any(y < x for x, y in zip(a, b, strict=True))
    }
    firsts = [i for i in range(1, len(turned)) if i not in beaten and turned[i] not in turned[:i]]
    assert sorted(ids(frontier.candidates)) == sorted(f"c{i}" for i in firsts)
    keys = [turned[int(id[1:])][0] for id in ids(frontier.candidates)]
    assert keys == sorted(keys)
    for i, point in enumerate(frontier.points, 1):
        assert point.dominated == (i in beaten and turned[i] not in turned[:i])


def test_equal_files_name_the_first():
    frontier = study((100, 0.8), (100, 0.8), (1000, 0.9))
    assert ids(frontier.candidates) == ["c1"]
    assert [p.equal_to for p in frontier.points] == [None, "c1", "baseline"]
    assert [p.on_frontier for p in frontier.points] == [True, False, False]
    assert not any(p.dominated for p in frontier.points)


def test_three_thousand_files_are_quick_to_sort():
    points = [(i, i / 3000) for i in range(1, 3001)]
    frontier = study(*points, baseline=(4000, 2.0))
    began = time.perf_counter()
    assert len(frontier.candidates) == 3000
    assert time.perf_counter() - began < 5


def test_the_best_is_the_smallest_that_loses_little():
    frontier = study((300, 0.88), (100, 0.80), (200, 0.875), (900, 0.95))
    assert frontier.best(max_drop=0.03).id == "c3"
    assert frontier.best(max_drop=0.02).id == "c1"
    assert frontier.best(max_drop=0.0).id == "c4"
    assert frontier.best().id == "c2"
    assert frontier.best(accuracy=0.9).id == "c4"
    assert frontier.best(max_drop=0.05, size_bytes=250).id == "c3"


def test_a_drop_is_met_in_spite_of_binary_fractions():
    assert study((100, 0.87)).best(max_drop=0.03).id == "c1"  # 0.9 - 0.87 is 0.030000000000000027
    with pytest.raises(NotFound):
        study((100, 0.869999)).best(max_drop=0.03)


def test_the_drop_goes_the_worse_way_of_an_error_too():
    frontier = study((100, 0.6), (200, 0.52), (300, 0.3), names=("size_bytes", "rmse"), baseline=(1000, 0.5))
    assert frontier.best(max_drop=0.03).id == "c2"
    assert frontier.best(max_drop=0.01).id == "c3"


def test_a_higher_first_measure_wins_where_higher_is_better():
    frontier = study((2, 0.9), (3, 0.89), (4, 0.5), names=("speedup_b1", "accuracy"), baseline=(1, 0.9))
    assert frontier.best(max_drop=0.02).id == "c2"
    assert ids(frontier.candidates) == ["c3", "c2", "c1"]
    assert frontier.best(max_drop=1, speedup_b1=3.5).id == "c3"
    assert "highest speedup_b1" in frontier.explain(max_drop=1)


def test_ties_go_by_the_second_measure_then_by_the_order_of_making():
    assert study((100, 0.88), (100, 0.89), (100, 0.89)).best(max_drop=0.05).id == "c2"


def test_the_baseline_is_never_the_answer():
    frontier = study((1200, 0.89))
    assert frontier.candidates == ()
    assert frontier.best(max_drop=0.03).id == "c1"
    with pytest.raises(NotFound) as caught:
        study().best(max_drop=1)
    assert caught.value.code == "none-measured"


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 20)), min_size=1, max_size=15), st.integers(0, 20), st.integers(1, 30)
)
def test_the_best_is_that_of_a_plain_search(points, drop, most):
    frontier = study(*((float(x), y / 100) for x, y in points), baseline=(40, 0.2))
    fitting = [(x, -y, i) for i, (x, y) in enumerate(points, 1) if 20 - y <= drop and x <= most]
    if fitting:
        assert frontier.best(max_drop=drop / 100, size_bytes=most).id == f"c{min(fitting)[2]}"
    else:
        with pytest.raises(NotFound):
            frontier.best(max_drop=drop / 100, size_bytes=most)


def test_when_none_qualifies_the_nearest_is_named_with_what_it_misses():
    frontier = study((100, 0.80), (300, 0.885), (200, 0.7))
    with pytest.raises(NotFound) as caught:
        frontier.best(max_drop=0.01)
    assert caught.value.code == "none-within"
    assert caught.value.fields["nearest"] == "c2"
    assert caught.value.fields["missed"] == "accuracy by 0.5 points"
    with pytest.raises(InputError) as caught:
        frontier.best(max_drop=0.01, size_bytes=250)
    assert caught.value.fields["nearest"] == "c2"
    assert caught.value.fields["missed"] == "accuracy by 0.5 points and size_bytes by 0.05 kB"
    assert "accuracy at most 1 point worse than the baseline's 90 % and size_bytes at most 0.25 kB" in str(caught.value)


def test_the_misses_are_weighed_by_the_baselines_figures():
    frontier = study((500, 0.9), (100, 0.5), baseline=(1000, 0.9))
    with pytest.raises(NotFound) as caught:
        frontier.best(max_drop=0.0, size_bytes=100)
    assert caught.value.fields["nearest"] == "c1"  # 400 of 1000 bytes is less than 0.4 of 0.9
    with pytest.raises(NotFound) as caught:
        frontier.best(max_drop=0.2, size_bytes=100)
    assert caught.value.fields["nearest"] == "c2"


def test_the_answer_says_why():
    frontier = study((300, 0.88), (100, 0.80), (200, 0.875))
    said = frontier.explain(max_drop=0.03)
    assert said.startswith("c3 (number c3) has the lowest size_bytes of the 2 of 3 files")
    assert "accuracy at most 3 points worse than the baseline's 90 %" in said
    assert said.endswith("size_bytes 0.2 kB, accuracy 87.5 %.")
    assert frontier.explain().startswith("c2 (number c2) has the lowest size_bytes of all 3 files: size_bytes 0.1 kB")
    with pytest.raises(NotFound):
        frontier.explain(max_drop=0)


@pytest.mark.parametrize("value", [-0.01, math.nan, math.inf, "0.1", True])
def test_a_limit_is_a_number_and_a_drop_is_not_negative(value):
    with pytest.raises(InputError) as caught:
        study((100, 0.8)).best(max_drop=value)
    assert caught.value.code == "limit-value"


@pytest.mark.parametrize("value", [math.nan, None, "60 kB", False])
def test_a_bound_is_a_number(value):
    with pytest.raises(InputError) as caught:
        study((100, 0.8)).best(size_bytes=value)
    assert caught.value.code == "limit-value"


def test_a_measure_that_nothing_has_is_not_found_and_the_nearest_offered():
    with pytest.raises(NotFound) as caught:
        study((100, 0.8)).best(acuracy=0.5)
    assert (caught.value.code, caught.value.fields["nearest"]) == ("no-measure", "accuracy")
    with pytest.raises(NotFound):
        study((100, 0.8), names=XY).axis("nothing")
    with pytest.raises(NotFound) as caught:
        Frontier([], Candidate("baseline", {}), XY)
    assert "none yet" in str(caught.value)


@pytest.mark.parametrize("measures", [(), ("accuracy",), ("accuracy", "accuracy"), ("size_bytes", "accuracy", "size_bytes")])
def test_two_different_measures_are_needed(measures):
    with pytest.raises(InputError) as caught:
        Frontier([], made("baseline", size_bytes=1, accuracy=1), measures)
    assert caught.value.code == "frontier-measures"


def test_no_choice_reads_the_test_split():
    base = made("baseline", size_bytes=1000, accuracy=0.9)
    candidate = made("c1", size_bytes=100, accuracy=0.8)
    looked = replace(candidate, measures=candidate.measures | {"accuracy": figure("accuracy", 0.8, split="test")})
    with pytest.raises(InputError) as caught:
        Frontier([looked], base, XY)
    assert caught.value.code == "frontier-reads-test"
    extra = {"rmse": figure("rmse", 0.1, split="test")}
    frontier = Frontier([replace(candidate, measures=candidate.measures | extra)], base, XY)
    with pytest.raises(InputError) as caught:
        frontier.best(rmse=0.5)
    assert caught.value.code == "frontier-reads-test"


def test_a_limit_on_a_measure_that_a_file_lacks_is_not_met():
    base = made("baseline", size_bytes=1000, accuracy=0.9, speedup_b1=1)
    frontier = Frontier(
        [made("c1", size_bytes=10, accuracy=0.9), made("c2", size_bytes=20, accuracy=0.9, speedup_b1=2)], base, XY
    )
    assert frontier.best(max_drop=0.01, speedup_b1=1.5).id == "c2"
    with pytest.raises(NotFound) as caught:
        frontier.best(speedup_b1=3)
    assert caught.value.fields["nearest"] == "c2"


def test_a_baseline_without_the_measure_cannot_bound_a_loss():
    frontier = Frontier([made("c1", size_bytes=10, accuracy=0.9)], made("baseline", size_bytes=1000), XY)
    with pytest.raises(InputError) as caught:
        frontier.best(max_drop=0.1)
    assert caught.value.code == "baseline-lacks"
    assert frontier.best(accuracy=0.5).id == "c1"


def test_what_is_no_point_is_named_with_the_reason():
    failed = replace(made("c2"), status="failed", reason="Parity was not held.")
    lacking, broken = made("c3", size_bytes=5), made("c4", size_bytes=5, accuracy=math.nan)
    endless = made("c5", size_bytes=5, accuracy=math.inf)
    base = made("baseline", size_bytes=1000, accuracy=0.9)
    frontier = Frontier([made("c1", size_bytes=10, accuracy=0.8), failed, lacking, broken, endless], base, XY)
    assert ids(p.candidate for p in frontier.points) == ["c1"]
    assert [(h.candidate.id, h.code) for h in frontier.hidden] == [
        ("c2", "hidden-status"),
        ("c3", "hidden-lacks"),
        ("c4", "hidden-not-a-number"),
        ("c5", "hidden-not-a-number"),
    ]
    assert frontier.hidden[0].sentence == "c2 (number c2) is failed: Parity was not held."
    assert "accuracy" in frontier.hidden[1].sentence
    assert ids(frontier.candidates) == ["c1"]


def test_neighbours_whose_intervals_meet_are_not_told_apart():
    frontier = study((100, 0.80), (200, 0.815), (300, 0.85), half=0.01)
    assert [(a.id, b.id) for a, b in frontier.not_told_apart] == [("c1", "c2")]
    assert study((100, 0.80), (200, 0.82), half=0.01).not_told_apart != ()
    assert study((100, 0.80), (200, 0.83), half=0.01).not_told_apart == ()


def test_the_frame_has_a_row_for_every_measured_file():
    base = made("baseline", 0.01, size_bytes=1000, accuracy=0.9)
    recipe = Recipe([StructuredPruning(ratio=0.5), FineTuning()])
    candidates = [
        replace(made("c1", 0.01, size_bytes=100, accuracy=0.8), recipe=recipe),
        made("c2", size_bytes=200, accuracy=0.7),
    ]
    frame = Frontier([*candidates, replace(made("c3"), status="failed")], base, XY).to_frame()
    assert list(frame.columns) == [
        *("id", "name", "recipe", "status", "on_frontier"),
        *("size_bytes", "size_bytes_low", "size_bytes_high", "accuracy", "accuracy_low", "accuracy_high"),
    ]
    assert frame["id"].tolist() == ["baseline", "c1", "c2"]
    assert frame["on_frontier"].tolist() == [False, True, False]
    assert frame["recipe"][1] == recipe.digest
    assert (frame["accuracy"][1], frame["accuracy_low"][1], frame["accuracy_high"][1]) == pytest.approx((0.8, 0.79, 0.81))
    assert len(Frontier([], Candidate("baseline", base.measures, status="failed"), XY).to_frame()) == 0


def test_the_picture_holds_points_failures_and_the_choice(tmp_path):
    failed = replace(made("c2", size_bytes=50), status="failed", reason="why")
    running = replace(made("c3"), status="running")
    base = made("baseline", size_bytes=1000, accuracy=0.9)
    frontier = Frontier([made("c1", size_bytes=100, accuracy=0.8), failed, running], base, XY, task="digits")
    picture = frontier.picture(selected="c1")
    assert [(m.id, m.on_frontier, m.selected) for m in picture.marks] == [("c1", True, True)]
    assert [(c.id, c.x) for c in picture.failed] == [("c2", 50)]
    assert picture.title.startswith("digits: ")
    assert picture.baseline is not None
    written = frontier.plot(tmp_path / "f.png")
    assert written == tmp_path / "f.png"
    assert written.stat().st_size > 5000
    assert frontier.plot(str(tmp_path / "f.SVG")).read_bytes().startswith(b"<?xml")
    assert frontier.figure().get_size_inches().tolist() == [9, 5.8]


def test_a_picture_of_another_kind_is_refused_before_anything_is_drawn(tmp_path):
    for name in ("f.pdf", "f", "f.jpeg"):
        with pytest.raises(WorkbenchError) as caught:
            study((100, 0.8)).plot(tmp_path / name)
        assert caught.value.code == "picture-suffix"
    assert list(tmp_path.iterdir()) == []


def test_nothing_heavy_is_imported_for_a_choice():
    heavy = ("torch", "matplotlib", "pandas", "onnx")
    code = f"import sys, workbench.study.frontier; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert ran.stdout.strip() == "[]", ran.stderr


def test_a_frontier_and_its_points_are_frozen():
    frontier = study((100, 0.8))
    for record, name in ((frontier, "measures"), (frontier.points[0], "on_frontier")):
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, ())
    assert frontier != study((100, 0.8))
