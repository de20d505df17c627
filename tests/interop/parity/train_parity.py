"""The recipe `quick` by PyTorch: the decoder and prompt encoder tuned on the batches that dump.ts has written.

Usage: python train_parity.py FOLDER BASE.pth OUT [--keep EPOCH] [--threads N]

Writes OUT/latest.pth, with --keep also OUT/kept.pth as the weights were after that epoch (counted from 1), and prints
a line of JSON an epoch. Model and loss are those of bench/torch, which its goldens hold to ours; optimiser, schedule and
gradients are PyTorch's own.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[3] / "bench/torch"))

from efficient_sam import EfficientSam, build, enlarge
from loss import DICE_SMOOTHING, iou_aim

ENCODED_AT_ONCE = 4


def recipe_loss(
    logits: Tensor, predicted_iou: Tensor, target: Tensor, best_only: Tensor, recipe: dict
) -> Tensor:
    """
    logits [batch, masks, height, width], predicted_iou [batch, masks], target [batch, 1, height, width] of 0 and 1,
    best_only [batch] of bools: where set, Dice and cross-entropy are those of the mask that has the least of both.
    """
    probability = logits.sigmoid()
    everywhere = target.expand_as(logits)
    product = (probability * everywhere).sum((2, 3))
    squares = probability.square().sum((2, 3))
    targets = everywhere.square().sum((2, 3))
    entropy = F.binary_cross_entropy_with_logits(logits, everywhere, reduction="none").mean((2, 3))

    def dice_of(product: Tensor, sums: Tensor) -> Tensor:
        return 1 - (2 * product + DICE_SMOOTHING) / (sums + DICE_SMOOTHING)

    together = dice_of(product.sum(1), (squares + targets).sum(1))
    each = dice_of(product, squares + targets)
    seg, ce = recipe["segLossWeight"], recipe["ceLossWeight"]
    best = (seg * each + ce * entropy).argmin(1, keepdim=True)
    dice = torch.where(best_only, each.gather(1, best)[:, 0], together)
    cross_entropy = torch.where(best_only, entropy.gather(1, best)[:, 0], entropy.mean(1))
    # `quick` compares each predicted IoU with that of its own mask.
    aim = iou_aim(probability.detach(), everywhere, "per_mask")
    iou = (predicted_iou - aim).square().mean()
    return seg * dice.mean() + ce * cross_entropy.mean() + recipe["iouLossWeight"] * iou


class Run:
    def __init__(self, folder: Path, model: EfficientSam):
        self.plan = json.loads((folder / "plan.json").read_text())
        self.recipe = self.plan["recipe"]
        self.targets = torch.from_numpy(np.load(folder / "targets.npy"))
        self.model = model
        model.freeze_encoder()
        images = torch.from_numpy(np.load(folder / "images.npy"))
        with torch.no_grad():
            parts = [model.encode(part) for part in images.split(ENCODED_AT_ONCE)]
        self.embeddings = torch.cat(parts)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trained, lr=self.recipe["learningRate"], weight_decay=self.recipe["weightDecay"]
        )
        self.schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
            self.optimizer, factor=self.recipe["plateauFactor"], patience=self.recipe["plateauPatience"]
        )

    def step(self, batch: list[dict]) -> float:
        def of(name: str) -> list:
            return [sample[name] for sample in batch]

        low_res, iou = self.model.decode(
            self.embeddings[of("image")],
            torch.tensor(of("points"), dtype=torch.float32).reshape(len(batch), -1, 2),
            torch.tensor(of("labels")),
        )
        target = self.targets[of("target")][:, None].float()
        logits = enlarge(low_res, tuple(target.shape[-2:]))
        loss = recipe_loss(logits, iou, target, torch.tensor(of("bestOnly")), self.recipe)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def epoch(self, batches: list[list[dict]]) -> dict:
        """Mean loss over the samples, and the rate that it was trained with."""
        rate = self.optimizer.param_groups[0]["lr"]
        losses = [(self.step(batch), len(batch)) for batch in batches]
        mean = sum(loss * count for loss, count in losses) / sum(count for _, count in losses)
        self.schedule.step(mean)
        return {"trainLoss": mean, "learningRate": rate, "steps": [loss for loss, _ in losses]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("base", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--keep", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    asked = parser.parse_args()
    if asked.threads > 0:
        torch.set_num_threads(asked.threads)
    base = torch.load(asked.base, weights_only=True)
    model = build("ti", base["preprocessing"]["resolution"])
    model.load_state_dict(base["model"])  # strict: the file has the official names and no others
    run = Run(asked.folder, model)
    asked.out.mkdir(parents=True, exist_ok=True)

    def save(name: str) -> None:
        # What stands beside the weights of the base tells how slices are prepared, and stays true.
        torch.save({**base, "model": model.state_dict()}, asked.out / f"{name}.pth")

    for number, batches in enumerate(run.plan["epochs"], start=1):
        print(json.dumps({"epoch": number, **run.epoch(batches)}), flush=True)
        if number == asked.keep:
            save("kept")
    save("latest")


if __name__ == "__main__":
    main()
