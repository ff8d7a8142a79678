"""Where labels go: beside their point, over no other label and no mark. Pixels; y grows upward."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Box:
    """A rectangle: left, bottom, right, top."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: "Box") -> bool:
        return self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top

    def within(self, other: "Box") -> bool:
        inside = other.left <= self.left and self.right <= other.right
        return inside and other.bottom <= self.bottom and self.top <= other.top


def around(x: float, y: float, reach: float) -> Box:
    """The square that reaches so far from a point."""
    return Box(x - reach, y - reach, x + reach, y + reach)


@dataclass
class Sheet:
    """What stands on a chart so far: `marks` and labels may not be covered, `lines` (boxes of thin lines) rather not."""

    bounds: Box
    marks: list[Box]
    lines: list[Box]
    corner: tuple[int, int] = (-1, 1)
    """Which way it is better, across and up: no file lies on that side of the frontier, so labels go there first."""

    def place(self, x: float, y: float, sizes: Sequence[tuple[float, float]]) -> tuple[int, Box] | None:
        """A box for the first of `sizes` (width, height; dearest first) that finds room at the point; None when none does.

        The box that is returned is taken from then on.
        """
        for index, (width, height) in enumerate(sizes):
            free = [b for b in self._around(x, y, width, height) if b.within(self.bounds) and not _any(b, self.marks)]
            if free:
                box = min(free, key=self._crossed)
                self.marks.append(box)
                return index, box
        return None

    def _crossed(self, box: Box) -> int:
        return sum(box.meets(line) for line in self.lines)

    def _around(self, x: float, y: float, width: float, height: float) -> Iterable[Box]:
        """Boxes beside a point: the empty corner first, then nearer before farther."""
        side, rise = self.corner
        beside = (
            (side, rise),
            (side, 0.4 * rise),
            (0, rise),
            (-side, -rise),
            (-side, rise),
            (0, -rise),
            (side, -rise),
            (-side, 0),
        )
        for gap, (across, up) in product((12, 20), beside):
            left = x - width / 2 + across * (width / 2 + gap * (0.7 if up else 1))
            bottom = y - height / 2 + up * (height / 2 + gap * (0.5 if across else 1))
            yield Box(left, bottom, left + width, bottom + height)


def _any(box: Box, others: Iterable[Box]) -> bool:
    return any(box.meets(other) for other in others)
