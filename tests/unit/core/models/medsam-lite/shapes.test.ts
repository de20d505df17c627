import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configOf, gridSide } from '../../../../../src/core/models/medsam-lite/config'
import {
  inOfficialOrder,
  medSamLiteMismatch,
  medSamLiteShapes,
} from '../../../../../src/core/models/medsam-lite/shapes'
import type { Shape } from '../../../../../src/core/tensor/shape'
import type { StateDict } from '../../../../../src/core/tensor/state-dict'
import { float32 } from '../../../../../src/core/tensor/tensor'
import { smallConfig, smallWeights } from './small-model'

const url = new URL('../../../../fixtures/8-medsam-lite/manifest.json', import.meta.url)
const manifest = JSON.parse(readFileSync(url, 'utf8')) as {
  readonly state_dict: readonly (readonly [string, Shape, string])[]
}
const official: StateDict = new Map(
  manifest.state_dict.map(([name, shape]) => [
    name,
    float32(shape, new Float32Array(shape.reduce((product, size) => product * size, 1))),
  ]),
)

/** All tensors but some, which `changes` names with their new shape. */
function changed(changes: Readonly<Record<string, Shape | null>>): StateDict {
  const state = new Map(official)
  for (const [name, shape] of Object.entries(changes)) {
    if (shape === null) state.delete(name)
    else state.set(name, float32(shape, new Float32Array(shape.reduce((product, size) => product * size, 1))))
  }
  return state
}

describe('the sizes of a LiteMedSAM', () => {
  it('are read off the official weights', () => {
    const config = configOf(official, 'lite.pth', 256)

    expect(gridSide(config)).toBe(64)
    expect(
      config.stages.map(({ dim, depth, heads, window, stride }) => [dim, depth, heads, window, stride]),
    ).toEqual([
      [64, 2, 0, 0, 2],
      [128, 2, 4, 7, 2],
      [160, 6, 5, 14, 1],
      [320, 2, 10, 7, 1],
    ])
  })

  it('give back every name and shape in the official order', () => {
    const expected = manifest.state_dict.map(([name, shape]) => [name, shape])

    expect(medSamLiteShapes(configOf(official, 'lite.pth', 256))).toEqual(expected)
  })

  it('survive a small model', () => {
    const read = configOf(smallWeights(), 'small.pth', smallConfig.resolution)

    expect(read).toEqual(smallConfig)
  })

  const wrong: Record<string, readonly [Readonly<Record<string, Shape | null>>, string]> = {
    'a missing tensor': [{ 'mask_decoder.iou_token.weight': null }, 'iou_token'],
    'a stem that shrinks': [{ 'image_encoder.patch_embed.seq.0.c.weight': [32, 3, 3, 3] }, '3 pixels'],
    'a window that is not square': [
      { 'image_encoder.layers.1.blocks.0.attn.attention_biases': [4, 48] },
      'square',
    ],
    'heads that do not divide the width': [
      { 'image_encoder.layers.1.blocks.0.attn.attention_biases': [3, 49] },
      '3 heads',
    ],
    'no decoder layers': [{ 'mask_decoder.transformer.layers.0.norm1.weight': null }, 'no layers'],
    'no transformer blocks': [{ 'image_encoder.layers.1.blocks.0.attn.qkv.weight': null }, 'no transformer'],
  }
  for (const [what, [changes, sentence]] of Object.entries(wrong)) {
    it(`are refused with ${what}`, () => {
      expect(() => configOf(changed(changes), 'lite.pth', 256)).toThrow(sentence)
    })
  }

  it('are refused at a resolution that the stages cannot halve', () => {
    expect(() => configOf(official, 'lite.pth', 250)).toThrow('250 pixels')
  })
})

describe('a strict look at the tensors', () => {
  const config = configOf(official, 'lite.pth', 256)

  it('finds nothing wrong with the official ones', () => {
    expect(medSamLiteMismatch(official, config)).toBeNull()
  })

  it('names what is missing, unknown or of another shape', () => {
    const norm = 'image_encoder.neck.1.weight'

    expect(medSamLiteMismatch(changed({ [norm]: null }), config)).toContain(norm)
    expect(medSamLiteMismatch(changed({ [norm]: [255] }), config)).toContain('[255] instead of [256]')
    expect(medSamLiteMismatch(changed({ more: [1] }), config)).toContain('more is unknown')
  })

  it('puts tensors in the official order', () => {
    const sorted = new Map([...official].sort(([a], [b]) => (a < b ? -1 : 1)))

    expect([...inOfficialOrder(sorted, config).keys()]).toEqual([...official.keys()])
  })
})
