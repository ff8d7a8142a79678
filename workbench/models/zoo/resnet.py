"""Residual networks in their small form: three stages of basic blocks, widths w, 2w, 4w.

Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", 2016, section 4.2. The depth in
the name counts convolutions and the linear layer: 6 n + 2. Where a block changes shape, its shortcut is a 1 x 1
convolution (option B of the paper).
"""

import torch.nn.functional as F
from torch import Tensor, nn


class BasicBlock(nn.Module):
    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.down: nn.Module = nn.Identity()
        if stride != 1 or before != width:
            self.down = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.down(x))


class ResNet(nn.Module):
    def __init__(self, channels: int, outputs: int, width: int, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        widths = [width << stage for stage in range(3) for _ in range(blocks)]
        strides = [2 if k and k % blocks == 0 else 1 for k in range(3 * blocks)]
        before = [width, *widths]
        self.layers = nn.Sequential(*(BasicBlock(b, w, s) for b, w, s in zip(before, widths, strides, strict=False)))
        self.fc = nn.Linear(widths[-1], outputs)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        x = F.relu(self.bn(self.stem(x)))  # (B, w, H, W)
        x = self.layers(x)  # (B, 4w, H / 4, W / 4)
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits


def build(shape: list[int], outputs: int, width: int, blocks: int) -> nn.Module:
    return ResNet(shape[0], outputs, width, blocks)
