"""Published artifacts: a folder with the file and all that it needs to be trusted and run, and the registry of names.

Reading and running an artifact needs ONNX Runtime and numpy and nothing else. What publishing needs (SQLAlchemy,
matplotlib) is imported when something is published.
"""

import importlib
from typing import TYPE_CHECKING, Any

from workbench.publish.artifact import Artifact, load_artifact
from workbench.publish.prediction import Prediction

_LATER = {"publish": "publishing", "names": "registry", "versions": "registry", "aliases": "registry", "locate": "registry"}

__all__ = ["Artifact", "Prediction", "aliases", "load_artifact", "locate", "names", "publish", "versions"]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'workbench.publish' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"workbench.publish.{_LATER[name]}"), name)
    globals()[name] = value
    return value


if TYPE_CHECKING:
    from workbench.publish.publishing import publish
    from workbench.publish.registry import aliases, locate, names, versions
