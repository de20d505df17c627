"""EfficientSAM in PyTorch, small: what this project's own definition is measured against and checked with.

Written from the papers and from src/core/models/efficient-sam; `check_goldens.py` holds it to tests/fixtures. Names of
the state dict are the official ones, so that checkpoints load strictly in both directions.

    model = build("ti", resolution=1024, attention="sdpa")
    model.load_state_dict(torch.load("checkpoint.pth", weights_only=True)["model"])
    model.freeze_encoder()
    low_res, iou = model.decode(model.encode(images), points, labels)

`attention` is "reference" (softmax(q k^T) v written out, as the code that users run has it) or "sdpa"
(F.scaled_dot_product_attention).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PATCH = 16
TABLE_SIDE = 14  # of the position table: pretrained at 224 pixels
ENCODER_EPS = 1e-6
DECODER_EPS = 1e-5
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
PADDING = -1
# Labels of prompt tokens; 0, a negative click, has no learned vector.
POINT, TOP_LEFT, BOTTOM_RIGHT = 1, 2, 3


@dataclass(frozen=True)
class Sizes:
    encoder_dim: int
    encoder_heads: int
    encoder_depth: int
    decoder_dim: int = 256
    decoder_heads: int = 8
    decoder_depth: int = 2
    decoder_mlp_dim: int = 2048
    upscaling_dims: tuple[int, int] = (64, 32)
    iou_hidden: int = 256
    mask_tokens: int = 4
    prompt_tokens: int = 6


SIZES = {
    "ti": Sizes(192, 3, 12),
    "s": Sizes(384, 6, 12),
    "nano": Sizes(64, 2, 3),
    "pico": Sizes(16, 2, 1, 16, 2, 2, 32, (8, 4), 16),
}


def attend(q: Tensor, k: Tensor, v: Tensor, attention: str) -> Tensor:
    """[batch, heads, tokens, head_dim] each; scaled by 1 / sqrt(head_dim)."""
    if attention == "sdpa":
        return F.scaled_dot_product_attention(q, k, v)
    scores = (q @ k.transpose(-2, -1)) * q.shape[-1] ** -0.5
    return scores.softmax(dim=-1) @ v


class Attention(nn.Module):
    """Of the encoder: q, k and v by one projection."""

    def __init__(self, dim: int, heads: int, attention: str):
        super().__init__()
        self.heads, self.attention = heads, attention
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, dim = x.shape
        qkv = self.qkv(x).reshape(batch, tokens, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        out = attend(q, k, v, self.attention)  # [batch, heads, tokens, head_dim]
        return self.proj(out.transpose(1, 2).reshape(batch, tokens, dim))


class EncoderMlp(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.fc1 = nn.Linear(dim, 4 * dim)
        self.fc2 = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, dim: int, heads: int, attention: str):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=ENCODER_EPS)
        self.attn = Attention(dim, heads, attention)
        self.norm2 = nn.LayerNorm(dim, eps=ENCODER_EPS)
        self.mlp = EncoderMlp(dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ChannelNorm(nn.Module):
    """Layer norm over the channels of a picture."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        normal = (x - mean) / torch.sqrt(variance + ENCODER_EPS)
        return self.weight[:, None, None] * normal + self.bias[:, None, None]


class PatchEmbed(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.proj = nn.Conv2d(3, dim, PATCH, stride=PATCH)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x)


class ImageEncoder(nn.Module):
    """[batch, 3, resolution, resolution], preprocessed, to [batch, decoder_dim, side, side]."""

    def __init__(self, sizes: Sizes, attention: str):
        super().__init__()
        dim, out = sizes.encoder_dim, sizes.decoder_dim
        self.patch_embed = PatchEmbed(dim)
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + TABLE_SIDE**2, dim))
        self.blocks = nn.ModuleList(
            Block(dim, sizes.encoder_heads, attention) for _ in range(sizes.encoder_depth)
        )
        self.neck = nn.Sequential(
            nn.Conv2d(dim, out, 1, bias=False),
            ChannelNorm(out),
            nn.Conv2d(out, out, 3, padding=1, bias=False),
            ChannelNorm(out),
        )

    def position(self, side: int) -> Tensor:
        """[1, dim, side, side]; the class token's entry is dropped."""
        table = self.pos_embed[:, 1:].reshape(1, TABLE_SIDE, TABLE_SIDE, -1).permute(0, 3, 1, 2)
        if side == TABLE_SIDE:
            return table
        return F.interpolate(table, size=(side, side), mode="bicubic", align_corners=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x)
        side = x.shape[-1]
        x = (x + self.position(side)).flatten(2).transpose(1, 2)  # [batch, side * side, dim]
        for block in self.blocks:
            x = block(x)
        return self.neck(x.transpose(1, 2).reshape(x.shape[0], -1, side, side))


class PositionCode(nn.Module):
    """Random Fourier features of points in the unit square."""

    def __init__(self, dim: int):
        super().__init__()
        self.register_buffer("positional_encoding_gaussian_matrix", torch.randn(2, dim // 2))

    def forward(self, points: Tensor) -> Tensor:
        angles = 2 * math.pi * ((2 * points - 1) @ self.positional_encoding_gaussian_matrix)
        return torch.cat([angles.sin(), angles.cos()], dim=-1)

    def grid(self, side: int) -> Tensor:
        """[side * side, dim], row by row."""
        centres = (torch.arange(side, dtype=torch.float32) + 0.5) / side
        y, x = torch.meshgrid(centres, centres, indexing="ij")
        return self(torch.stack([x, y], dim=-1)).flatten(0, 1)


class PromptEncoder(nn.Module):
    def __init__(self, dim: int, resolution: int):
        super().__init__()
        self.resolution = resolution
        self.pe_layer = PositionCode(dim)
        self.invalid_points = nn.Embedding(1, dim)
        self.point_embeddings = nn.Embedding(1, dim)
        self.bbox_top_left_embeddings = nn.Embedding(1, dim)
        self.bbox_bottom_right_embeddings = nn.Embedding(1, dim)

    def forward(self, points: Tensor, labels: Tensor) -> Tensor:
        """[batch, tokens, 2] in pixels of the square, and [batch, tokens], to [batch, tokens, dim]."""
        code = self.pe_layer((points + 0.5) / self.resolution)
        vectors = {
            PADDING: self.invalid_points,
            POINT: self.point_embeddings,
            TOP_LEFT: self.bbox_top_left_embeddings,
            BOTTOM_RIGHT: self.bbox_bottom_right_embeddings,
        }
        for label, vector in vectors.items():
            code = code + (labels == label)[..., None] * vector.weight
        return code


class Mlp(nn.Module):
    """Linear layers with GELU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int, hidden_layers: int):
        super().__init__()
        widths = [inputs] + [hidden] * hidden_layers
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(a, b), nn.GELU()) for a, b in zip(widths, widths[1:])
        )
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return self.fc(x)


class CrossAttention(nn.Module):
    """Of the decoder: projections of their own for q, k and v."""

    def __init__(self, dim: int, inner: int, heads: int, attention: str):
        super().__init__()
        self.heads, self.attention = heads, attention
        self.q_proj = nn.Linear(dim, inner)
        self.k_proj = nn.Linear(dim, inner)
        self.v_proj = nn.Linear(dim, inner)
        self.out_proj = nn.Linear(inner, dim)

    def split(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        return x.reshape(batch, tokens, self.heads, width // self.heads).transpose(1, 2)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = self.split(self.q_proj(q)), self.split(self.k_proj(k)), self.split(self.v_proj(v))
        out = attend(q, k, v, self.attention)
        return self.out_proj(out.transpose(1, 2).flatten(2))


class TwoWayBlock(nn.Module):
    def __init__(self, sizes: Sizes, attention: str, first: bool):
        super().__init__()
        dim, heads = sizes.decoder_dim, sizes.decoder_heads
        self.first = first
        self.self_attn = CrossAttention(dim, dim, heads, attention)
        self.norm1 = nn.LayerNorm(dim, eps=DECODER_EPS)
        self.cross_attn_token_to_image = CrossAttention(dim, dim // 2, heads, attention)
        self.norm2 = nn.LayerNorm(dim, eps=DECODER_EPS)
        self.mlp = Mlp(dim, sizes.decoder_mlp_dim, dim, 1)
        self.norm3 = nn.LayerNorm(dim, eps=DECODER_EPS)
        self.norm4 = nn.LayerNorm(dim, eps=DECODER_EPS)
        self.cross_attn_image_to_token = CrossAttention(dim, dim // 2, heads, attention)

    def forward(self, queries: Tensor, keys: Tensor, query_code: Tensor, key_code: Tensor):
        if not self.first:
            queries = queries + query_code
        queries = self.norm1(queries + self.self_attn(queries, queries, queries))
        located = keys + key_code
        queries = self.norm2(
            queries + self.cross_attn_token_to_image(queries + query_code, located, keys)
        )
        queries = self.norm3(queries + self.mlp(queries))
        keys = self.norm4(keys + self.cross_attn_image_to_token(located, queries + query_code, queries))
        return queries, keys


class TwoWayTransformer(nn.Module):
    def __init__(self, sizes: Sizes, attention: str):
        super().__init__()
        dim = sizes.decoder_dim
        self.layers = nn.ModuleList(
            TwoWayBlock(sizes, attention, first=index == 0) for index in range(sizes.decoder_depth)
        )
        self.final_attn_token_to_image = CrossAttention(dim, dim // 2, sizes.decoder_heads, attention)
        self.norm_final_attn = nn.LayerNorm(dim, eps=DECODER_EPS)

    def forward(self, tokens: Tensor, keys: Tensor, key_code: Tensor):
        queries = tokens
        for layer in self.layers:
            queries, keys = layer(queries, keys, tokens, key_code)
        found = self.final_attn_token_to_image(queries + tokens, keys + key_code, keys)
        return self.norm_final_attn(queries + found), keys


class MaskDecoder(nn.Module):
    def __init__(self, sizes: Sizes, attention: str):
        super().__init__()
        dim, (wide, narrow) = sizes.decoder_dim, sizes.upscaling_dims
        self.transformer = TwoWayTransformer(sizes, attention)
        self.iou_token = nn.Embedding(1, dim)
        self.mask_tokens = nn.Embedding(sizes.mask_tokens, dim)
        self.final_output_upscaling_layers = nn.ModuleList(
            [
                nn.Sequential(
                    nn.ConvTranspose2d(dim, wide, 2, stride=2),
                    nn.GroupNorm(1, wide, eps=DECODER_EPS),
                    nn.GELU(),
                ),
                nn.Sequential(nn.ConvTranspose2d(wide, narrow, 2, stride=2), nn.GELU()),
            ]
        )
        self.output_hypernetworks_mlps = nn.ModuleList(
            Mlp(dim, dim, narrow, 2) for _ in range(sizes.mask_tokens)
        )
        self.iou_prediction_head = Mlp(dim, sizes.iou_hidden, sizes.mask_tokens, 2)

    def forward(self, embedding: Tensor, prompts: Tensor, key_code: Tensor):
        """One query an image; the first of the four masks, meant for ambiguity's sake, is left out."""
        batch, dim, side, _ = embedding.shape
        outputs = torch.cat([self.iou_token.weight, self.mask_tokens.weight])
        tokens = torch.cat([outputs.expand(batch, -1, -1), prompts], dim=1)
        keys = embedding.flatten(2).transpose(1, 2)  # [batch, side * side, dim]
        queries, keys = self.transformer(tokens, keys, key_code)
        picture = keys.transpose(1, 2).reshape(batch, dim, side, side)
        for layer in self.final_output_upscaling_layers:
            picture = layer(picture)
        hyper = torch.stack(
            [mlp(queries[:, 1 + i]) for i, mlp in enumerate(self.output_hypernetworks_mlps)], dim=1
        )
        masks = (hyper @ picture.flatten(2)).unflatten(2, picture.shape[-2:])
        return masks[:, 1:], self.iou_prediction_head(queries[:, 0])[:, 1:]


class EfficientSam(nn.Module):
    def __init__(self, sizes: Sizes, resolution: int, attention: str):
        super().__init__()
        self.sizes, self.resolution = sizes, resolution
        self.image_encoder = ImageEncoder(sizes, attention)
        self.prompt_encoder = PromptEncoder(sizes.decoder_dim, resolution)
        self.mask_decoder = MaskDecoder(sizes, attention)

    def freeze_encoder(self) -> None:
        self.image_encoder.requires_grad_(False)

    def preprocess(self, images: Tensor) -> Tensor:
        """[batch, 3, height, width] in [0, 1] to the square, normalised."""
        square = (self.resolution, self.resolution)
        if tuple(images.shape[-2:]) != square:
            images = F.interpolate(images, size=square, mode="bilinear", align_corners=False)
        mean, std = torch.tensor(MEAN)[:, None, None], torch.tensor(STD)[:, None, None]
        return (images - mean) / std

    def tokens(self, points: Tensor, labels: Tensor, size: tuple[int, int]):
        """Points of a picture of `size` (height, width) to exactly `prompt_tokens` slots in the square."""
        slots = self.sizes.prompt_tokens
        points, labels = points[:, :slots].float(), labels[:, :slots]
        scale = torch.tensor([self.resolution / size[1], self.resolution / size[0]])
        points = torch.where(points >= 0, points * scale, torch.full_like(points, -1))
        missing = slots - points.shape[1]
        return F.pad(points, (0, 0, 0, missing), value=-1), F.pad(labels, (0, missing), value=PADDING)

    def encode(self, preprocessed: Tensor) -> Tensor:
        return self.image_encoder(preprocessed)

    def decode(self, embedding: Tensor, points: Tensor, labels: Tensor):
        """One prompt an image -> logits [batch, 3, 4 side, 4 side] and predicted IoU [batch, 3]."""
        key_code = self.prompt_encoder.pe_layer.grid(embedding.shape[-1])
        return self.mask_decoder(embedding, self.prompt_encoder(points, labels), key_code)

    def forward(self, images: Tensor, points: Tensor, labels: Tensor):
        """Pictures in [0, 1] with one prompt each, in their own pixels -> logits at their size, predicted IoU."""
        size = (images.shape[-2], images.shape[-1])
        embedding = self.encode(self.preprocess(images))
        low_res, iou = self.decode(embedding, *self.tokens(points, labels, size))
        return enlarge(low_res, size), iou


def enlarge(low_res: Tensor, size: tuple[int, int]) -> Tensor:
    if tuple(low_res.shape[-2:]) == size:
        return low_res
    return F.interpolate(low_res, size=size, mode="bicubic", align_corners=False)


def build(name: str, resolution: int = 1024, attention: str = "sdpa") -> EfficientSam:
    if attention not in ("sdpa", "reference"):
        raise ValueError(f"attention is sdpa or reference, not {attention}")
    return EfficientSam(SIZES[name], resolution, attention)
