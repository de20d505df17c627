"""Holds efficient_sam.py and loss.py to tests/fixtures, and says how far they are apart.

Usage: python bench/torch/check_goldens.py [--quick]     (--quick leaves out Ti and S at 1024)
Ends with 1 where anything is beyond its tolerance (those of tests/fixtures/README.md).
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from efficient_sam import EfficientSam, build, enlarge
from formula import disc_mask, fill, image
from loss import mask_loss

FIXTURES = Path(__file__).resolve().parents[2] / "tests" / "fixtures"
ATTENTIONS = ("reference", "sdpa")


class Ledger:
    def __init__(self) -> None:
        self.failed = 0

    def compare(self, what: str, actual, expected, absolute: float, relative: float = 0.0) -> None:
        a, b = np.asarray(actual, np.float64).ravel(), np.asarray(expected, np.float64).ravel()
        if a.shape != b.shape:
            return self.note(what, math.inf, 0.0)
        # NaN, where the original script has it, must be met by NaN.
        difference = np.where(np.isnan(a) & np.isnan(b), 0.0, np.abs(a - b))
        excess = difference - relative * np.abs(np.nan_to_num(b))
        self.note(what, float(excess.max(initial=0.0)), absolute, float(difference.max(initial=0.0)))

    def note(self, what: str, value: float, tolerance: float, shown: float | None = None) -> None:
        good = value <= tolerance
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}: {value if shown is None else shown:.3g} (at most {tolerance:g})")


def read_json(path: str):
    constants = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

    def revive(value):
        if isinstance(value, dict):
            return {key: revive(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [revive(inner) for inner in value]
        return constants.get(value, value) if isinstance(value, str) else value

    return revive(json.loads((FIXTURES / path).read_text()))


def read_array(path: str) -> np.ndarray:
    return np.load(FIXTURES / path, allow_pickle=False)


def filled(name: str, resolution: int, attention: str) -> EfficientSam:
    model = build(name, resolution, attention)
    fill(model)
    return model


def check_state_dict(ledger: Ledger, name: str) -> None:
    """Names, shapes and the order of parameters, which is the optimiser's."""
    model = filled(name, 64, "sdpa")
    own = model.state_dict()
    tensors = read_json(f"1-weights/state_dict_{name}.json")["tensors"]
    wrong = set(own) ^ {entry["name"] for entry in tensors}
    wrong |= {e["name"] for e in tensors if e["name"] in own and list(own[e["name"]].shape) != e["shape"]}
    ledger.note(f"{name}: names and shapes of the state dict that differ", len(wrong), 0)
    order = [e["name"] for e in tensors if e["parameter"]]
    ledger.note(f"{name}: parameters are in order", int(order != [n for n, _ in model.named_parameters()]), 0)
    values = [own[e["name"]].flatten()[e["sample_index"]].tolist() for e in tensors]
    same = sum(value != entry["sample_value"] for value, entry in zip(values, tensors))
    ledger.note(f"{name}: formula weights that differ", same, 0)


@torch.no_grad()
def check_nano(ledger: Ledger, attention: str) -> None:
    model = filled("nano", 128, attention)
    for name, case in read_json("2-forward/nano/manifest.json")["cases"].items():
        folder, what = f"2-forward/nano/{name}", f"nano {attention} {name}"
        images = torch.stack([image(spec) for spec in case["images"]])
        points, labels = torch.tensor(case["points"]), torch.tensor(case["labels"])
        queries, size = points.shape[1], tuple(images.shape[-2:])
        placed, labels = model.tokens(points.flatten(0, 1), labels.flatten(0, 1), size)
        embedding = model.encode(model.preprocess(images))
        sparse = model.prompt_encoder(placed, labels)
        low_res, iou = model.decode(embedding.repeat_interleave(queries, 0), placed, labels)
        masks = enlarge(low_res, size)
        if (FIXTURES / folder / "enc.neck3.npy").exists():
            ledger.compare(f"{what} embedding", embedding, read_array(f"{folder}/enc.neck3.npy"), 2e-5)
        ledger.compare(f"{what} prompts", sparse, read_array(f"{folder}/prompt.sparse.npy"), 2e-5)
        ledger.compare(f"{what} logits", low_res, read_array(f"{folder}/out.low_res.npy"), 1e-4, 1e-4)
        ledger.compare(f"{what} masks", masks, read_array(f"{folder}/out.masks.npy"), 1e-4, 1e-4)
        ledger.compare(f"{what} IoU", iou, read_array(f"{folder}/out.iou.npy"), 5e-6)


@torch.no_grad()
def check_large(ledger: Ledger, name: str, attention: str) -> None:
    model = filled(name, 1024, attention)
    folder = f"2-forward/{name}-1024"
    manifest = read_json(f"{folder}/manifest.json")
    strides, embeddings = manifest["strides"], {}
    for key, case in manifest["cases"].items():
        what, picture = f"{name} {attention} {key}", key.split(".")[0]
        images = image(case["image"])[None]
        size = tuple(images.shape[-2:])
        if picture not in embeddings:
            embedding = embeddings[picture] = model.encode(model.preprocess(images))
            strided = embedding.flatten()[:: strides["embedding"]]
            ledger.compare(
                f"{what} embedding", strided, read_array(f"{folder}/{picture}.embedding_stride251.npy"), 1e-4
            )
            means = embedding.mean((0, 2, 3))
            ledger.compare(
                f"{what} channels", means, read_array(f"{folder}/{picture}.embedding_channel_mean.npy"), 1e-4
            )
        points, labels = torch.tensor(case["points"])[0], torch.tensor(case["labels"])[0]
        low_res, iou = model.decode(embeddings[picture], *model.tokens(points, labels, size))
        strided = low_res.flatten()[:: strides["low_res"]]
        ledger.compare(f"{what} logits", strided, read_array(f"{folder}/{key}.low_res_stride97.npy"), 2e-4)
        masks = enlarge(low_res, size).flatten()[:: strides["masks"]]
        if (FIXTURES / folder / f"{key}.masks_stride997.npy").exists():
            ledger.compare(f"{what} masks", masks, read_array(f"{folder}/{key}.masks_stride997.npy"), 2e-4)
        if (FIXTURES / folder / f"{key}.low_res_f16.npy").exists():
            whole = read_array(f"{folder}/{key}.low_res_f16.npy")
            ledger.compare(f"{what} float16 logits", low_res, whole, 1e-2)
        ledger.compare(f"{what} IoU", iou, case["iou"], 5e-6)


def check_loss(ledger: Ledger) -> None:
    for name, case in read_json("3-loss/cases.json")["cases"].items():
        load = lambda part: torch.from_numpy(read_array(f"3-loss/{name}.{part}.npy"))  # noqa: E731
        for mode, golden in case["modes"].items():
            logits = load("logits")[:, 0].requires_grad_()
            iou = load("iou_pred")[:, 0].requires_grad_()
            losses = mask_loss(logits, iou, load("gt").float(), mode)
            losses["total"].backward()
            for term, value in losses.items():
                ledger.compare(f"loss {name} {mode} {term}", value.detach(), golden[term], 1e-7, 1e-5)
            if not math.isnan(golden["total"]):
                ledger.compare(f"loss {name} {mode} gradient", logits.grad, load("grad_logits"), 1e-6)
                ledger.compare(f"loss {name} {mode} IoU gradient", iou.grad, golden["grad_iou_pred"], 1e-6)


def batch_of(seeds: list[int], size: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Image seed k with its disc as target and the disc's exact box as prompt."""
    images = torch.stack([image(f"s{k}:{size}x{size}") for k in seeds])
    discs = np.stack([disc_mask(size, size, k) for k in seeds])
    boxes = []
    for disc in discs:
        y, x = np.nonzero(disc)
        boxes.append([[x.min(), y.min()], [x.max(), y.max()]])
    targets = torch.from_numpy(discs)[:, None].float()
    return images, torch.tensor(np.array(boxes)), torch.tensor([[2, 3]] * len(seeds)), targets


def loss_of(model: EfficientSam, seeds: list[int], size: int, mode: str) -> dict[str, Tensor]:
    images, boxes, labels, targets = batch_of(seeds, size)
    logits, iou = model(images, boxes, labels)
    return mask_loss(logits, iou, targets, mode)


def check_gradients(ledger: Ledger, path: Path, attention: str) -> None:
    golden = read_json(f"4-train/{path.name}")
    size, what = int(golden["images"][0].split("x")[1]), f"{path.stem} {attention}"
    model = filled("nano", 128, attention)
    if golden["frozen_encoder"]:
        model.freeze_encoder()
    losses = loss_of(model, list(range(len(golden["images"]))), size, golden["iou_mode"])
    losses["total"].backward()
    ledger.compare(f"{what} loss", losses["total"].detach(), golden["loss"], 5e-6)
    own, worst = dict(model.named_parameters()), 0.0
    for entry in golden["grads"]:
        gradient = own[entry["name"]].grad
        if entry.get("l2") is None:
            worst = max(worst, 0.0 if gradient is None else math.inf)  # frozen
            continue
        l2 = entry["l2"]
        if l2 < 1e-6:
            continue  # a true gradient of zero: float noise only
        taken = gradient.flatten()[entry["index"]].double().numpy() - np.array(entry["value"])
        # The fixture has a sample of the elements; the whole tensor's root mean square is the scale of it.
        scale = max(np.linalg.norm(entry["value"]), l2 * math.sqrt(len(taken) / gradient.numel()))
        worst = max(worst, np.linalg.norm(taken) / scale, abs(gradient.double().norm().item() / l2 - 1))
    ledger.note(f"{what} worst relative error of a gradient", worst, 1e-4)


def check_adamw(ledger: Ledger, path: Path, attention: str) -> None:
    golden = read_json(f"4-train/{path.name}")
    what, options = f"{path.stem} {attention}", golden["optimizer"]
    model = filled("nano", 128, attention)
    if golden["frozen_encoder"]:
        model.freeze_encoder()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options["lr"], weight_decay=options["weight_decay"])
    for step, (entry, tolerance) in enumerate(zip(golden["steps"], (5e-6, 2e-5, 1e-4, 2e-4, 4e-4))):
        seeds = golden["schedule"][step % len(golden["schedule"])]
        losses = loss_of(model, seeds, golden["image_size"], golden["iou_mode"])
        ledger.compare(f"{what} loss of step {step + 1}", losses["total"].detach(), entry["loss"], tolerance)
        optimizer.zero_grad()
        losses["total"].backward()
        optimizer.step()
    own, worst = model.state_dict(), 0.0
    for entry in golden["final"]:
        name, index, value = entry["name"], np.array(entry["index"]), np.array(entry["value"])
        if name.endswith("k_proj.bias"):
            continue
        weights = own[name].flatten()
        third = len(weights) // 3
        kept = (index < third) | (index >= 2 * third) if name.endswith("qkv.bias") else index >= 0
        worst = max(worst, float(np.abs(weights[index].double().numpy() - value)[kept].mean()))
    ledger.note(f"{what} worst mean deviation of a tensor", worst, 1e-6)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave out Ti and S at 1024")
    quick = parser.parse_args().quick
    torch.set_num_threads(2)
    ledger = Ledger()
    for name in ("pico", "nano", "ti", "s"):
        check_state_dict(ledger, name)
    check_loss(ledger)
    for attention in ATTENTIONS:
        check_nano(ledger, attention)
        for path in sorted((FIXTURES / "4-train").glob("grad_*.json")):
            check_gradients(ledger, path, attention)
        for path in sorted((FIXTURES / "4-train").glob("adamw_b*.json")):
            check_adamw(ledger, path, attention)
        for name in () if quick else ("ti", "s"):
            check_large(ledger, name, attention)
    print("All within tolerance." if ledger.failed == 0 else f"{ledger.failed} beyond tolerance.")
    return int(ledger.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
