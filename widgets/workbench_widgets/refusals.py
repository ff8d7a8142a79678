"""What is said of an error where the person looks."""

from workbench.errors import WorkbenchError


def sentence(error: Exception) -> str:
    """The library's own sentence; of anything else its kind and what it says."""
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"
