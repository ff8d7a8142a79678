"""Where the numbers lie in an ONNX file: just enough of protobuf to walk through its length-delimited fields.

Field numbers are those of onnx.proto: ModelProto.graph = 7, GraphProto.initializer = 5, TensorProto.dims = 1,
data_type = 2, raw_data = 9. What is not understood is stepped over, so that neither onnx nor protobuf is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_GRAPH, _INITIALIZER, _DIMS, _TYPE, _RAW = 7, 5, 1, 2, 9
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class Stored:
    """An initializer's numbers: their bytes in the file, their type as onnx.proto counts it, their dimensions."""

    start: int
    stop: int
    type: int
    dims: tuple[int, ...]


def initializers(data: bytes) -> list[Stored]:
    """The initializers whose numbers lie in the file as raw bytes, in their order; none where the file is no ONNX file."""
    found = []
    try:
        for number, start, stop in _fields(data, 0, len(data)):
            if number == _GRAPH:
                tensors = [_tensor(data, a, b) for n, a, b in _fields(data, start, stop) if n == _INITIALIZER]
                found += [tensor for tensor in tensors if tensor is not None]
    except ValueError:
        return []
    return found


def varint(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """An unsigned number of at most 64 bits in groups of seven, lowest first, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= stop:
            raise ValueError("cut short")
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("longer than 64 bits")


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Each field's number and the bytes of its value."""
    while at < end:
        key, at = varint(data, at, end)
        kind = key & 7
        if kind == _BYTES:
            size, at = varint(data, at, end)
        elif kind == _VARINT:
            size = varint(data, at, end)[1] - at
        elif kind in (_FIXED32, _FIXED64):
            size = 4 if kind == _FIXED32 else 8
        else:
            raise ValueError("no such kind of field")
        if at + size > end:
            raise ValueError("cut short")
        yield key >> 3, at, at + size
        at += size


def _tensor(data: bytes, start: int, stop: int) -> Stored | None:
    dims: list[int] = []
    kind, raw = 0, (0, 0)
    for number, a, b in _fields(data, start, stop):
        if number == _DIMS:  # one number a field, or several in one
            while a < b:
                value, a = varint(data, a, b)
                dims.append(value)
        elif number == _TYPE:
            kind = varint(data, a, b)[0]
        elif number == _RAW:
            raw = a, b
    return Stored(*raw, kind, tuple(dims)) if raw[1] > raw[0] else None
