"""Structured pruning in replaceable parts: what is unimportant, what goes together, how much goes, and the cut itself.

layers      what can be cut, and how each kind of layer is cut
grouping    which channels have to go together: torch-pruning's dependency graph
tracing     the same, found by experiment, for the groups that torch-pruning gets wrong
criterion   how important each of them is
selection   how many go, and which
cutting     the cut, and the proof that it cut nothing else
"""
