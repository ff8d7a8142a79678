"""Round values along an axis."""

import math


def ticks(low: float, high: float, log: bool, most: int = 7) -> list[float]:
    """Round values within the range: steps of 1, 2 or 5 times a power of ten; on a log axis 1, 2, 5 of each decade,
    or whole decades where that would be more than `most`."""
    if log:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for heads in ((1, 2, 5), (1,)):
            found = [head * 10.0**d for d in decades for head in heads if low <= head * 10.0**d <= high]
            if len(found) <= most:
                break
        return found if len(found) > 1 else ticks(low, high, log=False, most=most)
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(head * power for head in (1, 2, 5, 10) if head * power >= rough)
    return [round(k * step, 12) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
