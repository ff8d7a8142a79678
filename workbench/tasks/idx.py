"""The IDX format of the MNIST family: two zero bytes, a type, a number of axes, their lengths, and the numbers.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (file format at its end).
"""

import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np

from workbench.errors import Damaged
from workbench.tasks.task import Array
from workbench.words import part

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"
_PIECE = 2**20


def read_idx(path: Path) -> Array:
    """The array in an IDX file, plain or gzipped, in its own type. Raises `Damaged` where the file is not whole."""
    with open(path, "rb") as file:
        zipped = file.read(2) == _GZIP
    with gzip.open(path) if zipped else open(path, "rb") as opened:
        try:
            return _read(opened)
        except (_NotWhole, OSError, EOFError, zlib.error) as error:
            raise Damaged("not-idx", path=str(path), why=error.args[0]) from None


class _NotWhole(Exception):
    """Why a file is no IDX file: a `Part`."""


def _read(file: gzip.GzipFile | io.BufferedReader) -> Array:
    """Straight into the array, so that a set of pictures is in memory once."""
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES:
        raise _NotWhole(part("idx-begin"))
    sides = file.read(4 * head[3])
    if len(sides) < 4 * head[3]:
        raise _NotWhole(part("idx-header"))
    kind = np.dtype(_TYPES[head[2]])
    try:
        array = np.empty(struct.unpack(f">{head[3]}I", sides), kind)
    except (MemoryError, ValueError):
        raise _NotWhole(part("idx-numbers")) from None
    into, filled = array.reshape(-1).view(np.uint8).data, 0
    while filled < array.nbytes and (count := file.readinto(into[filled : filled + _PIECE])):
        filled += count
    if filled < array.nbytes or file.read(1):
        raise _NotWhole(part("idx-less" if filled < array.nbytes else "idx-more", bytes=array.nbytes))
    return array.astype(kind.newbyteorder("="), copy=False)
