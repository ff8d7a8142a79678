"""The Pareto set against its definition, pair by pair."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots import pareto

points = st.integers(2, 4).flatmap(lambda k: st.lists(st.lists(st.integers(0, 5), min_size=k, max_size=k), max_size=25))


def by_definition(rows):
    """Indices that no other row dominates and no earlier row equals."""

    def dominates(a, b):
        return all(x <= y for x, y in zip(a, b, strict=True)) and any(x < y for x, y in zip(a, b, strict=True))

    free = [i for i, a in enumerate(rows) if not any(dominates(b, a) for b in rows)]
    return {i for i in free if rows[i] not in rows[:i]}


@given(points)
def test_the_set_is_the_one_of_the_definition(rows):
    costs = np.array(rows, dtype=float).reshape(len(rows), len(rows[0]) if rows else 2)
    assert set(pareto(costs).members) == by_definition(rows)


@given(points)
def test_members_go_by_the_first_coordinate_and_equals_name_the_first(rows):
    costs = np.array(rows, dtype=float).reshape(len(rows), len(rows[0]) if rows else 2)
    found = pareto(costs)
    firsts = [rows[i][0] for i in found.members]
    assert firsts == sorted(firsts)
    assert found.equal == {i: rows.index(row) for i, row in enumerate(rows) if row in rows[:i]}


def test_a_staircase_of_thousands_is_kept_whole():
    x = np.arange(3000.0)
    assert pareto(np.stack([x, -x], axis=1)).members == tuple(range(3000))
    assert pareto(np.stack([x, x], axis=1)).members == (0,)
