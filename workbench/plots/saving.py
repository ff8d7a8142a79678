"""A figure as a file: whole or not there, and the same bytes for the same figure."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, NotFound
from workbench.files import write_atomic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg")
DOTS_PER_INCH = 200


def save(figure: "Figure", path: Path | str) -> Path:
    """Writes a figure as .png or .svg, by the suffix, and returns the absolute path.

    No date and no program version go into the file. Raises what `checked_suffix` raises, and `StorageError` where the file
    cannot be written.
    """
    target = checked_suffix(path)
    write_atomic(target, rendered(figure, target.suffix.lower()))
    return target


def checked_suffix(path: Path | str) -> Path:
    """The absolute path of a picture that is to be written.

    Raises `InputError` where its suffix names no kind of picture, and `NotFound` where its folder is not there.
    """
    target = Path(path).expanduser().absolute()
    if target.suffix.lower() not in SUFFIXES:
        raise InputError("picture-suffix", path=target.name, known=" or ".join(SUFFIXES))
    if not target.parent.is_dir():
        raise NotFound("picture-folder", path=target.name, folder=str(target.parent))
    return target


def rendered(figure: "Figure", suffix: str) -> bytes:
    """The bytes of a figure as ".png" or ".svg"."""
    import matplotlib

    nothing: dict[str, Any] = {"Software": None} if suffix == ".png" else {"Date": None, "Creator": None}
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "workbench"}):
        figure.savefig(buffer, format=suffix[1:], dpi=DOTS_PER_INCH, metadata=nothing, facecolor=figure.get_facecolor())
    return buffer.getvalue()
