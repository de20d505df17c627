"""Measures one thing in this process and prints one line of JSON; bench/run-row.ts starts a fresh process each time.

Usage: python bench/torch/measure.py '{"job": "step", "model": "ti", "resolution": 512, "batch": 1, "runs": 3,
                                       "threads": 2, "attention": "sdpa"}'

The same work as bench/ours/measure.ts, on the same weights and inputs: `check` shows that it is.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from torch import Tensor

from efficient_sam import EfficientSam, build, enlarge
from formula import fill, uniform
from loss import mask_loss

LEARNING_RATE, WEIGHT_DECAY = 5e-5, 0.01


def picture(index: int, resolution: int) -> Tensor:
    return uniform(f"image {index}", (1, 3, resolution, resolution))


def ready_embedding(index: int, model: EfficientSam) -> Tensor:
    side = model.resolution // 16
    return uniform(f"embedding {index}", (1, model.sizes.decoder_dim, side, side))


def box(batch: int, resolution: int) -> tuple[Tensor, Tensor]:
    """The middle of the picture, with the padding that fills the slots."""
    low, high = resolution // 4, resolution * 3 // 4 - 1
    points = torch.tensor([[low, low], [high, high]] + [[-1, -1]] * 4, dtype=torch.float32)
    return points.expand(batch, -1, -1), torch.tensor([2, 3, -1, -1, -1, -1]).expand(batch, -1)


def target(batch: int, side: int) -> Tensor:
    mask = torch.zeros(batch, 1, side, side)
    mask[..., side // 4 : side * 3 // 4, side // 4 : side * 3 // 4] = 1
    return mask


class Stepper:
    """Full training steps, or those of a frozen encoder's ready embeddings."""

    def __init__(self, model: EfficientSam, frozen: bool, fused: bool):
        self.model = model
        if frozen:
            model.freeze_encoder()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trained, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=fused or None
        )

    def step(self, embed, batch: int, mask_side: int) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        low_res, iou = self.model.decode(embed(), *box(batch, self.model.resolution))
        logits = enlarge(low_res, (mask_side, mask_side))
        loss = mask_loss(logits, iou, target(batch, mask_side))["total"]
        loss.backward()
        self.optimizer.step()
        return loss.item()


def encoder(spec: dict, model: EfficientSam):
    image = picture(0, model.resolution)

    @torch.inference_mode()
    def run() -> float:
        return model.encode(image).abs().mean().item()

    return run


def decoder(spec: dict, model: EfficientSam):
    embedding = ready_embedding(0, model)

    @torch.inference_mode()
    def run() -> float:
        low_res, _ = model.decode(embedding, *box(1, model.resolution))
        return low_res.abs().mean().item()

    return run


def step(spec: dict, model: EfficientSam):
    images = torch.cat([picture(index, model.resolution) for index in range(spec["batch"])])
    stepper = Stepper(model, frozen=False, fused=spec["attention"] == "sdpa")
    return lambda: stepper.step(lambda: model.encode(images), spec["batch"], spec["maskSide"])


def quick_epoch(spec: dict, model: EfficientSam):
    batch = spec["batch"]
    embeddings = [ready_embedding(index, model) for index in range(spec["samples"])]
    stepper = Stepper(model, frozen=True, fused=spec["attention"] == "sdpa")

    def run() -> float:
        losses = [
            stepper.step(lambda: torch.cat(embeddings[start : start + batch]), batch, spec["maskSide"])
            for start in range(0, len(embeddings), batch)
        ]
        return sum(losses) / len(losses)

    return run


JOBS = {"encoder": encoder, "decoder": decoder, "step": step, "quick-epoch": quick_epoch}


def peak_mb() -> float | None:
    """Peak resident size of this process; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    kilobytes = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), None)
    return None if kilobytes is None else int(kilobytes) / 1024


def main(spec: dict) -> None:
    torch.set_num_threads(spec["threads"])
    torch.set_num_interop_threads(1)
    model = build(spec["model"], spec["resolution"], spec["attention"])
    fill(model)
    run = JOBS[spec["job"]](spec, model)
    check, seconds = run(), []  # the first run warms up
    for _ in range(spec["runs"]):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peakMb": peak_mb(), "check": check}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
