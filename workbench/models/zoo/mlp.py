"""The multilayer perceptron: inputs in one row, hidden layers with ReLU."""

import math

from torch import nn


def build(shape: list[int], outputs: int, hidden: int, depth: int) -> nn.Module:
    layers: list[nn.Module] = [nn.Flatten() if shape else nn.Unflatten(0, (-1, 1))]
    width = math.prod(shape)
    for _ in range(depth):
        layers += [nn.Linear(width, hidden), nn.ReLU()]
        width = hidden
    return nn.Sequential(*layers, nn.Linear(width, outputs))
