"""What the writing and the checking half share: the slice, and the official code where there is a checkout of it."""

import os
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

SAMPLE = Path(__file__).parents[2] / "resources/sample/fetal-head-us"
SLICE = "427_HC.png"


def picture() -> np.ndarray:
    """[height, width, 3] bytes."""
    return np.array(Image.open(SAMPLE / "val/images" / SLICE).convert("RGB"))


def box() -> tuple[int, int, int, int]:
    """Around the reference mask, both ends inside: x0, y0, x1, y1."""
    rows, columns = np.nonzero(np.array(Image.open(SAMPLE / "val/masks" / SLICE)))
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())


def planes(image: np.ndarray) -> np.ndarray:
    """[1, 3, height, width], value / 255, as labelme gives a picture."""
    return image.transpose(2, 0, 1)[None].astype(np.float32) / 255


def prompts() -> tuple[np.ndarray, np.ndarray]:
    x0, y0, x1, y1 = box()
    return np.array([[[[x0, y0], [x1, y1]]]], np.float32), np.array([[[2, 3]]], np.float32)


def has_official() -> bool:
    return "EFFICIENTSAM_DIR" in os.environ


def official_model(checkpoint: Path | None, side: int = 1024) -> torch.nn.Module:
    """EfficientSAM-Ti of the official code, which loads strictly; `side` below its 1024 for a quick training."""
    sys.path.insert(0, os.environ["EFFICIENTSAM_DIR"])
    from efficient_sam.efficient_sam import build_efficient_sam

    model = build_efficient_sam(192, 3, None if checkpoint is None else str(checkpoint))
    model.image_encoder.img_size = side
    model.prompt_encoder.input_image_size = (side, side)
    model.prompt_encoder.image_embedding_size = (side // 16, side // 16)
    return model


def best_first(masks: np.ndarray, iou: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[1, 1, 3, height, width] and [1, 1, 3], by predicted IoU."""
    order = np.argsort(-iou[0, 0], kind="stable")
    return masks[:, :, order], iou[:, :, order]
