"""The plain convolutional network: two convolutions, max-pooling, dropout, two linear layers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CNN(nn.Module):
    def __init__(self, shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.conv1 = nn.Conv2d(channels, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.drop1 = nn.Dropout(0.25)
        self.fc1 = nn.Linear(64 * ((height - 4) // 2) * ((width - 4) // 2), 128)
        self.drop2 = nn.Dropout(0.5)
        self.fc2 = nn.Linear(128, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        x = F.relu(self.conv1(x))  # (B, 32, H - 2, W - 2)
        x = F.relu(self.conv2(x))  # (B, 64, H - 4, W - 4)
        x = self.drop1(F.max_pool2d(x, 2))
        x = F.relu(self.fc1(torch.flatten(x, 1)))  # (B, 128)
        logits: Tensor = self.fc2(self.drop2(x))
        return logits


def build(shape: list[int], outputs: int) -> nn.Module:
    channels, height, width = shape
    return CNN((channels, height, width), outputs)
