"""Packed files: any file, and an ONNX file above all, stored in fewer bytes than xz needs, and read back bit for bit.

xz sees bytes. This knows tensors: which bytes are weights, where each weight lies in its kernel, and how large those of
its channel are. What is not weights goes through LZMA2. Reading needs numpy, and neither onnx nor torch.

    file ──▶ wire (where the numbers lie) ──▶ parts ──▶ levels, planes (what the numbers are) ──▶ scan (what each is
    expected to be) ──▶ tables (how probable) ──▶ rans (bits) ──▶ container
"""

from pathlib import Path

from workbench.errors import NotFound
from workbench.files import write_atomic
from workbench.graphs.packing.container import packed, unpacked

__all__ = ["pack", "packed", "unpack", "unpacked"]


def pack(file: Path | str, to: Path | str) -> Path:
    """Stores a file packed: never larger than `xz -9e` makes it, and well below that where weights take few levels.

    Returns the path of the packed file, which is whole or not there. Raises `NotFound` where there is no `file`,
    `InputError` for one that is empty or above 4 GiB, `StorageError` where `to` cannot be written.
    """
    target = Path(to)
    write_atomic(target, packed(_bytes(Path(file))))
    return target


def unpack(file: Path | str) -> bytes:
    """The bytes of the file that was packed, verified by their SHA-256.

    Raises `NotFound` where there is no such file, `Damaged` for one that is cut short, changed, or no packed file, and
    `InputError` for one that a newer version has written.
    """
    return unpacked(_bytes(Path(file)), str(file))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound("file-missing", path=str(path)) from None
