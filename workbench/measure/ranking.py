"""The area under the ROC curve, one value a sample: what its interval and a paired difference are made of."""

import numpy as np

from workbench.tasks.task import Array


def pseudo_values(outputs: Array, targets: Array) -> Array:
    """Values (N) whose mean is the macro one-versus-rest AUC of the softmax of `outputs` (N x C) for `targets` (N).

    The mean over the classes that occur in the targets and are not alone there. Of a class, a sample of it counts by the
    share of the others that it is ranked above (half for a tie), one of the others by the share of the class that is ranked
    above it; what it adds to the AUC is their deviation, over the share of such samples (DeLong et al. 1988, Biometrics
    44). NaN where the targets are of one class.
    """
    wide = outputs.astype(np.float64)
    scores = np.exp(wide - wide.max(axis=1, keepdims=True))
    scores /= scores.sum(axis=1, keepdims=True)
    classes = np.unique(targets)
    if len(classes) < 2:
        return np.full(len(targets), np.nan)
    return np.asarray(sum(_of_class(scores[:, int(c)], targets == c) for c in classes) / len(classes))


def _of_class(scores: Array, own: Array) -> Array:
    above, below = _share_below(scores[own], scores[~own]), 1 - _share_below(scores[~own], scores[own])
    area, values = above.mean(), np.empty(len(scores))
    values[own] = area + (above - area) / own.mean()
    values[~own] = area + (below - area) / (1 - own.mean())
    return values


def _share_below(scores: Array, others: Array) -> Array:
    """For each of `scores` the share of `others` that is lower; equal ones count half."""
    ranked = np.sort(others)
    return (np.searchsorted(ranked, scores, "left") + np.searchsorted(ranked, scores, "right")) / (2 * len(ranked))
