"""Numbers of one column as a short text: a page of a thousand files is small, and a browser reads it in a few lines.

Each number becomes a whole one. Of figures that is the count of steps of so many significant digits from 1 up: with two digits
1.0, 1.1, ... 9.9 are 0 to 89, and 10 is 90. The whole ones are written above the least of them in base 64, all first signs
before all second ones, since first signs are much alike and pack well.
"""

import math
from collections.abc import Iterable
from string import ascii_letters, digits
from typing import Any

SIGNS = ascii_letters + digits + "+-"
NONE, ZERO, FIRST = 0, 1, 2
"""What stands for no number, and for 0; numbers begin after these."""


def packed(numbers: Iterable[float], significant: int) -> dict[str, Any]:
    """{"digits", "signed", "least", "wide", "text"} of numbers, to so many significant digits; with 0 digits they are whole
    numbers as they are. What is not finite is none. Where one is negative, the last bit of each is its sign."""
    given = [float(v) if math.isfinite(v) else None for v in numbers]
    signed = any(v is not None and v < 0 for v in given)
    steps = [_step(abs(v), significant) if v else None for v in given]
    if signed:
        steps = [s if s is None or v is None else 2 * s + (v < 0) for v, s in zip(given, steps, strict=True)]
    least = min((s for s in steps if s is not None), default=0)
    codes = [NONE if v is None else ZERO if s is None else s - least + FIRST for v, s in zip(given, steps, strict=True)]
    wide = max(1, -(-max(codes, default=0).bit_length() // 6))
    text = "".join(SIGNS[code >> 6 * place & 63] for place in reversed(range(wide)) for code in codes)
    return {"digits": significant, "signed": signed, "least": least, "wide": wide, "text": text}


def _step(value: float, significant: int) -> int:
    if not significant:
        return round(value)
    mantissa, exponent = f"{value:.{significant - 1}e}".split("e")
    first = 10 ** (significant - 1)
    return int(exponent) * 9 * first + int(mantissa.replace(".", "")) - first
