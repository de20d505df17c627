import { describe, expect, it } from 'vitest'
import type { Float32Tensor } from '../../../../../src/core/engine'
import { GraphBuilder } from '../../../../../src/core/graph/builder'
import type { OpBuilder, Value } from '../../../../../src/core/graph/op'
import { convNorm } from '../../../../../src/core/models/medsam-lite/conv-norm'
import { imageEncoder } from '../../../../../src/core/models/medsam-lite/image-encoder'
import {
  distanceBias,
  fromWindows,
  toWindows,
  windowAttention,
} from '../../../../../src/core/models/medsam-lite/window-attention'
import type { WeightOf } from '../../../../../src/core/nn/linear'
import { float32 } from '../../../../../src/core/tensor/tensor'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { filled, gradientErrors } from '../../graph/gradient-check'
import { smallConfig, smallWeights } from './small-model'

async function run(build: (g: OpBuilder) => Value): Promise<Float32Tensor> {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const g = new GraphBuilder('test')
  const program = await engine.compile(g.build({ y: build(g) }))
  const { y } = await program.run({})
  await engine.dispose()
  return y as Float32Tensor
}

const constant = (g: OpBuilder, { shape, data }: Float32Tensor): Value => g.constant(shape, data)

/** Layers get the weights in the order of `names`. */
const named =
  (names: readonly string[], values: readonly Value[]): WeightOf =>
  name =>
    values[names.indexOf(name)] as Value

describe('convolution with batch norm', () => {
  const names = ['p.c.weight', 'p.bn.weight', 'p.bn.bias', 'p.bn.running_mean', 'p.bn.running_var']
  const inputs = [
    filled([1, 2, 4, 4], 1),
    filled([3, 2, 3, 3], 2),
    filled([3], 3, 0.2, 1),
    filled([3], 4),
    filled([3], 5),
    filled([3], 6, 0.3, 1),
  ]

  it('normalises each channel by its running statistics', async () => {
    const identity = Float32Array.from({ length: 4 }, (_, i) => (i === 0 || i === 3 ? 1 : 0))
    const values = [
      float32([2, 2, 1, 1], identity),
      ...[
        [2, 3],
        [5, 7],
        [1, 2],
        [4, 9],
      ].map(v => float32([2], v)),
    ]

    const { data } = await run(g =>
      convNorm(
        g,
        g.constant([1, 2, 1, 1], [5, 11]),
        { out: 2, kernel: 1 },
        named(
          names,
          values.map(value => constant(g, value)),
        ),
        'p',
      ),
    )

    // (x - mean) / sqrt(variance) * scale + shift
    expect(data[0]).toBeCloseTo(((5 - 1) / 2) * 2 + 5, 4)
    expect(data[1]).toBeCloseTo(((11 - 2) / 3) * 3 + 7, 4)
  })

  it('has the right gradients of kernel, scale and shift', async () => {
    const errors = await gradientErrors({
      inputs,
      build: (g, [x, ...values]) => convNorm(g, x!, { out: 3, kernel: 3 }, named(names, values), 'p'),
    })

    for (const error of errors) expect(error).toBeLessThan(2e-3)
  })
})

describe('windows', () => {
  it('come back as they went, without the zeros beyond the edge', async () => {
    const picture = filled([5, 7, 2], 1)

    const { shape, data } = await run(g => fromWindows(g, toWindows(g, constant(g, picture), 3), 3, [5, 7]))

    expect(shape).toEqual([5, 7, 2])
    expect(data).toEqual(picture.data)
  })

  it('hold the tokens of one square each', async () => {
    const places = float32(
      [4, 4, 1],
      Float32Array.from({ length: 16 }, (_, i) => i),
    )

    const { shape, data } = await run(g => toWindows(g, constant(g, places), 2))

    expect(shape).toEqual([4, 4, 1])
    expect([...data]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])
  })
})

describe('attention in windows', () => {
  const options = { heads: 2, window: 3 }

  it('adds the bias that belongs to the distance of two tokens', async () => {
    const table = float32(
      [2, 9],
      Float32Array.from({ length: 18 }, (_, i) => i),
    )

    const { data } = await run(g => distanceBias(g, options, () => constant(g, table), 'p'))

    for (let head = 0; head < 2; head++) {
      for (let a = 0; a < 9; a++) {
        for (let b = 0; b < 9; b++) {
          const dy = Math.abs(Math.floor(a / 3) - Math.floor(b / 3))
          const dx = Math.abs((a % 3) - (b % 3))
          expect(data[(head * 9 + a) * 9 + b]).toBe(head * 9 + dy * 3 + dx)
        }
      }
    }
  })

  it('has the right gradients, those of the distance biases too', async () => {
    const names = [
      'norm.weight',
      'norm.bias',
      'qkv.weight',
      'qkv.bias',
      'attention_biases',
      'proj.weight',
      'proj.bias',
    ]
    const shapes = [[4], [4], [12, 4], [12], [2, 9], [4, 4], [4]]

    const errors = await gradientErrors({
      inputs: [filled([2, 9, 4], 1), ...shapes.map((shape, index) => filled(shape, index + 2, 0.7, 0.1))],
      build: (g, [x, ...values]) =>
        windowAttention(
          g,
          x!,
          options,
          named(
            names.map(name => `p.${name}`),
            values,
          ),
          'p',
        ),
    })

    expect(errors).toHaveLength(8)
    for (const error of errors) expect(error).toBeLessThan(2e-3)
  })
})

describe('the encoder', () => {
  it('turns a picture of any size that its stages can halve into cells', async () => {
    for (const resolution of [8, 16]) {
      const config = { ...smallConfig, resolution }
      const weights = smallWeights(config)

      const { shape, data } = await run(g =>
        imageEncoder(g, config, constant(g, filled([1, 3, resolution, resolution], 3)), name =>
          constant(g, weights.get(`image_encoder.${name}`) as Float32Tensor),
        ),
      )

      expect(shape).toEqual([1, 16, resolution / 2, resolution / 2])
      expect(data.every(Number.isFinite)).toBe(true)
    }
  })
})
