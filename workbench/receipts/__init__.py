"""Receipts: how a table or a picture came about, so that it is made again and every figure compared."""

from workbench.receipts.comparison import Compared, Reproduction
from workbench.receipts.receipt import PACE, Figure, Receipt, beside, read, write
from workbench.receipts.reproducing import TO, reproduce

__all__ = ["PACE", "TO", "Compared", "Figure", "Receipt", "Reproduction", "beside", "read", "reproduce", "write"]
