"""What controls ask for: commands by name, each a function of the session and the fields that the control sends."""

from collections.abc import Callable
from typing import Any

from workbench_widgets.doing import compare, frontier, load, model, page, publish, recipe, run

_BY_PANEL = {
    "load": load.COMMANDS,
    "model": model.COMMANDS,
    "recipe": recipe.COMMANDS,
    "frontier": frontier.COMMANDS,
    "run": run.COMMANDS,
    "compare": compare.COMMANDS,
    "publish": publish.COMMANDS,
}

_ALL = "load"
"""Where a refusal of the page's own commands is said."""

COMMANDS: dict[str, tuple[str, Callable[..., Any]]] = {
    name: (panel, act) for panel, commands in [*_BY_PANEL.items(), (_ALL, page.COMMANDS)] for name, act in commands.items()
}
