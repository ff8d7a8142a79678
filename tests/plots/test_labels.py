from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.labels import Box, Sheet, around

FIELD = Box(0, 0, 400, 300)


def test_a_label_goes_to_the_empty_corner_first():
    found = Sheet(FIELD, [around(200, 150, 8)], [], corner=(-1, 1)).place(200, 150, [(60, 14)])
    assert found is not None
    assert found[1].right < 200
    assert found[1].bottom > 150
    found = Sheet(FIELD, [around(200, 150, 8)], [], corner=(1, -1)).place(200, 150, [(60, 14)])
    assert found is not None
    assert found[1].left > 200
    assert found[1].top < 150


def test_the_short_text_is_taken_where_the_long_one_has_no_room():
    sheet = Sheet(Box(0, 0, 100, 40), [around(50, 20, 8)], [])
    found = sheet.place(50, 20, [(200, 14), (20, 10)])
    assert found is not None
    assert found[0] == 1
    assert Sheet(Box(0, 0, 30, 20), [around(15, 10, 8)], []).place(15, 10, [(200, 14), (25, 14)]) is None


def test_a_label_rather_crosses_no_line():
    line = Box(120, 158, 190, 160)
    free = Sheet(FIELD, [around(200, 150, 8)], [line]).place(200, 150, [(60, 14)])
    assert free is not None
    assert not free[1].meets(line)


@given(st.lists(st.tuples(st.floats(20, 380), st.floats(20, 280), st.floats(20, 150)), max_size=30))
def test_no_two_labels_meet_and_none_covers_a_mark_or_leaves_the_field(points):
    marks = [around(x, y, 8) for x, y, _ in points]
    sheet = Sheet(FIELD, list(marks), [])
    placed = [found[1] for x, y, width in points if (found := sheet.place(x, y, [(width, 14)]))]
    for i, box in enumerate(placed):
        assert box.within(FIELD)
        assert not any(box.meets(other) for other in placed[:i])
        assert not any(box.meets(mark) for mark in marks)


def test_boxes_that_only_touch_do_not_meet():
    box = Box(0, 0, 10, 10)
    assert not box.meets(Box(10, 0, 20, 10))
    assert not box.meets(Box(0, 10, 10, 20))
    assert not Box(10, 0, 20, 10).meets(box)
    assert not Box(0, 10, 10, 20).meets(box)
    assert box.meets(Box(9, 9, 20, 20))
    assert box.within(box)


def test_the_label_stands_clear_of_its_mark_and_near_it():
    found = Sheet(FIELD, [around(200, 150, 8)], []).place(200, 150, [(60, 14)])
    assert found is not None
    assert 8 <= 200 - found[1].right < 10
    assert 5 <= found[1].bottom - 150 < 9


def test_places_are_tried_from_the_better_side_around():
    wall = [around(200, 150, 8), Box(0, 150, 400, 300)]
    below = Sheet(FIELD, list(wall), []).place(200, 150, [(60, 14)])
    assert below is not None
    assert below[1].left > 200  # up is taken: down and to the worse side comes next
    assert below[1].top < 150
