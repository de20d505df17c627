"""Writes the encoder as torch exports it: the graph that users of an exported EfficientSAM run.

Usage: python bench/torch/export_encoder.py MODEL RESOLUTION FILE.onnx
"""

from __future__ import annotations

import sys
import warnings

import torch

from efficient_sam import build
from formula import fill


def main(name: str, resolution: int, file: str) -> None:
    warnings.filterwarnings("ignore")
    model = build(name, resolution, attention="reference").eval()
    fill(model)
    image = torch.zeros(1, 3, resolution, resolution)
    torch.onnx.export(
        model.image_encoder,
        (image,),
        file,
        dynamo=False,
        opset_version=17,
        do_constant_folding=True,
        input_names=["batched_images"],
        output_names=["image_embeddings"],
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
