"""The labels of a frontier chart: the baseline, its interval, and each file of the frontier with its recipe."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench import words
from workbench.plots import tokens
from workbench.plots.labels import Box, Sheet, around
from workbench.plots.picture import FrontierPicture, Mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure

_SIZE = 12 * 72 / 100
_GAP = 5
_NAMED = 14
"""More files than this on the frontier, and they carry their ids only."""


@dataclass(frozen=True)
class _Pen:
    """Writes on a chart in its pixels."""

    figure: "Figure"
    renderer: "RendererBase"

    def width(self, text: str, bold: bool = False) -> float:
        from matplotlib.font_manager import FontProperties

        style = FontProperties(size=_SIZE, weight="bold" if bold else "normal")
        return float(self.renderer.get_text_width_height_descent(text, style, ismath=False)[0])

    def write(self, x: float, y: float, text: str, colour: str, bold: bool = False, ground: str = tokens.PAPER) -> None:
        """Text on a halo of its ground, so that a hairline behind it does not run through it."""
        from matplotlib.patheffects import withStroke

        right, up = self.figure.transFigure.inverted().transform((x, y))
        halo = [withStroke(linewidth=2.5, foreground=ground)]
        weight = "bold" if bold else "normal"
        self.figure.text(right, up, text, va="baseline", path_effects=halo, fontsize=_SIZE, color=colour, fontweight=weight)


def write_labels(figure: "Figure", axes: "Axes", picture: FrontierPicture) -> None:
    """Writes what finds room: the baseline first, then the frontier from its ends inward."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    pen = _Pen(figure, canvas.get_renderer())
    sheet = _sheet(axes, picture)
    if picture.baseline:
        _baseline(axes, picture, picture.baseline, pen, sheet)
    low, high = picture.view
    frontier = [m for m in picture.marks if (m.on_frontier or m.selected) and low <= m.y <= high]
    named = len(frontier) <= _NAMED
    for mark in _ends_first(frontier):
        x, y = _at(axes, picture, mark)
        id_width = pen.width(mark.id, bold=True)
        full = id_width + _GAP + pen.width(mark.name)
        found = sheet.place(x, y, [(full, 14), (id_width, 14)] if named else [(id_width, 14)])
        if found is None:
            continue
        short, box = found[0] == 1 or not named, found[1]
        pen.write(box.left, box.bottom + 3, mark.id, tokens.INK, bold=True)
        if not short:
            pen.write(box.left + id_width + _GAP, box.bottom + 3, mark.name, tokens.INK_2)


def _baseline(axes: "Axes", picture: FrontierPicture, base: Mark, pen: _Pen, sheet: Sheet) -> None:
    text = words.say("frontier-baseline")
    width = pen.width(text)
    x, y = _at(axes, picture, base)
    under = Box(x - width / 2, y - 28, x + width / 2, y - 14)
    sheet.marks.append(under)
    pen.write(under.left, under.bottom + 3, text, tokens.INK)
    said = words.say("frontier-baseline-interval")
    wide, field = pen.width(said), sheet.bounds
    top = min(axes.transData.transform((1, base.y_high * picture.y.factor))[1], field.top)
    bottom = axes.transData.transform((1, base.y_low * picture.y.factor))[1]
    left = field.left + 8 if sheet.corner[0] < 0 else field.right - 8 - wide
    box = Box(left, top - 19, left + wide, top - 5)
    if top - bottom > 24 and not any(box.meets(m) for m in sheet.marks):
        sheet.marks.append(box)
        pen.write(box.left, box.bottom + 3, said, tokens.INK_2, ground=tokens.WELL)


def _sheet(axes: "Axes", picture: FrontierPicture) -> Sheet:
    box = axes.get_window_extent()
    base = [picture.baseline] if picture.baseline else []
    marks, lines = [], []
    for mark in [*picture.marks, *base]:
        x, y = _at(axes, picture, mark)
        marks.append(around(x, y, 8 if mark.on_frontier or mark in base else 5))
        low, high = (axes.transData.transform((1, v * picture.y.factor))[1] for v in (mark.y_low, mark.y_high))
        lines.append(Box(x - 0.5, low, x + 0.5, high))
    bounds = Box(box.x0 + 2, box.y0 + 2, box.x1 - 2, box.y1 + 4)
    corner = (1 if picture.x.higher_is_better else -1, 1 if picture.y.higher_is_better else -1)
    return Sheet(bounds, marks + _stairs(axes, picture), lines, corner)


def _stairs(axes: "Axes", picture: FrontierPicture) -> list[Box]:
    """The staircase as thin boxes, which labels keep off."""
    steps = [(step.x * picture.x.factor, step.y * picture.y.factor) for step in picture.staircase]
    corners = [(float(x), float(y)) for x, y in map(axes.transData.transform, steps)]
    if not corners:
        return []
    edge, high = axes.get_window_extent(), picture.x.higher_is_better
    ends: list[tuple[float, float]] = [(edge.x0, corners[0][1]), *corners] if high else [*corners, (edge.x1, corners[-1][1])]
    found = []
    for (x, y), (x_next, y_next) in pairwise(ends):
        level, upright = (y_next, x) if high else (y, x_next)
        found.append(Box(x, level - 1, x_next, level + 1))
        found.append(Box(upright - 1, min(y, y_next), upright + 1, max(y, y_next)))
    return found


def _at(axes: "Axes", picture: FrontierPicture, mark: Mark) -> tuple[float, float]:
    x, y = axes.transData.transform((mark.x * picture.x.factor, mark.y * picture.y.factor))
    return float(x), float(y)


def _ends_first(marks: list[Mark]) -> list[Mark]:
    """The selected one, then from both ends inward: what matters most finds room first."""
    left = sorted(marks, key=lambda m: m.x)
    order: list[Mark] = [m for m in left if m.selected]
    while left:
        order.append(left.pop(0))
        if left:
            order.append(left.pop())
    return list(dict.fromkeys(order))
