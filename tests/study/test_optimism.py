"""How much a choice flatters: against simulations where the truth is known."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from workbench.errors import InputError, NotFound
from workbench.records import Measurement
from workbench.study.frontier import Frontier
from workbench.study.optimism import Samples

N = 300


@dataclass
class Candidate:
    id: str
    hits: np.ndarray
    size: float
    of: tuple = ("accuracy", lambda means: means, True)
    name: str = "n"
    status: str = "measured"
    reason: str | None = None
    recipe: object = field(default_factory=lambda: SimpleNamespace(digest="d"))

    @property
    def measures(self):
        metric, outer, up = self.of
        value = float(outer(np.mean(self.hits)))
        found = {metric: Measurement(metric, value, value, value, "", up, N, "validation")}
        return found | {"size_bytes": Measurement("size_bytes", self.size, self.size, self.size, "B", False, 1)}


def frontier(hits, sizes=None, measures=None, of=("accuracy", lambda means: means, True)):
    made = [Candidate(f"c{k}", row, float((sizes or [100] * len(hits))[k]), of) for k, row in enumerate(hits)]
    made[0].id = "baseline"
    samples = Samples(of[0], lambda c: c.hits, of[1])
    return Frontier(made[1:], made[0], measures or (of[0], "size_bytes"), "t", samples)


def test_one_file_has_no_luck_and_a_clear_winner_hardly_any():
    draw = np.random.default_rng(0)
    one = frontier(draw.random((2, N)) < 0.9).optimism()
    assert one.value == 0 and one.details["kept"] == 1 and one.details["files"] == 1
    clear = frontier([draw.random(N) < p for p in (0.5, 0.5, 0.95, 0.4, 0.3)]).optimism()
    assert clear.value == 0 and clear.details["chosen"] == "c2" and clear.details["kept"] == 1
    assert clear.low == clear.high == 0 and clear.n == N and clear.split == "validation" and clear.name == "optimism"


def test_the_best_of_many_equal_ones_is_lucky_and_more_so_among_more():
    """The truth is 0.8 for all; the bootstrap finds a good part of what the best one promises too much."""
    luck, found = [], []
    for seed in range(12):
        hits = np.random.default_rng(seed).random((31, N)) < 0.8
        few, many = frontier(hits[:4]).optimism(), frontier(hits).optimism()
        assert 0 < few.value < many.value < many.high and many.low < many.value and many.details["kept"] < 0.9
        luck.append(hits[1:].mean(axis=1).max() - 0.8)
        found.append(many.value)
    assert 0.4 * np.mean(luck) < np.mean(found) < 1.3 * np.mean(luck)


def test_a_choice_by_size_alone_does_not_flatter():
    hits = np.random.default_rng(1).random((12, N)) < 0.8
    m = frontier(hits, sizes=list(range(112, 100, -1)), measures=("size_bytes", "accuracy")).optimism()
    assert m.value == 0 and m.details["kept"] == 1 and m.details["chosen"] == "c11"


def test_a_limit_on_the_metric_flatters_who_just_keeps_to_it():
    """Among files of equal truth the smallest within the limit is one that had luck."""
    hits = np.random.default_rng(2).random((21, N)) < 0.8
    sizes = list(range(121, 100, -1))
    f = frontier(hits, sizes, measures=("size_bytes", "accuracy"))
    assert f.optimism(accuracy=0.83).value > 0.004 and f.optimism(max_drop=0.0).value > -0.02
    assert f.optimism(accuracy=0.83).details["chosen"] == f.best(accuracy=0.83).id
    with pytest.raises(NotFound):
        f.optimism(accuracy=0.999)


def test_an_error_flatters_downwards():
    errors = np.random.default_rng(3).chisquare(1, (25, N))
    m = frontier(errors, of=("rmse", np.sqrt, False)).optimism()
    assert m.value > 0.005 and m.details["chosen"] == f"c{1 + int(errors[1:].mean(axis=1).argmin())}"


def test_it_is_the_same_each_time_and_said_in_a_sentence():
    hits = np.random.default_rng(4).random((9, N)) < 0.8
    f = frontier(hits)
    assert f.optimism() == f.optimism()
    said = f.explain()
    assert f"among 8 by the same samples, its accuracy is about {100 * f.optimism().value:.3g} points better" in said
    by_size = frontier(hits, measures=("size_bytes", "accuracy")).explain(max_drop=1)
    assert "accuracy" in by_size


def test_a_frontier_without_a_study_knows_no_samples():
    made = frontier(np.ones((3, N)))
    bare = Frontier(made.considered, made.baseline, made.measures)
    with pytest.raises(InputError) as error:
        bare.optimism()
    assert error.value.code == "no-samples" and "flatter" not in bare.explain()
