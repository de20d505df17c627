/**
 * Weights, images and masks that both sides of a golden compute from a formula, so that no weight file is shipped.
 * The formulas, on unsigned 32-bit integers, are those of tests/fixtures/README.md, group 1.
 */
import * as z from 'zod'
import type { Tensor } from '../../src/core/tensor/tensor'
import { tensor } from '../../src/core/tensor/tensor'
import type { Shape } from '../../src/core/tensor/shape'
import { sizeOf } from '../../src/core/tensor/shape'
import { fixtureJson } from './npy-fixture'

export type FormulaConfig = 'ti' | 's' | 'nano' | 'pico'

const StateDictFixture = z.object({
  config: z.record(z.string(), z.unknown()),
  tensors: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.number()),
      dtype: z.string(),
      parameter: z.boolean(),
      param_index: z.number().nullable(),
      fnv1a: z.number(),
      rule: z.string(),
      offset: z.number(),
      scale: z.number(),
      sample_index: z.array(z.number()),
      sample_value: z.array(z.number()),
      sum64: z.number(),
    }),
  ),
})
export type StateDictFixture = z.infer<typeof StateDictFixture>

/** What `state_dict_<config>.json` says: every tensor in order, with its name, shape and check values. */
export function stateDictFixture(config: FormulaConfig): StateDictFixture {
  return StateDictFixture.parse(fixtureJson(`1-weights/state_dict_${config}.json`))
}

/** The whole state dict of a model, in file order; Ti takes about 0.1 s, S about 0.3 s. */
export function formulaStateDict(config: FormulaConfig): Map<string, Tensor<'float32'>> {
  return new Map(
    stateDictFixture(config).tensors.map(({ name, shape }) => [name, formulaTensor(name, shape)]),
  )
}

/** value[i] = fround(offset + scale * u(name, i)), the product and the sum in float64. */
export function formulaTensor(name: string, shape: Shape): Tensor<'float32'> {
  const { offset, scale } = formulaRule(name, shape)
  return tensor('float32', shape, uniform(name, sizeOf(shape), { offset, scale }))
}

/** u(name, i) in [-1, 1) for i < length, scaled and shifted. */
export function uniform(
  name: string,
  length: number,
  { offset = 0, scale = 1 }: { offset?: number; scale?: number } = {},
): Float32Array {
  const values = new Float32Array(length)
  let mixed = fnv1a(name)
  for (let i = 0; i < length; i++) {
    // fmix32 written out: this loop runs 26 million times for S.
    let x = mixed
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
    x ^= x >>> 16
    values[i] = offset + scale * (((x >>> 8) - 8388608) / 8388608)
    mixed = (mixed + 0x9e3779b9) | 0
  }
  return values
}

/** The first rule that matches, as in the table of the README. */
export function formulaRule(name: string, shape: Shape): { rule: string; offset: number; scale: number } {
  const fanIn = sizeOf(shape.slice(1))
  if (name.endsWith('positional_encoding_gaussian_matrix'))
    return { rule: 'gaussian_matrix', offset: 0, scale: 1 }
  if (name.endsWith('pos_embed')) return { rule: 'pos_embed', offset: 0, scale: 0.25 }
  if (shape.length === 1) {
    return name.endsWith('.weight')
      ? { rule: 'norm_weight', offset: 1, scale: 0.1 }
      : { rule: 'bias', offset: 0, scale: 0.05 }
  }
  if (/iou_token\.weight$|mask_tokens\.weight$|^prompt_encoder\./.test(name)) {
    return { rule: 'embedding', offset: 0, scale: 0.5 }
  }
  if (name.includes('final_output_upscaling_layers')) {
    return { rule: 'conv_transpose', offset: 0, scale: Math.sqrt(3 / (shape[0] ?? 1)) }
  }
  if (/(qkv|q_proj|k_proj)\.weight$|output_hypernetworks_mlps/.test(name)) {
    return { rule: 'linear_hot', offset: 0, scale: Math.sqrt(3 / fanIn) * 1.5 }
  }
  return { rule: 'linear', offset: 0, scale: Math.sqrt(3 / fanIn) * 0.8 }
}

/** FNV-1a over the UTF-8 bytes. */
export function fnv1a(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** The finaliser of MurmurHash3. */
export function fmix32(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}

/**
 * A synthetic RGB image.
 *
 * @param spec - `s<seed>:<height>x<width>`, as the manifests name it (`s0:128x128`)
 * @returns [height, width, 3]
 */
export function formulaImage(spec: string): Tensor<'uint8'> {
  const match = /^s?(\d+):(\d+)x(\d+)$/.exec(spec)
  if (!match) throw new RangeError(`No image is called ${spec}`)
  const [seed, height, width] = match.slice(1).map(Number) as [number, number, number]
  const disc = discMask(height, width, 0)
  const pixels = new Uint8Array(height * width * 3)
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = disc[y * width + x] ? 90 : 0
      for (let c = 0; c < 3; c++, at++) {
        const t = (5 * x + 3 * y + 40 * c + 17 * seed) & 255
        const noise = fmix32(Math.imul(y, 0x1f123bb5) ^ Math.imul(x, 0x5f356495) ^ (c + 3 * seed + 1)) >>> 27
        pixels[at] = Math.min(255, (t < 128 ? t : 255 - t) + inside + noise)
      }
    }
  }
  return tensor('uint8', [height, width, 3], pixels)
}

/** A filled circle whose place depends on k: row-major [height, width], values 0 and 1. */
export function discMask(height: number, width: number, k: number): Uint8Array {
  const cx = Math.floor((width * (3 + 2 * (k % 2))) / 8)
  const cy = Math.floor((height * (5 - (k % 3))) / 8)
  const r = Math.floor(Math.min(height, width) / 4)
  const mask = new Uint8Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((x - cx) ** 2 + (y - cy) ** 2 < r * r) mask[y * width + x] = 1
    }
  }
  return mask
}
