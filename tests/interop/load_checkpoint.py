"""Checks with torch itself that it reads what `writeTrainingCheckpoint` writes.

Needs torch >= 2.0. Usage: python tests/interop/load_checkpoint.py CHECKPOINT.pth [STATE_DICT.json]

Loads with the restricted loader, with and without mapping the file, compares with a formula state dict where one is
given, and lets AdamW go on from the stored state.
"""

import json
import sys
import zipfile

import torch


def main(path: str, state_dict: str | None) -> None:
    assert zipfile.ZipFile(path).testzip() is None, "an entry has a wrong checksum"
    checkpoint = torch.load(path, weights_only=True)
    mapped = torch.load(path, weights_only=True, mmap=True)
    for name, tensor in checkpoint["model"].items():
        assert torch.equal(tensor, mapped["model"][name]), name
    for entry in json.load(open(state_dict))["tensors"] if state_dict else []:
        tensor = checkpoint["model"][entry["name"]]
        assert list(tensor.shape) == entry["shape"], entry["name"]
        assert tensor.flatten()[entry["sample_index"]].tolist() == entry["sample_value"], entry["name"]
    print({key: value for key, value in checkpoint.items() if key not in ("model", "optimizer")})
    if "optimizer" in checkpoint:
        go_on(checkpoint["optimizer"])


def go_on(stored: dict) -> None:
    shapes = {index: moments["exp_avg"].shape for index, moments in stored["state"].items()}
    indices = [index for group in stored["param_groups"] for index in group["params"]]
    parameters = [torch.nn.Parameter(torch.ones(shapes.get(index, (1,)))) for index in indices]
    optimizer = torch.optim.AdamW(parameters)
    optimizer.load_state_dict(stored)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    print("AdamW goes on at step", float(optimizer.state_dict()["state"][indices[0]]["step"]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
