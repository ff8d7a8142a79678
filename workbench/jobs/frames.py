"""Messages between caller, foreman and worker: a JSON head and named bytes. Nothing is unpickled here.

A frame is: the head's length (8 bytes, big-endian), the head, then the bytes of each blob in the order of the head's
`blobs` list of [name, length].
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, Protocol

_LENGTH = struct.Struct(">Q")


class Stream(Protocol):
    """What a message is written to and read from: a pipe's or a socket's file."""

    def read(self, size: int, /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


def write_frame(stream: Stream, head: Mapping[str, Any], blobs: Mapping[str, bytes] | None = None) -> None:
    """Writes one message and flushes it."""
    named = blobs or {}
    text = json.dumps({**head, "blobs": [[name, len(data)] for name, data in named.items()]}).encode()
    stream.write(_LENGTH.pack(len(text)) + text)
    for data in named.values():
        stream.write(data)
    stream.flush()


def read_frame(stream: Stream) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The next message; raises `EOFError` where the other side is gone."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    head = json.loads(_exactly(stream, length))
    blobs = {name: _exactly(stream, size) for name, size in head.pop("blobs")}
    return head, blobs


def _exactly(stream: Stream, count: int) -> bytes:
    data = stream.read(count)
    if data is None or len(data) < count:
        raise EOFError
    return data
