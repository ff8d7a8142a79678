"""What a packed file is made of while it is written and read: notes, coded symbols, and bytes left as they are."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from workbench.graphs.packing.notes import Notes, Reading
from workbench.graphs.packing.rans import Decoder, Encoder
from workbench.graphs.packing.tables import Tables


@dataclass
class Shelf:
    """The tables by what they are for: what was learnt on one tensor serves the next."""

    tables: dict[tuple[str, bool], Tables] = field(default_factory=dict)

    def of(self, purpose: str, wide: bool) -> Tables:
        if (purpose, wide) not in self.tables:
            self.tables[purpose, wide] = Tables(1 if wide else 9, smooth=wide and purpose == "levels")
        return self.tables[purpose, wide]

    def copy(self) -> "Shelf":
        return Shelf({key: tables.copy() for key, tables in self.tables.items()})


@dataclass
class Writer:
    """Takes what tensors are made into."""

    notes: Notes = field(default_factory=Notes)
    coder: Encoder = field(default_factory=Encoder)
    noise: bytearray = field(default_factory=bytearray)
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def size(self) -> float:
        """The bytes that this will take, nearly."""
        return len(self.notes.data) + len(self.noise) + self.coder.bits / 8

    def trial(self) -> "Writer":
        """An empty one that knows what has been learnt here."""
        return Writer(shelf=self.shelf.copy())

    def take(self, trial: "Writer") -> None:
        """Goes on with what a trial wrote and learnt."""
        self.notes.data += trial.notes.data
        self.noise += trial.noise
        self.coder.take(trial.coder)
        self.shelf = trial.shelf


class Reader:
    """Gives it back, in the same order."""

    def __init__(self, notes: Reading, coder: Decoder, noise: bytes) -> None:
        self.notes, self.coder, self.shelf = notes, coder, Shelf()
        self._noise = memoryview(noise)

    def noise(self, count: int) -> npt.NDArray[np.uint8]:
        if count > len(self._noise):
            raise ValueError("not what was written")
        taken, self._noise = self._noise[:count], self._noise[count:]
        return np.frombuffer(taken, np.uint8)

    def finish(self) -> None:
        """Raises `ValueError` where something is left over."""
        self.coder.finish()
        if self._noise:
            raise ValueError("not what was written")
