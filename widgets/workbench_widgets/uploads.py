"""Files on their way from a browser: in pieces, whole at the end or not taken."""

import hashlib
import secrets
from pathlib import Path

from workbench.errors import Damaged, InputError
from workbench.files import Digest, storage

LIMIT = 200_000_000
"""Bytes of the largest file that is taken; a larger one is named by its path on the server."""


class Upload:
    """A file that grows piece by piece in `folder`; one of its name that is there stays until it is whole."""

    def __init__(self, folder: Path, name: str, size: int) -> None:
        if size > LIMIT:
            raise InputError("upload-large", name=name, limit=LIMIT // 10**6)
        self.name = name
        self.path = folder / (name.replace("\\", "/").rpartition("/")[2].lstrip(".") or "file")
        self.size = size
        self.received = 0
        self._state = hashlib.sha256()
        self._growing = folder / f".{secrets.token_hex(8)}"
        with storage(self._growing):
            self._growing.write_bytes(b"")

    def add(self, offset: int, piece: bytes) -> int:
        """Takes the next piece; returns how many bytes there are by now. `Damaged` for one that does not belong here."""
        if offset != self.received or offset + len(piece) > self.size:
            raise Damaged("upload-broken", name=self.name)
        with storage(self._growing), open(self._growing, "ab") as f:
            f.write(piece)
        self._state.update(piece)
        self.received += len(piece)
        return self.received

    def finish(self, digest: Digest) -> Path:
        """The whole file. `Damaged` where its bytes are not those that were sent."""
        if self.received != self.size or self._state.hexdigest() != digest:
            raise Damaged("upload-broken", name=self.name)
        with storage(self.path):
            self._growing.replace(self.path)
        return self.path

    def drop(self) -> None:
        """Takes away what has come so far."""
        self._growing.unlink(missing_ok=True)
