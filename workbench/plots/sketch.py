"""A frontier as a small picture of its own kind of text (SVG), and as a table: for where neither a kernel nor a script is.

The same record as the large drawing, in the same colours, on paper of its own, so that it can be read on any ground.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import pairwise

from workbench import words
from workbench.plots import tokens
from workbench.plots.axis import Axis, number, title
from workbench.plots.family import Family
from workbench.plots.picture import FrontierPicture, Mark
from workbench.plots.ticks import ticks
from workbench.records.values import Measurement

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 52, 16, 56, 44
ON, OFF = 5.0, 1.8
"""Radius of a mark on the frontier, in pixels, and of a dot off it."""

_SIDES = {"s": (4, 45), "D": (4, 0), "^": (3, 0), "v": (3, 180), "p": (5, 0), "8": (8, 22.5), "P": (4, 45)}
"""Corners of a shape, by its marker's name, and the angle by which it is turned; what is not here is a circle."""

_DASH = "\u2013"

Scale = Callable[[float], float]


def sketch(picture: FrontierPicture) -> str:
    """The picture as an SVG element, 640 by 320: axes, baseline, staircase, a mark a file."""
    marks = [*picture.marks, *([picture.baseline] if picture.baseline else [])]
    label = escape(f"{picture.title}. {picture.verdict}.", quote=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}"'
    parts = [
        f'{head} font-family="system-ui,sans-serif" font-size="12"><rect width="100%" height="100%" fill="{tokens.PAPER}"/>'
    ]
    parts += [_text(12, 20, picture.title, tokens.INK, ' font-weight="600" font-size="13"'), _text(12, 38, picture.verdict)]
    if marks:
        across, up = _across(picture.x, marks), _up(picture)
        parts += [*_axes(picture, marks, across, up), *_baseline(picture, across, up), _staircase(picture, across, up)]
        parts += _dots(picture, across, up)
        parts += _shapes(picture, across, up)
    parts += [_text(LEFT, HEIGHT - 8, picture.foot), _text(WIDTH - RIGHT, HEIGHT - 8, picture.x.label, tokens.INK, _END)]
    return "".join(parts) + "</svg>"


_END = ' text-anchor="end"'


def as_image(picture: FrontierPicture) -> str:
    """The sketch as an HTML image that carries itself."""
    drawn = b64encode(sketch(picture).encode()).decode()
    said = escape(f"{picture.title}. {picture.verdict}.", quote=True)
    return f'<img alt="{said}" width="{WIDTH}" height="{HEIGHT}" src="data:image/svg+xml;base64,{drawn}">'


Row = tuple[str, str, Sequence[Measurement | None]]
"""A file: its id, its recipe in words, and its figures, one a column."""


def as_table(rows: Iterable[Row], axes: Sequence[Axis], note: str = "") -> str:
    """Files as an HTML table, a row each, with the half-width of the interval where there is one."""
    titles = (f'<th scope="col">{escape(", ".join(filter(None, (title(a.measure), a.unit))))}' for a in axes)
    head = "".join([f'<th scope="col">{escape(words.say(code))}' for code in ("table-file", "table-recipe")] + [*titles])
    body = "".join(
        f'<tr><th scope="row">{escape(id)}<td>{escape(name)}'
        + "".join(f"<td>{_figure(m, a)}" for m, a in zip(found, axes, strict=True))
        for id, name, found in rows
    )
    caption = f"<caption>{escape(note)}</caption>" if note else ""
    return f"<table>{caption}<thead><tr>{head}<tbody>{body}</table>"


def _figure(m: Measurement | None, shown: Axis) -> str:
    if m is None:
        return _DASH
    half = (m.high - m.low) / 2 * shown.factor
    interval = f" ± {number(half, 2)}" if half and math.isfinite(half) else ""
    return shown.written(m.value) + interval


def _text(x: float, y: float, text: str, colour: str = tokens.INK_2, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}"{more}>{escape(text)}</text>'


def _across(axis: Axis, marks: Sequence[Mark]) -> Scale:
    low, high = min(m.x_low for m in marks), max(m.x_high for m in marks)
    on_log = axis.log and low > 0
    turn: Scale = math.log10 if on_log else float
    a, b = turn(low), turn(high)
    air = 0.07 * (b - a) or abs(b) * 0.2 or 1.0
    return lambda v: LEFT + (turn(v) - a + air) / (b - a + 2 * air) * (WIDTH - LEFT - RIGHT)


def _up(picture: FrontierPicture) -> Scale:
    low, high = picture.view
    return lambda v: HEIGHT - BOTTOM - (v - low) / (high - low) * (HEIGHT - BOTTOM - TOP)


def _axes(picture: FrontierPicture, marks: Sequence[Mark], across: Scale, up: Scale) -> list[str]:
    x, y = picture.x, picture.y
    low, high = min(m.x for m in marks) * x.factor, max(m.x for m in marks) * x.factor
    wide = high > low
    vertical = [v / x.factor for v in ticks(low, high, x.log and low > 0)] if wide else [low / x.factor]
    bottom, top = (v * y.factor for v in picture.view)
    level = [v / y.factor for v in ticks(bottom, top, log=False)]
    lines = "".join(f"M{across(v):.1f} {TOP}V{HEIGHT - BOTTOM}" for v in vertical)
    lines += "".join(f"M{LEFT} {up(v):.1f}H{WIDTH - RIGHT}" for v in level)
    middle = ' text-anchor="middle"'
    said = [_text(round(across(v), 1), HEIGHT - BOTTOM + 16, number(v * x.factor), more=middle) for v in vertical]
    said += [_text(LEFT - 6, round(up(v) + 4, 1), number(v * y.factor), more=_END) for v in level]
    return [f'<path d="{lines}" stroke="{tokens.LINE}" fill="none"/>', *said, _text(12, TOP - 4, y.label, tokens.INK)]


def _baseline(picture: FrontierPicture, across: Scale, up: Scale) -> list[str]:
    base = picture.baseline
    if base is None:
        return []
    x, y, top, foot = across(base.x), up(base.y), max(up(base.y_high), TOP), min(up(base.y_low), HEIGHT - BOTTOM)
    height, width = max(foot - top, 0), WIDTH - LEFT - RIGHT
    band = f'<rect x="{LEFT}" y="{top:.1f}" width="{width}" height="{height:.1f}" fill="{tokens.WELL}"/>'
    ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{tokens.PAPER}" stroke="{tokens.INK}" stroke-width="1.75"/>'
    return [band, ring, f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{tokens.INK}"/>']


def _staircase(picture: FrontierPicture, across: Scale, up: Scale) -> str:
    """No file exists between two points, so no slope is drawn; it runs on to the end where everything is allowed."""
    steps = picture.staircase
    if not steps:
        return ""
    rises = picture.x.higher_is_better
    path = [
        f"M{LEFT} {up(steps[0].y):.1f}H{across(steps[0].x):.1f}" if rises else f"M{across(steps[0].x):.1f} {up(steps[0].y):.1f}"
    ]
    for step in steps[1:]:
        x, y = f"H{across(step.x):.1f}", f"V{up(step.y):.1f}"
        path.append(y + x if rises else x + y)
    path.append("" if rises else f"H{WIDTH - RIGHT}")
    return f'<path d="{"".join(path)}" stroke="{tokens.INK}" stroke-width="1.5" fill="none"/>'


def _dots(picture: FrontierPicture, across: Scale, up: Scale) -> list[str]:
    """Files off the frontier: one path a family, each place (of two pixels) a line without length."""
    drawn = []
    for kind, _ in picture.families:
        off = [m for m in picture.marks if m.family == kind and not m.on_frontier and TOP <= up(m.y) <= HEIGHT - BOTTOM]
        pixels = sorted({(2 * round(across(m.x) / 2), 2 * round(up(m.y) / 2)) for m in off})
        steps = [f"{x - a} {y - b}h0" for (a, b), (x, y) in pairwise([(0, 0), *pixels])]
        if steps:
            path = f'd="m{"m".join(steps)}" stroke="{kind.colour}" stroke-width="{2 * OFF:g}"'
            drawn.append(f'<path {path} stroke-linecap="round"/>')
    return drawn


def _shapes(picture: FrontierPicture, across: Scale, up: Scale) -> list[str]:
    """Files on the frontier: one path a family, in its shape."""
    drawn = []
    for kind, _ in picture.families:
        path = "".join(_shape(kind, across(m.x), up(m.y)) for m in picture.marks if m.on_frontier and m.family == kind)
        if path:
            drawn.append(f'<path d="{path}" fill="{kind.colour}" stroke="{tokens.PAPER}"/>')
    return drawn


def _shape(kind: Family, x: float, y: float) -> str:
    radius = ON * kind.size
    if kind.marker not in _SIDES:
        return f"M{x - radius:.1f} {y:.1f}a{radius:g} {radius:g} 0 1 1 0 .01z"
    sides, turned = _SIDES[kind.marker]
    angles = [math.radians(360 * k / sides + turned - 90) for k in range(sides)]
    return "M" + "L".join(f"{x + 1.2 * radius * math.cos(a):.1f} {y + 1.2 * radius * math.sin(a):.1f}" for a in angles) + "z"
