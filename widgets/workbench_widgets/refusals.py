"""What is said of an error where the person looks, in the language of that place: until then the error itself is kept."""

from typing import TypeVar

from workbench.errors import WorkbenchError

E = TypeVar("E", bound=Exception)


def sentence(error: Exception) -> str:
    """The library's own sentence; of anything else its kind and what it says."""
    return str(error) if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {error}"


def kept(error: E) -> E:
    """The error without the frames that it came through, which hold what was in hand there: arrays, whole models."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
