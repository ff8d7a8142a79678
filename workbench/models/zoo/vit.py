"""A small transformer: patches of an image, or tokens, through blocks of attention and a two-layer perceptron.

Source: A. Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021, section 3.1; the answer is taken from the mean over
positions instead of a class token.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SPREAD = 0.02
"""Standard deviation of tokens' and positions' vectors at the beginning: alike, so that neither drowns the other."""


class Attention(nn.Module):
    """softmax(Q K' / sqrt(d)) V for each head. The width of a head is read off the weights: it may be cut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, width)
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # (B, heads, T, d) each
        mixed = F.scaled_dot_product_attention(q, k, v)
        answer: Tensor = self.proj(mixed.transpose(1, 2).flatten(2))
        return answer


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, width)
        x = x + self.attention(self.norm1(x))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Patches(nn.Module):
    """An image as a row of patches, each a vector."""

    def __init__(self, channels: int, side: int, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, width, side, side)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        return self.conv(x).flatten(2).transpose(1, 2)  # (B, T, width)


class ViT(nn.Module):
    def __init__(self, embed: nn.Module, positions: int, outputs: int, width: int, heads: int, depth: int) -> None:
        super().__init__()
        self.embed = embed
        self.position = nn.Parameter(torch.randn(1, positions, width) * _SPREAD)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.fc = nn.Linear(width, outputs)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W), or (B, T) of int64
        x = self.blocks(self.embed(x) + self.position)  # (B, T, width)
        logits: Tensor = self.fc(self.norm(x).mean(1))
        return logits


def build(shape: list[int], outputs: int, heads: int, head_width: int, depth: int, tokens: int | None = None) -> nn.Module:
    width = heads * head_width
    if tokens is not None:
        embed = nn.Embedding(tokens, width)
        nn.init.normal_(embed.weight, std=_SPREAD)
        return ViT(embed, shape[0], outputs, width, heads, depth)
    side = _side(shape[1], shape[2])
    positions = (shape[1] // side) * (shape[2] // side)
    return ViT(Patches(shape[0], side, width), positions, outputs, width, heads, depth)


def _side(height: int, width: int) -> int:
    """The largest patch that tiles the image and leaves 16 patches at least."""
    sides = [s for s in (8, 4, 2) if height % s == width % s == 0 and height * width // s**2 >= 16]
    return sides[0] if sides else 1
