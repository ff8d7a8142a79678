"""Pictures of records. First a plain record of what is drawn (numbers, tested as numbers), then a drawing of it.

One record feeds matplotlib, a widget and a report. matplotlib is imported when something is drawn, never before; its
object-oriented side only, so that no window, no backend and no global state is touched.
"""

from workbench.plots.axis import Axis, number, percent
from workbench.plots.drawing import draw_frontier
from workbench.plots.family import FAMILIES, Family, caption, family
from workbench.plots.pareto import Pareto, pareto
from workbench.plots.picture import Cross, Drawable, FrontierPicture, Mark, Point, Step, frontier_points
from workbench.plots.points import Chart
from workbench.plots.saving import SUFFIXES, checked_suffix, save

__all__ = [
    "FAMILIES",
    "SUFFIXES",
    "Axis",
    "Chart",
    "Cross",
    "Drawable",
    "Family",
    "FrontierPicture",
    "Mark",
    "Pareto",
    "Point",
    "Step",
    "caption",
    "checked_suffix",
    "draw_frontier",
    "family",
    "frontier_points",
    "number",
    "pareto",
    "percent",
    "save",
]
