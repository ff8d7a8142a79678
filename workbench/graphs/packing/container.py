"""A packed file.

    4 bytes   WBPK
    4         CRC-32 of all that follows: damage by chance is found before anything is read
    1         version of the form: 1
    32        SHA-256 of the file that was packed: verified before anything is returned
    numbers   size of that file; then 0 and all of it by LZMA2, or
              1 + tensors that are coded, lanes of the coder, bytes of text and of noise
    ...       text (LZMA2), noise, coded symbols

Sizes that a packed file declares are bounded before memory is taken for them.
"""

import hashlib
import lzma
import zlib
from typing import Any

from workbench.errors import Damaged, InputError
from workbench.graphs.packing.notes import Notes, Reading
from workbench.graphs.packing.parts import Parts, put_together, take_apart
from workbench.graphs.packing.rans import MOST_LANES, Decoder
from workbench.graphs.packing.streams import Reader

MAGIC, VERSION = b"WBPK", 1

MOST_BYTES, MOST_RATIO = 1 << 32, 8192
"""The largest file, and the largest ratio: LZMA makes 7,050 to 1 of zeros. What declares itself larger is refused."""

_CHECKED = len(MAGIC) + 4
_HEAD = _CHECKED + 1 + 32
_PRESET, _DICTIONARY = 9 | lzma.PRESET_EXTREME, 1 << 26
_LITERALS = ({"lc": 3, "pb": 2}, {"lc": 3, "pb": 0}, {"lc": 1, "pb": 0}, {"lc": 0, "pb": 0})
_TRIED = 1 << 17
_MALFORMED = (ValueError, IndexError, OverflowError, MemoryError, lzma.LZMAError)


def packed(data: bytes) -> bytes:
    """The packed form of a file: its tensors coded, or all of it by LZMA2, never larger than `xz -9e` makes it.

    Raises `InputError` for nothing, and for more than 4 GiB.
    """
    if not 0 < len(data) <= MOST_BYTES:
        raise InputError("pack-size", size=len(data), most=MOST_BYTES)
    whole, coded = _whole(data), _coded(len(data), take_apart(data))
    better = len(coded) < len(whole) and len(data) <= MOST_RATIO * len(coded) and _gives(coded, data)
    checked = bytes([VERSION]) + hashlib.sha256(data).digest() + (coded if better else whole)
    return MAGIC + zlib.crc32(checked).to_bytes(4, "little") + checked


def unpacked(data: bytes, name: str) -> bytes:
    """The file that was packed. Raises `Damaged`, with `name`, for what is no packed file, or is not whole."""
    if data[: len(MAGIC)] != MAGIC:
        raise Damaged("not-packed", path=name)
    checked = data[_CHECKED:]
    if len(data) <= _HEAD or zlib.crc32(checked).to_bytes(4, "little") != data[len(MAGIC) : _CHECKED]:
        raise Damaged("packed-damaged", path=name)
    if checked[0] != VERSION:
        raise InputError("packed-newer", path=name, version=checked[0], known=VERSION)
    try:
        made = _read(data[_HEAD:])
    except _MALFORMED:
        raise Damaged("packed-damaged", path=name) from None
    if hashlib.sha256(made).digest() != data[_CHECKED + 1 : _HEAD]:
        raise Damaged("packed-damaged", path=name)
    return made


def _gives(body: bytes, data: bytes) -> bool:
    """Whether a body gives the file back. Coded tensors are the one part that a mistake here could spoil: never kept then."""
    try:
        return _read(body) == data
    except _MALFORMED:
        return False


def _whole(data: bytes) -> bytes:
    """All of a file by the very filter of `xz -9e`: what is around it takes fewer bytes here than there."""
    head = Notes()
    head.put(len(data), 0)
    filters = [{"id": lzma.FILTER_LZMA2, "preset": _PRESET}]
    return bytes(head.data) + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


def _coded(size: int, parts: Parts) -> bytes:
    head, text = Notes(), _shortest(parts.text, size)
    head.put(size, parts.tensors + 1, parts.lanes, len(text), len(parts.noise))
    return bytes(head.data) + text + parts.noise + parts.coded


def _read(body: bytes) -> bytes:
    head = Reading(body)
    size, way = head.get(min(MOST_BYTES, MOST_RATIO * len(body))), head.get(len(body))
    if way == 0:
        return _expanded(head.rest, size, size)
    lanes, text, noise = head.get(MOST_LANES), head.get(len(body)), head.get(len(body))
    rest = head.rest
    coder = Decoder(rest[text + noise :], lanes)
    notes = Reading(_expanded(rest[:text], 2 * size, size))
    return put_together(way - 1, Reader(notes, coder, rest[text : text + noise]), size)


def _shortest(text: bytes, size: int) -> bytes:
    """Text by LZMA2; a short one with the setting that suits it best."""
    settings = _LITERALS if len(text) <= _TRIED else _LITERALS[:1]
    tried = (_filters(size, preset=_PRESET, **setting) for setting in settings)
    return min((lzma.compress(text, lzma.FORMAT_RAW, filters=filters) for filters in tried), key=len)


def _expanded(text: bytes, most: int, size: int) -> bytes:
    reader = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_filters(size))
    found = reader.decompress(text, max_length=most + 1)
    if len(found) > most or not reader.eof or reader.unused_data:
        raise ValueError("not as long as it says")
    return found


def _filters(size: int, **setting: Any) -> list[dict[str, Any]]:
    return [{"id": lzma.FILTER_LZMA2, "dict_size": min(_DICTIONARY, max(4096, 2 * size)), **setting}]
