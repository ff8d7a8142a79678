"""An ONNX file as streams: the tensors that are coded, and the rest, which general-purpose compression gets.

A tensor stays in the rest where it is small, of a type that is not coded, or where LZMA alone makes less of it (a table
that repeats itself, say).
"""

import lzma
from dataclasses import dataclass

import numpy as np

from workbench.graphs.packing.elements import FORMS, coded_dims, form_of, keys_of, most_of, raw_of, stored_bytes
from workbench.graphs.packing.levels import LEVELS, read_levels, write_levels
from workbench.graphs.packing.planes import read_planes, write_planes
from workbench.graphs.packing.streams import Reader, Writer
from workbench.graphs.packing.wire import Stored, initializers

SMALLEST = 256
"""Tensors of fewer bytes stay in the rest."""

_DIMENSIONS, _NUMBER = 64, (1 << 64) - 1


@dataclass(frozen=True)
class Parts:
    """The streams of a file: `text` is what says where the tensors go, followed by all that is not in them."""

    tensors: int
    lanes: int
    text: bytes
    noise: bytes
    coded: bytes


def take_apart(data: bytes) -> Parts:
    """The streams of a file; one that is no ONNX file, or has no tensors worth it, is all text."""
    to, rest, at, tensors = Writer(), bytearray(), 0, 0
    for stored in initializers(data):
        trial = to.trial()
        if stored.start >= at and _write(stored, data[stored.start : stored.stop], stored.start - at, trial):
            to.take(trial)
            rest += data[at : stored.start]
            at, tensors = stored.stop, tensors + 1
    text = bytes(to.notes.data + rest + data[at:])
    return Parts(tensors, to.coder.lanes, text, bytes(to.noise), to.coder.finish())


def put_together(tensors: int, source: Reader, size: int) -> bytes:
    """The file of `size` bytes. Raises `ValueError` where the streams do not make one."""
    pieces, left = [], size
    for _ in range(tensors):
        gap = source.notes.get(left)
        pieces.append((gap, _read(source, left - gap)))
        left -= gap + len(pieces[-1][1])
    source.finish()
    rest, at, made = source.notes.rest, 0, bytearray()
    for gap, raw in pieces:
        made += rest[at : at + gap] + raw
        at += gap
    made += rest[at:]
    if len(made) != size:
        raise ValueError("not what was written")
    return bytes(made)


def _write(stored: Stored, raw: bytes, gap: int, to: Writer) -> bool:
    """Whether a tensor is of a kind that is coded, and better off so."""
    form = form_of(stored.type, stored.dims, len(raw))
    if form is None or len(raw) < SMALLEST:
        return False
    keys = keys_of(raw, form)
    levels = np.unique(keys)
    few = len(levels) <= LEVELS
    if not few and form[0] != "f":
        return False
    to.notes.put(gap, 2 * FORMS.index(form) + few, len(stored.dims), *stored.dims)
    if few:
        write_levels(keys, levels, coded_dims(form, stored.dims), "levels", to)
    else:
        write_planes(raw, form, stored.dims, to)
    return to.size < len(lzma.compress(raw, preset=1))


def _read(source: Reader, most: int) -> bytes:
    """The bytes of the next tensor, at most so many."""
    notes = source.notes
    code = notes.get(2 * len(FORMS) - 1)
    form, few = FORMS[code // 2], code % 2
    dims = [notes.get(_NUMBER) for _ in range(notes.get(_DIMENSIONS))]
    if not SMALLEST <= stored_bytes(form, dims) <= most or (not few and form[0] != "f"):
        raise ValueError("not what was written")
    if few:
        return raw_of(read_levels(coded_dims(form, dims), most_of(form), "levels", source), form)
    return read_planes(form, dims, source)
