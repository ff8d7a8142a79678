"""The compression workbench: make a trained PyTorch model small and fast, and prove it.

Nothing heavy is imported here: every public name is looked up when it is first used, and torch, ONNX Runtime and
matplotlib are imported in the body of the verb that needs them.
"""

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_ROOMS = {"errors", "events", "export", "graphs", "jobs", "measure", "models", "plots", "publish", "receipts"}
_ROOMS |= {"recipes", "records", "study", "tasks", "techniques", "training"}

_NAMES = {
    "Artifact": "publish",
    "Certificate": "graphs",
    "Changes": "study",
    "Comparison": "study",
    "Distillation": "techniques",
    "DynamicQuantization": "techniques",
    "FineTuning": "techniques",
    "Frontier": "study",
    "HalfPrecision": "techniques",
    "Machine": "machine",
    "Measurement": "records",
    "Model": "models",
    "Recipe": "recipes",
    "StaticQuantization": "techniques",
    "StructuredPruning": "techniques",
    "Study": "study",
    "Task": "tasks",
    "WeightClipping": "techniques",
    "WeightPruning": "techniques",
    "certify": "graphs",
    "changes": "study",
    "compare": "study",
    "fit": "training",
    "load_artifact": "publish",
    "pack": "graphs",
    "preview": "study",
    "reproduce": "receipts",
    "studies": "study",
    "unpack": "graphs",
}

__all__ = [
    "Artifact",
    "Certificate",
    "Changes",
    "Comparison",
    "Distillation",
    "DynamicQuantization",
    "FineTuning",
    "Frontier",
    "HalfPrecision",
    "Machine",
    "Measurement",
    "Model",
    "Recipe",
    "StaticQuantization",
    "StructuredPruning",
    "Study",
    "Task",
    "WeightClipping",
    "WeightPruning",
    "__version__",
    "certify",
    "changes",
    "compare",
    "errors",
    "events",
    "export",
    "fit",
    "graphs",
    "jobs",
    "load_artifact",
    "measure",
    "models",
    "pack",
    "plots",
    "preview",
    "publish",
    "receipts",
    "recipes",
    "records",
    "reproduce",
    "studies",
    "study",
    "tasks",
    "techniques",
    "training",
    "unpack",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        value = getattr(importlib.import_module(f"workbench.{_NAMES[name]}"), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"workbench.{name}")
    else:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)


if TYPE_CHECKING:
    from workbench import (
        errors,
        events,
        export,
        graphs,
        jobs,
        measure,
        models,
        plots,
        publish,
        receipts,
        recipes,
        records,
        study,
        tasks,
        techniques,
        training,
    )
    from workbench.graphs import Certificate, certify, pack, unpack
    from workbench.machine import Machine
    from workbench.models import Model
    from workbench.publish import Artifact, load_artifact
    from workbench.receipts import reproduce
    from workbench.recipes import Recipe
    from workbench.records import Measurement
    from workbench.study import Changes, Comparison, Frontier, Study, changes, compare, preview, studies
    from workbench.tasks import Task
    from workbench.techniques import (
        Distillation,
        DynamicQuantization,
        FineTuning,
        HalfPrecision,
        StaticQuantization,
        StructuredPruning,
        WeightClipping,
        WeightPruning,
    )
    from workbench.training import fit
