"""What each panel shows: a function from the session to JSON values. No widget here, and no algorithm."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench_widgets.views import compare, frontier, load, model, publish, recipe, run

if TYPE_CHECKING:
    from workbench_widgets.session import Session

_MODULES = {
    "load": load,
    "model": model,
    "recipe": recipe,
    "frontier": frontier,
    "run": run,
    "compare": compare,
    "publish": publish,
}

VIEWS: dict[str, Callable[["Session"], dict[str, Any]]] = {name: module.view for name, module in _MODULES.items()}


def said(session: "Session", panel: str) -> str:
    """A panel's values in a line: the widget's text form, which notebooks' tests compare."""
    return _MODULES[panel].said(session)


def codes(session: "Session") -> dict[str, str]:
    """For each panel, the Python that does what it shows; none for one whose study cannot be read, which the panel says."""
    return {name: _code(session, name) for name in _MODULES}


def _code(session: "Session", panel: str) -> str:
    try:
        return _MODULES[panel].code(session)
    except Exception:
        return ""
