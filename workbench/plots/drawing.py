"""A frontier chart in matplotlib, back to front: the baseline's interval, the frontier's band and staircase, intervals,
marks, labels; the gutter of failures and the foot beneath.

Lengths are pixels of a sheet 900 wide (100 to the inch). The frontier is a staircase: no file exists between two points,
so no slope is drawn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from workbench import words
from workbench.plots import tokens
from workbench.plots.axis import Axis, number
from workbench.plots.labelling import write_labels
from workbench.plots.picture import FrontierPicture, Mark
from workbench.plots.ticks import ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, INCH = 900, 580, 100
LEFT, RIGHT, TOP, BOTTOM, GUTTER = 64, 24, 124, 64, 24
POINT = 72 / INCH
"""Points (matplotlib's unit of type and lines) to a pixel."""


def draw_frontier(picture: FrontierPicture) -> "Figure":
    """The picture as a figure of its own, 9 by 5.8 inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / INCH, HEIGHT / INCH), dpi=INCH, facecolor=tokens.PAPER)
    gutter = GUTTER + 8 if picture.failed else 0
    axes = _axes(figure, BOTTOM + gutter, HEIGHT - TOP)
    span = _span(picture)
    _scale(axes, picture, span)
    _baseline(axes, picture)
    _frontier(axes, picture, span)
    _intervals(axes, picture)
    _marks(axes, picture)
    foot = _gutter(figure, picture, span) if picture.failed else axes
    _x_ticks(foot, picture.x, span)
    _surround(figure, picture)
    write_labels(figure, axes, picture)
    return figure


def _axes(figure: "Figure", bottom: float, top: float) -> "Axes":
    box = (LEFT / WIDTH, bottom / HEIGHT, (WIDTH - LEFT - RIGHT) / WIDTH, (top - bottom) / HEIGHT)
    axes = figure.add_axes(box, facecolor=tokens.PAPER)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(tokens.EDGE)
        spine.set_linewidth(POINT)
    axes.tick_params(length=0, pad=8, labelsize=12 * POINT, labelcolor=tokens.INK_2)
    return axes


def _span(picture: FrontierPicture) -> tuple[float, float]:
    """The range of x as shown, with air at both ends."""
    everything = [*picture.marks, *([picture.baseline] if picture.baseline else [])]
    values = [v * picture.x.factor for m in everything for v in (m.x_low, m.x, m.x_high)]
    values += [c.x * picture.x.factor for c in picture.failed if c.x]
    low, high = min(values), max(values)
    if picture.x.log and low > 0:
        air = (high / low) ** 0.07
        return low / air, high * air
    air = 0.07 * (high - low) or abs(high) * 0.5 or 1.0
    return low - air, high + air


def _scale(axes: "Axes", picture: FrontierPicture, span: tuple[float, float]) -> None:
    y = picture.y
    axes.set_xscale("log" if picture.x.log and span[0] > 0 else "linear")
    axes.set_xlim(*span)
    axes.set_ylim(*(v * y.factor for v in picture.view))
    axes.minorticks_off()
    at = ticks(*axes.get_ylim(), log=False)
    axes.set_yticks(at, [number(v, 6) for v in at])
    axes.set_xticks([])
    for value in at:
        axes.axhline(value, color=tokens.LINE, linewidth=POINT, zorder=1)
    for value in ticks(*span, log=axes.get_xscale() == "log"):
        axes.axvline(value, color=tokens.LINE, linewidth=POINT, zorder=1)


def _x_ticks(axes: "Axes", x: Axis, span: tuple[float, float]) -> None:
    at = ticks(*span, log=axes.get_xscale() == "log")
    axes.set_xticks(at, [number(v, 6) for v in at])
    axes.minorticks_off()


def _baseline(axes: "Axes", picture: FrontierPicture) -> None:
    base, factor = picture.baseline, picture.y.factor
    if base is None:
        return
    axes.axhspan(base.y_low * factor, base.y_high * factor, color=tokens.WELL, linewidth=0, zorder=0)
    axes.axhline(base.y * factor, color=tokens.INK_2, linewidth=POINT, linestyle=(0, (1, 3)), zorder=2)


def _frontier(axes: "Axes", picture: FrontierPicture, span: tuple[float, float]) -> None:
    """The staircase and its band: it runs on to that end of x where everything is allowed."""
    steps, better_high = picture.staircase, picture.x.higher_is_better
    if not steps:
        return
    x = [s.x * picture.x.factor for s in steps]
    rows = [[getattr(s, part) * picture.y.factor for s in steps] for part in ("y", "low", "high")]
    x = [span[0], *x] if better_high else [*x, span[1]]
    y, low, high = ([row[0], *row] if better_high else [*row, row[-1]] for row in rows)
    how: Literal["pre", "post"] = "pre" if better_high else "post"
    axes.fill_between(x, low, high, step=how, color=tokens.INK, alpha=0.055, linewidth=0, zorder=1.5)
    axes.step(x, y, where=how, color=tokens.INK, linewidth=1.5 * POINT, zorder=3, solid_joinstyle="miter")


def _intervals(axes: "Axes", picture: FrontierPicture) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    fx, fy = picture.x.factor, picture.y.factor
    lines: list[list[tuple[float, float]]] = []
    colours: list[Any] = []
    for m in sorted(picture.marks, key=lambda m: m.on_frontier):
        upright = [(m.x * fx, m.y_low * fy), (m.x * fx, m.y_high * fy)]
        across = [(m.x_low * fx, m.y * fy), (m.x_high * fx, m.y * fy)]
        lines += [line for line in (upright, across) if line[0] != line[1]]
        colours += [to_rgba(m.family.colour, 0.5 if m.on_frontier else 0.3)] * (len(lines) - len(colours))
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=POINT, zorder=4), autolim=False)
    if picture.baseline:
        b = picture.baseline
        axes.plot([b.x * fx] * 2, [b.y_low * fy, b.y_high * fy], color=tokens.INK, linewidth=POINT, zorder=4)


def _marks(axes: "Axes", picture: FrontierPicture) -> None:
    """Halo first, then the mark: off the frontier small and behind, on it large and before."""
    for on, radius, layer in ((False, 4.0, 5), (True, 6.0, 6)):
        for kind, _ in picture.families:
            group = [m for m in picture.marks if m.family.key == kind.key and m.on_frontier == on]
            _scatter(axes, picture, group, radius * kind.size, layer)
    fx, fy = picture.x.factor, picture.y.factor
    if picture.baseline:
        at = picture.baseline.x * fx, picture.baseline.y * fy
        axes.plot(*at, "o", ms=13 * POINT, mfc=tokens.PAPER, mec=tokens.INK, mew=1.75 * POINT, zorder=7)
        axes.plot(*at, "o", ms=5 * POINT, mfc=tokens.INK, mew=0, zorder=8)
    for m in picture.marks:
        if m.selected:
            axes.plot(m.x * fx, m.y * fy, "o", ms=22 * POINT, mfc="none", mec=tokens.ACCENT, mew=2 * POINT, zorder=7)


def _scatter(axes: "Axes", picture: FrontierPicture, group: Sequence[Mark], radius: float, layer: float) -> None:
    if not group:
        return
    kind = group[0].family
    x = [m.x * picture.x.factor for m in group]
    y = [m.y * picture.y.factor for m in group]
    area = [m.scale * (2 * radius * POINT) ** 2 for m in group]
    axes.scatter(x, y, s=area, marker=kind.marker, color=tokens.PAPER, linewidth=2.4 * POINT, zorder=layer)
    axes.scatter(x, y, s=area, marker=kind.marker, color=kind.colour, linewidth=0, zorder=layer + 0.5)


def _gutter(figure: "Figure", picture: FrontierPicture, span: tuple[float, float]) -> "Axes":
    """A strip under the chart, on the same x: one × for each candidate that gave no file.

    Those whose x is not known wait at the left end.
    """
    axes = _axes(figure, BOTTOM, BOTTOM + GUTTER)
    axes.set_facecolor(tokens.WELL)
    axes.spines["bottom"].set_visible(False)
    axes.set_xscale("log" if picture.x.log and span[0] > 0 else "linear")
    axes.set_xlim(*span)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.5], [words.say("frontier-gutter")])
    unknown = sum(not cross.x for cross in picture.failed)
    waiting, apart = 0, min(0.024, 0.12 / max(unknown, 1))
    for cross in picture.failed:
        where, across = (cross.x * picture.x.factor, axes.transData) if cross.x else (0.02 + apart * waiting, axes.transAxes)
        waiting += not cross.x
        axes.plot(where, 0.5, "x", color=cross.family.colour, ms=8 * POINT, mew=2 * POINT, transform=across)
    return axes


def _surround(figure: "Figure", picture: FrontierPicture) -> None:
    """Title, verdict, legend, the names of the axes, the foot."""

    def write(x: float, y: float, text: str, size: float, colour: str, weight: str = "normal", ha: str = "left") -> None:
        figure.text(x / WIDTH, y / HEIGHT, text, fontsize=size * POINT, color=colour, fontweight=weight, ha=ha)

    write(24, HEIGHT - 36, picture.title, 17, tokens.INK, "bold")
    write(24, HEIGHT - 58, picture.verdict, 13, tokens.INK_2)
    write(24, HEIGHT - 114, picture.y.label, 12, tokens.INK)
    write(WIDTH - RIGHT, 16, picture.x.label, 12, tokens.INK, ha="right")
    write(LEFT, 16, picture.foot, 12, tokens.INK_2)
    _legend(figure, picture)


def _legend(figure: "Figure", picture: FrontierPicture) -> None:
    from matplotlib.lines import Line2D

    handles, titles = [], []
    for kind, count in picture.families:
        size = 9 * kind.size * POINT
        handles.append(Line2D([], [], linestyle="", marker=kind.marker, color=kind.colour, mew=0, ms=size))
        titles.append(f"{kind.title}  {count}")
    if not handles:
        return
    figure.legend(
        handles,
        titles,
        loc="center left",
        bbox_to_anchor=(24 / WIDTH, (HEIGHT - 82) / HEIGHT),
        borderpad=0,
        borderaxespad=0,
        ncols=len(handles),
        frameon=False,
        fontsize=12 * POINT,
        labelcolor=tokens.INK,
        handletextpad=0.2,
        handlelength=1.2,
        columnspacing=1.4,
    )
