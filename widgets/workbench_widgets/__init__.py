"""The panels: anywidgets over one `Session`, each usable alone in a notebook.

    Session    what one person has selected, and what each panel shows of it
    Load, Model, Recipe, Frontier, Run, Compare, Publish
               one panel each; `Page` has them all
    views      from a session to a panel's values; `doing`: what its controls ask for

No algorithm is here and no torch: what is done is asked of `workbench`, whose workers do it.
"""

from workbench_widgets.panel import Compare, Frontier, Load, Model, Page, Panel, Publish, Recipe, Run
from workbench_widgets.session import Session

__all__ = ["Compare", "Frontier", "Load", "Model", "Page", "Panel", "Publish", "Recipe", "Run", "Session"]
