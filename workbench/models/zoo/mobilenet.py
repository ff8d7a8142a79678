"""A depthwise-separable network: inverted residual blocks with linear bottlenecks.

Source: M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018, section 3.
"""

import torch.nn.functional as F
from torch import Tensor, nn

_STAGES = ((1, 1), (2, 2), (2, 1), (4, 2), (4, 1))
"""Width as a multiple of the stem's, and stride, of each block."""


class InvertedResidual(nn.Module):
    def __init__(self, before: int, width: int, stride: int, expansion: int) -> None:
        super().__init__()
        inside = before * expansion
        self.residual = stride == 1 and before == width
        self.expand = nn.Conv2d(before, inside, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inside)
        self.depthwise = nn.Conv2d(inside, inside, 3, stride, padding=1, groups=inside, bias=False)
        self.bn2 = nn.BatchNorm2d(inside)
        self.project = nn.Conv2d(inside, width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.bn1(self.expand(x)))
        y = F.relu6(self.bn2(self.depthwise(y)))
        y = self.bn3(self.project(y))
        return x + y if self.residual else y


class MobileNet(nn.Module):
    def __init__(self, channels: int, outputs: int, width: int, expansion: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        before, blocks = width, []
        for multiple, stride in _STAGES:
            blocks.append(InvertedResidual(before, width * multiple, stride, expansion))
            before = width * multiple
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Conv2d(before, 2 * before, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(2 * before)
        self.fc = nn.Linear(2 * before, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        x = F.relu6(self.bn1(self.stem(x)))  # (B, w, H, W)
        x = self.blocks(x)  # (B, 4w, H / 4, W / 4)
        x = F.relu6(self.bn2(self.head(x)))  # (B, 8w, H / 4, W / 4)
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits


def build(shape: list[int], outputs: int, width: int, expansion: int) -> nn.Module:
    return MobileNet(shape[0], outputs, width, expansion)
