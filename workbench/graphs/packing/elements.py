"""The numbers of a tensor as whole numbers that ascend with them, and back, bit for bit."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[Any]  # unsigned, of the elements' own width

# type in onnx.proto: kind (unsigned, integer, float, n and m: two four-bit numbers a byte, without and with sign) and bytes
_TYPES = {2: "u1", 4: "u2", 12: "u4", 13: "u8", 9: "u1", 3: "i1", 5: "i2", 6: "i4", 7: "i8", 21: "n1", 22: "m1"}
_TYPES |= {10: "f2", 16: "f2", 1: "f4", 11: "f8"}
FORMS = ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "n1", "m1", "f2", "f4", "f8")
"""How elements are read; a packed file names them by their place here."""


def form_of(type: int, dims: Sequence[int], size: int) -> str | None:
    """How the `size` bytes of a tensor are read; None for a type that is not known, and where size and dimensions differ."""
    form = _TYPES.get(type)
    if form is None or size != stored_bytes(form, dims):
        return None
    return form


def stored_bytes(form: str, dims: Sequence[int]) -> int:
    """The bytes of a tensor of these dimensions."""
    count = math.prod(dims)
    return (count + 1) // 2 if form[0] in "nm" else count * int(form[1])


def coded_dims(form: str, dims: Sequence[int]) -> Sequence[int]:
    """The dimensions of a tensor's keys: those of four-bit elements are lost where the last byte holds only one."""
    odd = form[0] in "nm" and math.prod(dims) % 2
    return (math.prod(dims) + 1,) if odd else dims


def most_of(form: str) -> int:
    """The largest key."""
    return 15 if form[0] in "nm" else (1 << 8 * int(form[1])) - 1


def keys_of(raw: bytes, form: str) -> Keys:
    """Unsigned numbers in the order of the elements' values; of four-bit elements two from each byte, the low half first."""
    kind, width = form[0], int(form[1])
    bits = np.frombuffer(raw, f"<u{width}")
    sign = bits.dtype.type(1 << (8 * width - 1))
    if kind in "nm":
        halves = np.stack([bits & 15, bits >> 4], axis=1).ravel()
        return halves ^ 8 if kind == "m" else halves
    if kind == "i":
        return bits ^ sign
    if kind == "f":
        return np.where(bits & sign, ~bits, bits | sign)
    return bits


def raw_of(keys: Keys, form: str) -> bytes:
    """The bytes that `keys_of` was given."""
    kind, width = form[0], int(form[1])
    keys = keys.astype(f"<u{width}")
    sign = keys.dtype.type(1 << (8 * width - 1))
    if kind in "nm":
        halves = keys.reshape(-1, 2) ^ (8 if kind == "m" else 0)
        return (halves[:, 0] | halves[:, 1] << 4).astype(np.uint8).tobytes()
    if kind == "i":
        keys = keys ^ sign
    if kind == "f":
        keys = np.where(keys & sign, keys ^ sign, ~keys)
    return keys.tobytes()


def planes_of(raw: bytes, form: str) -> npt.NDArray[np.uint8]:
    """The bytes of floats (elements x bytes), the sign moved to the end: first the exponent, then what looks like noise."""
    width = int(form[1])
    bits = np.frombuffer(raw, f"<u{width}")
    turned = bits << 1 | bits >> (8 * width - 1)
    return turned.astype(f">u{width}").view(np.uint8).reshape(-1, width)


def raw_of_planes(planes: npt.NDArray[np.uint8], form: str) -> bytes:
    """The bytes that `planes_of` was given."""
    width = int(form[1])
    turned = np.ascontiguousarray(planes).view(f">u{width}").ravel().astype(f"<u{width}")
    return (turned >> 1 | turned << (8 * width - 1)).astype(f"<u{width}").tobytes()
