"""Splits of labelled data in which every class has its share."""

import numpy as np

from workbench.tasks.task import Array


def stratified(labels: Array, sizes: tuple[int, ...], seed: int) -> tuple[Array, ...]:
    """Row numbers of parts of exactly `sizes` (their sum is N), each class in each part by its share, in mixed order.

    Rows are shuffled and sorted by class; along that row a part gets its places at even distances, so that a class of n
    rows gives n * size / N to a part, up to one.
    """
    if sum(sizes) != len(labels):
        raise ValueError(f"the parts hold {sum(sizes)} rows of {len(labels)}")
    random = np.random.default_rng(seed)
    mixed = random.permutation(len(labels))
    rest = mixed[np.argsort(labels[mixed], kind="stable")]
    parts = []
    for size in sizes:
        steps = np.arange(len(rest) + 1) * size // max(len(rest), 1)
        chosen = steps[1:] > steps[:-1]
        parts.append(random.permutation(rest[chosen]))
        rest = rest[~chosen]
    return tuple(parts)
