"""The page for people who write no code: plain ipywidgets over one `Session`.

    Session    what one person has selected: an example, a ratio, a candidate, a name
    Work       one thing that is being done in the background, as traits: a page only shows it
    page       the widgets, and which selection or work each of them shows

No algorithm is here and no torch: what is done is asked of `workbench`, whose workers do it.
"""

from workbench_widgets.page import Page
from workbench_widgets.session import Session
from workbench_widgets.work import Work

__all__ = ["Page", "Session", "Work"]
