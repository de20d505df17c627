"""Checks with torch, ONNX Runtime and the official code what SliceTune wrote. A line of JSON a check.

Usage: python check_files.py FOLDER, after write_files.py and SliceTune itself have filled it (scripts/interop.mjs).
"""

import json
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from PIL import Image
from safetensors.torch import load_file

from shared import SLICE, has_official, picture, planes, prompts

#: Of the largest logit
LOGITS = 1e-3
#: Of the pixels of a mask
PIXELS = 1e-4

Check = Callable[[Path], str]
needs_nothing: dict[str, Check] = {}
needs_official: dict[str, Check] = {}


def check(name: str, register: dict[str, Check]) -> Callable[[Check], Check]:
    def add(function: Check) -> Check:
        register[name] = function
        return function

    return add


def run(file: Path, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    return onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"]).run(None, feeds)


def whole(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Masks and IoU of the file that holds the whole model."""
    coords, labels = prompts()
    feeds = {"batched_point_coords": coords, "batched_point_labels": labels}
    masks, iou, _ = run(folder / f"{name}.onnx", {"batched_images": planes(picture()), **feeds})
    return masks, iou


def labelme(folder: Path, name: str) -> np.ndarray:
    """Logits of the first mask by the two files, fed as labelme's osam feeds them."""
    image = picture()
    coords, labels = prompts()
    (embedding,) = run(folder / f"{name}_encoder.onnx", {"batched_images": planes(image)})
    masks, _, _ = run(
        folder / f"{name}_decoder.onnx",
        {
            "image_embeddings": embedding[0][None],
            "batched_point_coords": coords,
            "batched_point_labels": labels,
            "orig_im_size": np.array(image.shape[:2], dtype=np.int64),
        },
    )
    return masks[0, 0, 0]


def x_anylabeling(folder: Path, name: str) -> np.ndarray:
    """Logits of the first mask by the two files, fed as X-AnyLabeling feeds its EfficientViT-SAM."""
    image = picture()
    height, width = image.shape[:2]
    scale = 1024 / max(height, width)
    coords, labels = prompts()
    (embedding,) = run(folder / f"{name}_xanylabeling_encoder.onnx", {"input_image": image})
    assert embedding.shape == (1, 256, 64, 64), embedding.shape
    ratio = [int(width * scale + 0.5) / width, int(height * scale + 0.5) / height]
    masks, _, _ = run(
        folder / f"{name}_xanylabeling_decoder.onnx",
        {
            "image_embeddings": embedding,
            "point_coords": (coords[0] * ratio).astype(np.float32),
            "point_labels": labels[0],
            "mask_input": np.zeros((1, 1, 256, 256), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array([height, width], np.float32),
        },
    )
    return masks[0][0]


def predicted(folder: Path, name: str) -> np.ndarray:
    """The mask of `slicetune predict` with the same box."""
    return np.array(Image.open(folder / f"masks-{name}" / SLICE)) > 0


def same_mask(logits: np.ndarray, mask: np.ndarray) -> str:
    different = int(((logits >= 0) != mask).sum())
    assert mask.any() and different <= PIXELS * mask.size, f"{different} of {mask.size} pixels differ"
    return f"{different} of {mask.size} pixels differ"


def same_logits(ours: np.ndarray, theirs: np.ndarray) -> str:
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    difference, largest = np.abs(ours - theirs).max(), np.abs(theirs).max()
    assert difference <= LOGITS * largest, f"logits differ by {difference:.2g} of {largest:.3g}"
    return f"logits differ by {difference:.2g} of {largest:.3g}"


@check("torch reads a training checkpoint, mapped too, and its AdamW goes on", needs_nothing)
def torch_reads(folder: Path) -> str:
    (file,) = folder.glob("runs/*/medsam_lite_latest.pth")
    assert zipfile.ZipFile(file).testzip() is None, "an entry has a wrong checksum"
    checkpoint = torch.load(file, weights_only=True)
    mapped = torch.load(file, weights_only=True, mmap=True)
    for name, tensor in checkpoint["model"].items():
        assert torch.equal(tensor, mapped["model"][name]), name
    stored = checkpoint["optimizer"]
    shapes = {index: moments["exp_avg"].shape for index, moments in stored["state"].items()}
    indices = [index for group in stored["param_groups"] for index in group["params"]]
    parameters = [torch.nn.Parameter(torch.ones(shapes.get(index, (1,)))) for index in indices]
    optimizer = torch.optim.AdamW(parameters)
    optimizer.load_state_dict(stored)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    before = max(float(moments["step"]) for moments in stored["state"].values())
    optimizer.step()
    after = max(float(moments["step"]) for moments in optimizer.state_dict()["state"].values())
    assert after == before + 1, (before, after)
    return f"{len(checkpoint['model'])} tensors, AdamW at step {after:.0f}"


@check("the exported .pth and .safetensors hold the same tensors, and no optimiser", needs_nothing)
def same_tensors(folder: Path) -> str:
    for name in ("tuned", "medsam-lite"):
        stored = torch.load(folder / f"{name}/{name}.pth", weights_only=True)
        assert "optimizer" not in stored and "epoch" not in stored, stored.keys()
        tensors = load_file(folder / f"{name}/{name}.safetensors")
        # What only SliceTune knows stands beside the model, and in a flat file under names of its own.
        all_stored = {**stored["model"], **stored.get("slicetune_tensors", {})}
        assert tensors.keys() == all_stored.keys()
        assert not any(key.startswith("slicetune.") for key in stored["model"])
        for key, tensor in all_stored.items():
            assert torch.equal(tensor.float(), tensors[key].float()), key
    return "tuned and medsam-lite"


@check("the exported ONNX files are valid", needs_nothing)
def valid(folder: Path) -> str:
    files = sorted(file for name in ("tuned", "medsam-lite", "official") for file in (folder / name).glob("*.onnx"))
    for file in files:
        onnx.checker.check_model(onnx.load(file), full_check=True)
    return f"{len(files)} files"


def onnx_agrees(folder: Path, name: str) -> Iterator[str]:
    mask = predicted(folder, name)
    ways = {"whole": whole(folder / name, name)[0][0, 0, 0], "labelme": labelme(folder / name, name)}
    ways["X-AnyLabeling"] = x_anylabeling(folder / name, name)
    for way, logits in ways.items():
        yield f"{way}: {same_mask(logits, mask)}"


@check("the ONNX files of a tuned model give the mask of predict", needs_nothing)
def tuned_onnx(folder: Path) -> str:
    return "; ".join(onnx_agrees(folder, "tuned"))


@check("the ONNX files of medsam-lite give the mask of predict", needs_nothing)
def lite_onnx(folder: Path) -> str:
    return "; ".join(onnx_agrees(folder, "medsam-lite"))


@check("the ONNX files at 1024 pixels give the mask of predict", needs_nothing)
def official_size_onnx(folder: Path) -> str:
    return "; ".join(onnx_agrees(folder, "official"))


@check("the official code loads the exported .pth strictly and gives our mask", needs_official)
def official_mask(folder: Path) -> str:
    answer = np.load(folder / "official_answer.npz")
    return same_mask(answer["masks"][0, 0, 0], predicted(folder, "official"))


@check("the exported ONNX gives the logits of the official code, all three masks", needs_official)
def official_logits(folder: Path) -> str:
    answer = np.load(folder / "official_answer.npz")
    masks, iou = whole(folder / "official", "official")
    np.testing.assert_allclose(iou, answer["iou"], atol=1e-4)
    return same_logits(masks, answer["masks"])


@check("train --resume goes on from a checkpoint of torch at the next epoch", needs_official)
def resumed(folder: Path) -> str:
    told = json.loads((folder / "torch_checkpoint.json").read_text())
    events = [json.loads(line) for line in (folder / "resumed.jsonl").read_text().splitlines()]
    epochs = [event["epoch"] for event in events if event["event"] == "epoch"]
    # Epochs are shown counted from 1; the one after the stored EPOCH, counted from 0, is EPOCH + 2 of these.
    assert epochs == [told["epoch"] + 2], epochs
    notices = " ".join(event["message"] for event in events if event["event"] == "notice")
    assert "start anew" not in notices, notices
    (file,) = folder.glob("resumed/*/medsam_lite_latest.pth")
    state = torch.load(file, weights_only=True)["optimizer"]["state"]
    steps = {int(moments["step"]) for moments in state.values()}
    assert min(steps) > told["steps"], f"the moments of torch's {told['steps']} steps are lost: {steps}"
    return f"epoch {epochs[0]} of ours after {told['epoch'] + 1} of torch's, AdamW at step {max(steps)}"


def main(folder: Path) -> None:
    for name, function in {**needs_nothing, **needs_official}.items():
        if name in needs_official and not has_official():
            print(json.dumps({"name": name, "status": "not run", "detail": "EFFICIENTSAM_DIR is not set"}), flush=True)
            continue
        try:
            result = {"status": "passed", "detail": function(folder)}
        except Exception as error:  # whatever it is, the other checks still run
            traceback.print_exc()
            result = {"status": "failed", "detail": f"{type(error).__name__}: {error}"}
        print(json.dumps({"name": name, **result}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
