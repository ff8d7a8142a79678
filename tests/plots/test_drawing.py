"""The drawing of a picture: what stands where, that nothing is cut off, the file that is written."""

import sys
from dataclasses import dataclass

import numpy as np
import pytest

from workbench.errors import InputError, NotFound, StorageError
from workbench.plots import draw_frontier, frontier_points, save, tokens
from workbench.plots.drawing import HEIGHT, WIDTH


@dataclass(frozen=True)
class Point:
    candidate: object
    on_frontier: bool


@pytest.fixture
def many(make):
    """60 files along a frontier, three failures, names of some length."""
    rng = np.random.default_rng(3)
    kinds = ["q", "p", "pq", "dq", "pdq", "pd"]
    made = []
    for i in range(60):
        size = 20_000 * 30 ** rng.random()
        accuracy = 0.95 - 2000 / size - 0.02 * rng.random()
        made.append(make(f"c{i}", size, accuracy, kinds=kinds[i % 6], name="prune 60 % · distil 5 ep. · int8"))
    made.sort(key=lambda c: c.measures["size_bytes"].value)
    best, points = 0.0, []
    for c in made:
        value = c.measures["accuracy"].value
        points.append(Point(c, value > best))
        best = max(best, value)
    return frontier_points(points, make("baseline", 640_000, 0.95), ("size_bytes", "accuracy"), made[:3], task="digits")


def texts(figure):
    """Every text of a figure with its box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    shown = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in shown]


def test_no_text_is_cut_off_and_no_two_overlap(many):
    found = texts(draw_frontier(many))
    assert len(found) > 20
    for i, (text, box) in enumerate(found):
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= WIDTH, text
        assert box.y1 <= HEIGHT, text
        for other, second in found[:i]:
            wide = min(box.x1, second.x1) - max(box.x0, second.x0)
            high = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert wide <= 1 or high <= 3, f"{text!r} over {other!r}"


def test_what_is_said_about_the_files_is_on_the_sheet(many):
    said = [text for text, _ in texts(draw_frontier(many))]
    for wanted in (
        "digits: accuracy reached at each size",
        many.verdict,
        many.foot,
        "Accuracy, %",
        "Size, kB, log",
        "Baseline",
    ):
        assert wanted in said
    assert {"Failed", "Inside the interval of the baseline", "100", "Quantize  10"} <= set(said)


def test_every_file_is_drawn_at_its_values_in_the_units_of_the_axes(many):
    axes = draw_frontier(many).axes[0]
    drawn = np.concatenate([c.get_offsets() for c in axes.collections if len(c.get_offsets()) and c.get_zorder() in (5.5, 6.5)])
    wanted = [(m.x / 1000, m.y * 100) for m in many.marks]
    assert sorted(map(tuple, np.round(drawn, 6).tolist())) == sorted((round(x, 6), round(y, 6)) for x, y in wanted)
    assert axes.get_xscale() == "log"


def test_the_frontier_is_drawn_as_a_staircase_to_the_end(many):
    axes = draw_frontier(many).axes[0]
    (line,) = [drawn for drawn in axes.lines if drawn.get_drawstyle().startswith("steps")]
    assert line.get_drawstyle() == "steps-post"
    assert list(line.get_xdata()[:-1]) == pytest.approx([s.x / 1000 for s in many.staircase])
    assert line.get_xdata()[-1] == pytest.approx(axes.get_xlim()[1])
    assert line.get_ydata()[-1] == line.get_ydata()[-2]
    assert line.get_color() == tokens.INK


def test_intervals_are_crosses_and_fainter_off_the_frontier(many):
    from matplotlib.collections import LineCollection

    (crosses,) = [c for c in draw_frontier(many).axes[0].collections if isinstance(c, LineCollection)]
    assert len(crosses.get_segments()) == len(many.marks)  # sizes are exact, so that only the upright line is there
    assert {round(float(c[3]), 2) for c in crosses.get_colors()} == {0.3, 0.5}


def test_failures_have_a_gutter_of_their_own(many, make):
    figure = draw_frontier(many)
    assert len(figure.axes) == 2
    assert len(figure.axes[1].lines) == 3
    assert figure.axes[1].get_xlim() == figure.axes[0].get_xlim()
    calm = frontier_points([Point(make("c1", 5000, 0.9), True)], make("baseline", 9000, 0.95), ("size_bytes", "accuracy"))
    assert len(draw_frontier(calm).axes) == 1


def test_the_selected_file_has_the_ring(many, make):
    def rings(picture):
        return [drawn for drawn in draw_frontier(picture).axes[0].lines if drawn.get_markeredgecolor() == tokens.ACCENT]

    points = [Point(make("c1", 5000, 0.9), True), Point(make("c2", 4000, 0.8), True)]
    assert rings(many) == []
    (ring,) = rings(frontier_points(points, None, ("size_bytes", "accuracy"), selected="c2"))
    assert (float(ring.get_xdata()[0]), float(ring.get_ydata()[0])) == pytest.approx((4, 80))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_files_are_drawn_too(make, count):
    points = [Point(make(f"c{i}", 5000.0, 0.9), True) for i in range(count)]
    found = texts(draw_frontier(frontier_points(points, make("baseline", 5000.0, 0.9, half=0.0), ("size_bytes", "accuracy"))))
    assert all(box.x1 <= WIDTH and box.x0 >= 0 for _, box in found)


def test_the_same_picture_gives_the_same_bytes(many, tmp_path):
    for suffix, head in ((".png", b"\x89PNG"), (".svg", b"<?xml")):
        first = save(draw_frontier(many), tmp_path / f"a{suffix}")
        second = save(draw_frontier(many), tmp_path / f"b{suffix}")
        assert first.is_absolute()
        assert first.read_bytes() == second.read_bytes()
        assert first.read_bytes().startswith(head)
        assert len(first.read_bytes()) > 5000
        assert b"matplotlib.org" not in first.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "a.svg", "b.png", "b.svg"]


def test_another_suffix_and_a_folder_that_is_none_are_refused(many, tmp_path):
    with pytest.raises(InputError) as caught:
        save(draw_frontier(many), tmp_path / "a.bmp")
    assert caught.value.code == "picture-suffix"
    (tmp_path / "file").write_text("")
    for folder in ("file", "none"):
        with pytest.raises(NotFound) as missed:
            save(draw_frontier(many), tmp_path / folder / "a.png")
        assert missed.value.code == "picture-folder" and not (tmp_path / "none").exists()
    (tmp_path / "a.png").mkdir()
    with pytest.raises(StorageError) as told:
        save(draw_frontier(many), tmp_path / "a.png")
    assert told.value.code == "not-writable"


def test_no_window_and_no_global_state_is_touched(many):
    draw_frontier(many)
    assert "matplotlib.pyplot" not in sys.modules
