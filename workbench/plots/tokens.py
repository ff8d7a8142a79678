"""The colours of the visual language, light values: one accent that means "yours", ink for what was measured.

The dusk scale of the families goes from one technique (warm) to all three (deep); any two of its colours stay apart by
0.11 in OKLab or more under deuteranopia, protanopia and tritanopia, and each has 3:1 on paper.
"""

PAPER = "#ffffff"
INK = "#171b22"
INK_2 = "#585b60"
"""72 % ink on paper: labels, units, captions."""
EDGE = "#8a8c8f"
LINE = "#e0e1e2"
WELL = "#f5f6f6"
"""4 % ink on paper: the baseline's interval, the gutter of failures."""
ACCENT = "#1a62cf"

QUANTIZE = "#c27409"
PRUNE = "#703c07"
PRUNE_QUANTIZE = "#b83969"
DISTIL_QUANTIZE = "#9877cf"
ALL_THREE = "#3b2a8c"
