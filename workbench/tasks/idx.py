"""The IDX format of the MNIST family: two zero bytes, a type, a number of axes, their lengths, and the numbers.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits" (file format at its end).
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from workbench.errors import Damaged
from workbench.tasks.task import Array

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"


def read_idx(path: Path) -> Array:
    """The array in an IDX file, plain or gzipped, in its own type. Raises `Damaged` where the file is not whole."""
    data = path.read_bytes()
    if data.startswith(_GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise Damaged("not-idx", path=str(path), why=str(error)) from None
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in _TYPES:
        raise Damaged("not-idx", path=str(path), why="it does not begin as one")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise Damaged("not-idx", path=str(path), why="it ends within its header")
    shape = struct.unpack(f">{data[3]}I", data[4:start])
    kind = np.dtype(_TYPES[data[2]])
    expected = start + kind.itemsize * math.prod(shape)
    if len(data) != expected:
        raise Damaged("not-idx", path=str(path), why=f"it has {len(data)} bytes instead of {expected}")
    return np.frombuffer(data, kind, offset=start).reshape(shape).astype(kind.newbyteorder("="))
