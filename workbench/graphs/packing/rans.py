"""The entropy coder: range variant of asymmetric numeral systems (Duda 2013, arXiv:1311.2540), in whole numbers only.

Symbols are coded `lanes` at a time: each lane has a state of its own, and all of them share one stream of words of three
bytes. A step of the decoder is then a handful of numpy calls for all lanes. Nothing here is a floating-point number, so
that every machine reads what any other has written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

PRECISION = 20
"""Frequencies of a table sum to 2**PRECISION."""

_LOW, _WORD = 24, 24
_WORD_BYTES, _STATE_BYTES = 3, 6
_PER_LANE = 8192

MOST_LANES = 4096


class Coder(Protocol):
    """Codes blocks of symbols, each by the row of a table that its context names; gives the symbols back."""

    def block(self, table: "Table", contexts: Ints, symbols: Ints | None) -> Ints: ...


@dataclass(frozen=True)
class Table:
    """Cumulative frequencies: contexts x (symbols + 1), each row from 0 to 2**PRECISION."""

    cumulative: Ints

    def ranges(self, contexts: Ints, symbols: Ints) -> tuple[Ints, Ints]:
        """Where the range of each symbol begins, and its length."""
        start = self.cumulative[contexts, symbols]
        return start, self.cumulative[contexts, symbols + 1] - start


@dataclass
class Encoder:
    """Collects the ranges of all symbols; `finish` makes the bytes (the last symbol is written first).

    `bits` is what they will take: a float, and nothing that is written depends on it.
    """

    bits: float = 0.0
    _blocks: list[tuple[Ints, Ints]] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        """More lanes are faster, and each costs four or five bytes: as many as keep the steps few, whatever the size."""
        return min(max(1, sum(len(starts) for starts, _ in self._blocks) // _PER_LANE), MOST_LANES)

    def block(self, table: Table, contexts: Ints, symbols: Ints | None) -> Ints:
        assert symbols is not None
        starts, lengths = table.ranges(contexts, symbols)
        self._blocks.append((starts, lengths))
        self.bits += PRECISION * len(symbols) - float(np.log2(lengths).sum())
        return symbols

    def take(self, other: "Encoder") -> None:
        """Goes on with what another one has collected."""
        self.bits += other.bits
        self._blocks += other._blocks

    def finish(self) -> bytes:
        lanes = self.lanes
        states = np.full(lanes, 1 << _LOW, np.int64)
        words: list[Ints] = []
        for start, length in self._steps(lanes):
            x = states[: len(start)]
            full = x >= length << (_LOW + _WORD - PRECISION)
            words.append(x[full] & ((1 << _WORD) - 1))
            x = np.where(full, x >> _WORD, x)
            whole, rest = np.divmod(x, length)
            states[: len(start)] = (whole << PRECISION) + rest + start
        head = b"".join(int(x).to_bytes(_STATE_BYTES, "little") for x in states)
        stream = np.concatenate([np.empty(0, np.int64), *reversed(words)]).astype("<u4")
        return head + stream.view(np.uint8).reshape(-1, 4)[:, :_WORD_BYTES].tobytes()

    def _steps(self, lanes: int) -> Iterator[tuple[Ints, Ints]]:
        for starts, lengths in reversed(self._blocks):
            for at in reversed(range(0, len(starts), lanes)):
                yield starts[at : at + lanes], lengths[at : at + lanes]


class Decoder:
    """Reads what `Encoder` has written. Raises `ValueError` when the words end too early or do not come out even."""

    def __init__(self, data: bytes, lanes: int) -> None:
        head = lanes * _STATE_BYTES
        if len(data) < head or (len(data) - head) % _WORD_BYTES:
            raise ValueError("not what was written")
        states = [int.from_bytes(data[i : i + _STATE_BYTES], "little") for i in range(0, head, _STATE_BYTES)]
        self._states = np.array(states, np.int64)
        stream = np.frombuffer(data, np.uint8, offset=head).reshape(-1, _WORD_BYTES)
        self._words: Ints = np.pad(stream, ((0, 0), (0, 1))).view("<u4").ravel().astype(np.int64)
        self._at = 0

    def block(self, table: Table, contexts: Ints, symbols: Ints | None = None) -> Ints:
        cumulative, width = table.cumulative, table.cumulative.shape[1]
        # all rows in one ascending line: a single search finds the symbol of every lane
        line = (cumulative + (np.arange(len(cumulative)) << PRECISION)[:, None]).ravel()
        lanes, mask = len(self._states), (1 << PRECISION) - 1
        offsets, found = contexts << PRECISION, np.empty(len(contexts), np.int64)
        for at in range(0, len(contexts), lanes):
            offset = offsets[at : at + lanes]
            x = self._states[: len(offset)]
            slot = (x & mask) + offset
            place = line.searchsorted(slot, "right") - 1
            start = line[place]
            self._states[: len(offset)] = self._filled((line[place + 1] - start) * (x >> PRECISION) + slot - start)
            found[at : at + lanes] = place
        return found - contexts * width

    def _filled(self, x: Ints) -> Ints:
        """States that ran low take a word each."""
        low = np.flatnonzero(x < 1 << _LOW)
        if len(low):
            words = self._words[self._at : self._at + len(low)]
            if len(words) < len(low):
                raise ValueError("not what was written")
            x[low] = (x[low] << _WORD) | words
            self._at += len(low)
        return x

    def finish(self) -> None:
        if self._at != len(self._words) or (self._states != 1 << _LOW).any():
            raise ValueError("not what was written")
