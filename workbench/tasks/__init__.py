"""What a model is for: data in three splits, the question that is asked of it, the form of inputs and outputs."""

from workbench.tasks.arrays import from_arrays
from workbench.tasks.naming import as_described, can_be_named, named
from workbench.tasks.reading import from_file
from workbench.tasks.registry import available, check_given, from_spec, load, names
from workbench.tasks.tables import target_column
from workbench.tasks.task import Signature, Split, Task, TensorSpec

__all__ = [
    "Signature",
    "Split",
    "Task",
    "TensorSpec",
    "as_described",
    "available",
    "can_be_named",
    "check_given",
    "from_arrays",
    "from_file",
    "from_spec",
    "load",
    "named",
    "names",
    "target_column",
]
