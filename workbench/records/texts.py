"""JSON of rows, read so that thousands of them fit into a page's kernel.

Rows say the same names, digests and machines again and again: each text is in memory once, however many rows there are.
"""

import json
import sys
from typing import Any


def shared_texts(text: str) -> Any:
    """The value of a JSON text; equal texts in what is read this way are one object."""
    return _DECODER.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {sys.intern(name): _shared(value) for name, value in pairs}


def _shared(value: Any) -> Any:
    if type(value) is list:
        return [_shared(item) for item in value]
    return sys.intern(value) if type(value) is str else value


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
