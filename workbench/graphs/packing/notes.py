"""Small whole numbers one after the other, as bytes: what a packed file says about its tensors."""

from workbench.graphs.packing.wire import varint


class Notes:
    """Writes unsigned numbers of at most 64 bits, the small ones in one byte."""

    def __init__(self) -> None:
        self.data = bytearray()

    def put(self, *values: int) -> None:
        for value in values:
            while value > 127:
                self.data.append(value & 127 | 128)
                value >>= 7
            self.data.append(value)


class Reading:
    """Reads the numbers of `Notes` in their order. Raises `ValueError` where there are none left."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def get(self, most: int) -> int:
        """The next number; one above `most` is a `ValueError`."""
        value, self._at = varint(self._data, self._at, len(self._data))
        if value > most:
            raise ValueError("not what was written")
        return value

    @property
    def rest(self) -> bytes:
        """The bytes that have not been read."""
        return self._data[self._at :]
