"""Writes what torch users have: a file of weights only and, with the official code, a training checkpoint.

Usage: python write_files.py FOLDER. Reads FOLDER/tuned/tuned.pth.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

from shared import SLICE, best_first, box, has_official, official_model, picture, planes, prompts

#: Side of the square for the training steps: as right as 1024, and sixteen times as quick
SIDE = 256
STEPS = 3
#: Number of the last epoch in the checkpoint, counted from 0
EPOCH = 4


def main(folder: Path) -> None:
    tuned = torch.load(folder / "tuned/tuned.pth", weights_only=True)
    torch.save({"model": tuned["model"]}, folder / "official.pth")
    slices = folder / "slice"
    slices.mkdir()
    (slices / SLICE).write_bytes(slice_bytes())
    (folder / "boxes.csv").write_text("image,x0,y0,x1,y1\n" + ",".join(map(str, (SLICE, *box()))) + "\n")
    if has_official():
        write_answer(folder)
        write_training_checkpoint(folder)


def slice_bytes() -> bytes:
    from shared import SAMPLE

    return (SAMPLE / "val/images" / SLICE).read_bytes()


def write_answer(folder: Path) -> None:
    """What the official code makes of the weights, loaded strictly from our file."""
    model = official_model(folder / "tuned/tuned.pth").eval()
    coords, labels = prompts()
    with torch.inference_mode():
        masks, iou = model(torch.from_numpy(planes(picture())), torch.from_numpy(coords), torch.from_numpy(labels))
    masks, iou = best_first(masks.numpy(), iou.numpy())
    np.savez(folder / "official_answer.npz", masks=masks, iou=iou)


def write_training_checkpoint(folder: Path) -> None:
    """A few steps of the official model by torch's AdamW, saved as the original multi-GPU script saves."""
    torch.manual_seed(1)
    model = official_model(folder / "official.pth", SIDE).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5, weight_decay=0.01)
    coords, labels = (torch.from_numpy(values) for values in prompts())
    image = torch.from_numpy(planes(picture()))
    losses = []
    for _ in range(STEPS):
        masks, iou = model(image, coords, labels, scale_to_original_image_size=False)
        loss = masks.square().mean() * 1e-3 + (iou - 0.9).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    checkpoint = {
        "model": {f"module.{name}": tensor for name, tensor in model.state_dict().items()},
        "epoch": EPOCH,
        "optimizer": optimizer.state_dict(),
        "loss": np.mean(losses),  # a numpy scalar, as the script has it
        "best_loss": np.float64(min(losses)),
    }
    torch.save(checkpoint, folder / "torch_checkpoint.pth")
    trained = len(optimizer.state_dict()["state"])
    (folder / "torch_checkpoint.json").write_text(
        json.dumps({"epoch": EPOCH, "steps": STEPS, "side": SIDE, "trained": trained})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
