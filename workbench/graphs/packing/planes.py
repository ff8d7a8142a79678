"""Floats of more than 256 values: their exponents are coded as levels, the bytes below where they are more than noise.

With the sign moved behind the mantissa, the first byte of a float is its exponent (of a half-precision one, and three bits
of the mantissa), which takes few values. What is below looks like noise in trained weights, and not in weights that were
rounded, or set to zero.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.graphs.packing.elements import planes_of, raw_of_planes
from workbench.graphs.packing.levels import read_levels, write_levels
from workbench.graphs.packing.streams import Reader, Writer

_NOISE = 0.985
"""Bytes whose entropy is at least this share of 8 bits stay as they are."""

Bytes = npt.NDArray[np.uint8]


def write_planes(raw: bytes, form: str, dims: Sequence[int], to: Writer) -> None:
    planes = planes_of(raw, form)
    first = planes[:, 0]
    write_levels(first, np.unique(first), dims, "exponents", to)
    skipped = first == 0
    zeros = bool(skipped.any()) and not planes[skipped].any()
    below = planes[~skipped] if zeros else planes
    coded = [not _is_noise(below[:, i]) for i in range(1, planes.shape[1])]
    to.notes.put(zeros + sum(bit << i for i, bit in enumerate(coded, 1)))
    for i, bit in enumerate(coded, 1):
        plane = np.ascontiguousarray(below[:, i])
        if bit:
            write_levels(plane, np.unique(plane), plane.shape, f"byte {i} of {form}", to)
        else:
            to.noise += plane.tobytes()


def read_planes(form: str, dims: Sequence[int], source: Reader) -> bytes:
    width = int(form[1])
    first = read_levels(dims, 255, "exponents", source)
    flags = source.notes.get((1 << width) - 1)
    there = first != 0 if flags & 1 else np.ones(len(first), bool)
    count = int(there.sum())
    planes = np.zeros((len(first), width), np.uint8)
    planes[:, 0] = first
    for i in range(1, width):
        if not flags >> i & 1:
            planes[there, i] = source.noise(count)
        elif count:
            planes[there, i] = read_levels((count,), 255, f"byte {i} of {form}", source)
        else:
            raise ValueError("not what was written")
    return raw_of_planes(planes, form)


def _is_noise(plane: Bytes) -> bool:
    often = np.bincount(plane, minlength=256)
    share = often[often > 0] / len(plane)
    return -float((share * np.log2(share)).sum()) >= 8 * _NOISE
