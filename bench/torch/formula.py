"""Weights and pictures that both sides compute from a formula; tests/fixtures/README.md, group 1, has the rules."""

from __future__ import annotations

import math
import re

import numpy as np
import torch
from torch import Tensor, nn


def fmix32(x: np.ndarray) -> np.ndarray:
    """The finaliser of MurmurHash3 on uint32."""
    x = x ^ (x >> np.uint32(16))
    x = x * np.uint32(0x85EBCA6B)
    x = x ^ (x >> np.uint32(13))
    x = x * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))


def fnv1a(name: str) -> int:
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(name: str, shape: tuple[int, ...], offset: float = 0.0, scale: float = 1.0) -> Tensor:
    """float32 in offset + scale * [-1, 1)."""
    index = np.arange(math.prod(shape), dtype=np.uint32)
    mixed = fmix32(index * np.uint32(0x9E3779B9) + np.uint32(fnv1a(name)))
    unit = ((mixed >> np.uint32(8)).astype(np.float64) - 8388608) / 8388608
    return torch.from_numpy((offset + scale * unit).astype(np.float32).reshape(shape))


def formula_tensor(name: str, shape: tuple[int, ...]) -> Tensor:
    return uniform(name, shape, *_rule(name, shape))


def _rule(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Offset and scale; the first rule that matches."""
    if name.endswith("positional_encoding_gaussian_matrix"):
        return 0.0, 1.0
    if name.endswith("pos_embed"):
        return 0.0, 0.25
    if len(shape) == 1:
        return (1.0, 0.1) if name.endswith(".weight") else (0.0, 0.05)
    if re.search(r"iou_token\.weight$|mask_tokens\.weight$|^prompt_encoder\.", name):
        return 0.0, 0.5
    if "final_output_upscaling_layers" in name:
        return 0.0, math.sqrt(3 / shape[0])
    fan_in = math.prod(shape[1:])
    hot = re.search(r"(qkv|q_proj|k_proj)\.weight$|output_hypernetworks_mlps", name)
    return 0.0, math.sqrt(3 / fan_in) * (1.5 if hot else 0.8)


@torch.no_grad()
def fill(model: nn.Module) -> None:
    for name, tensor in model.state_dict().items():
        tensor.copy_(formula_tensor(name, tuple(tensor.shape)))


def disc_mask(height: int, width: int, k: int) -> np.ndarray:
    """uint8 [height, width]: a filled circle whose place depends on k."""
    cx, cy = width * (3 + 2 * (k % 2)) // 8, height * (5 - (k % 3)) // 8
    r = min(height, width) // 4
    y, x = np.mgrid[:height, :width]
    return ((x - cx) ** 2 + (y - cy) ** 2 < r * r).astype(np.uint8)


def image(spec: str) -> Tensor:
    """`s<seed>:<height>x<width>` -> float32 [3, height, width] in [0, 1]."""
    seed, height, width = map(int, re.fullmatch(r"s(\d+):(\d+)x(\d+)", spec).groups())
    y, x, c = np.mgrid[:height, :width, :3].astype(np.uint32)
    t = (5 * x + 3 * y + 40 * c + np.uint32(17 * seed)) & np.uint32(255)
    triangle = np.where(t < 128, t, 255 - t)
    key = (y * np.uint32(0x1F123BB5)) ^ (x * np.uint32(0x5F356495)) ^ (c + np.uint32(3 * seed + 1))
    noise = fmix32(key) >> np.uint32(27)
    disc = disc_mask(height, width, 0)[..., None] * np.uint32(90)
    pixels = np.minimum(255, triangle + disc + noise).astype(np.float32)
    return torch.from_numpy(pixels / np.float32(255)).permute(2, 0, 1).contiguous()
