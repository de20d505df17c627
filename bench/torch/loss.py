"""The loss of the recipe, as src/core/training/losses.ts has it: Dice + binary cross-entropy + error of the IoU."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

DICE_SMOOTHING = 1e-5


def mask_loss(
    logits: Tensor, predicted_iou: Tensor, target: Tensor, iou_target: str = "per_mask"
) -> dict[str, Tensor]:
    """
    logits [batch, masks, height, width], predicted_iou [batch, masks], target [batch, 1, height, width] of 0 and 1.

    Dice has squared denominators and takes all masks of a sample together. iou_target: "per_mask"; "per_sample", the
    masks taken together; or "seed", every sample against the joint IoU of every sample, as in the original script.
    """
    probability = logits.sigmoid()
    everywhere = target.expand_as(logits)
    over = (1, 2, 3)
    product = (probability * everywhere).sum(over)
    squares = probability.square().sum(over) + everywhere.square().sum(over)
    dice = (1 - (2 * product + DICE_SMOOTHING) / (squares + DICE_SMOOTHING)).mean()
    entropy = F.binary_cross_entropy_with_logits(logits, everywhere)
    aim = iou_aim(probability.detach(), everywhere, iou_target)
    if iou_target == "seed":
        iou = (predicted_iou[:, None, :] - aim[None, :, :]).square().mean()
    else:
        iou = (predicted_iou - aim).square().mean()
    return {"total": dice + entropy + iou, "dice": dice, "bce": entropy, "iou_mse": iou}


def iou_aim(probability: Tensor, target: Tensor, iou_target: str) -> Tensor:
    """[batch, masks], or [batch, 1] where the masks are taken together."""
    predicted = probability > 0.5
    wanted = target > 0.5
    over = (2, 3) if iou_target == "per_mask" else (1, 2, 3)
    both = (predicted & wanted).sum(over).float()
    either = (predicted | wanted).sum(over).float()
    ratio = both / either  # 0 / 0 stays NaN in the original script
    if iou_target != "seed":
        ratio = torch.where(either > 0, ratio, torch.ones_like(ratio))
    return ratio if iou_target == "per_mask" else ratio[:, None]
