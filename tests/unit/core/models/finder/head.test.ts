import { describe, expect, it } from 'vitest'
import { sigmoid } from '../../../../../src/core/graph/functions'
import type { Value } from '../../../../../src/core/graph/op'
import {
  contextPooling,
  headPooling,
  finderConfig,
  finderConfigOf,
  finderShapes,
} from '../../../../../src/core/models/finder/config'
import type { FinderConfig } from '../../../../../src/core/models/finder/config'
import { dropPlaces, finderHead } from '../../../../../src/core/models/finder/head'
import { FinderMaps } from '../../../../../src/core/models/finder/finder'
import { poolEmbedding } from '../../../../../src/core/models/finder/pool-embedding'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { initialFinderWeights } from '../../../../../src/core/models/finder/initial-weights'
import { finderLoss } from '../../../../../src/core/models/finder/loss'
import type { WeightOf } from '../../../../../src/core/nn/linear'
import { AppError } from '../../../../../src/shared/errors'
import type { GradientCheck } from '../../graph/gradient-check'
import { filled, gradientErrors } from '../../graph/gradient-check'

const config: FinderConfig = { channels: 5, side: 3, hidden: 4, upscale: 2, classes: 2 }

/** Weights by their names, in the order of `shapes`. */
const named =
  (shapes: readonly (readonly [string, unknown])[], weights: readonly Value[]): WeightOf =>
  name =>
    weights[shapes.findIndex(([other]) => other === name)]!

describe('the head of the finder', () => {
  it('has the right gradients of every weight, through the loss', async () => {
    const shapes = [...finderShapes(config)]
    const keep = filled([dropPlaces, 2, 4, 1, 1], 3, 0.3, 1)
    const target = filled([2, 2, 6, 6], 5, 0.5, 0.5)
    const check: GradientCheck = {
      inputs: [
        filled([2, 5, 3, 3], 1),
        ...shapes.map(([name, shape], index) =>
          filled(shape, index + 2, 0.6, name === 'norm.weight' ? 1 : 0.1),
        ),
      ],
      build: (g, [embedding, ...weights]) => {
        const inputs = { embedding: embedding!, keep: g.constant(keep.shape, keep.data) }
        const known = target.data.map(value => 1 - value * value)
        return finderLoss(g, {
          logits: finderHead(g, config, inputs, named(shapes, weights)),
          target: g.constant(target.shape, target.data),
          weight: g.constant(target.shape, known),
        })
      },
    }

    // The truncation of the differences falls with the square of the step, as measured; here it is below 2e-3.
    const errors = await gradientErrors(check, 2e-3)

    expect(errors).toHaveLength(1 + shapes.length)
    for (const error of errors) expect(error).toBeLessThan(3e-3)
  })

  it('looks around on a coarser grid with the right gradients too', async () => {
    const wide: FinderConfig = { channels: 3, side: 64, hidden: 2, upscale: 1, classes: 1 }
    const all = [...finderShapes(wide)]
    const checked = ['input.weight', 'mix.weight', 'reach.0.weight', 'reach.1.weight', 'output.weight']
    const weightOf = (name: string) =>
      filled(finderShapes(wide).get(name) ?? [], all.findIndex(([other]) => other === name) + 2, 0.6, 0.1)

    const errors = await gradientErrors(
      {
        inputs: checked.map(weightOf),
        build: (g, values) => {
          const { shape, data } = filled([1, 3, 64, 64], 1)
          const weights = all.map(([name]) => {
            const fixed = weightOf(name)
            return values[checked.indexOf(name)] ?? g.constant(fixed.shape, fixed.data)
          })
          const inputs = { embedding: g.constant(shape, data), keep: null }
          return sigmoid(g, finderHead(g, wide, inputs, named(all, weights)))
        },
      },
      5e-3,
    )

    for (const error of errors) expect(error).toBeLessThan(2e-3)
  })
})

describe('sizes of the finder', () => {
  it('give maps of about 64 cells a side, whatever the resolution and the patch', () => {
    const upscales = [8, 16, 24, 32, 48, 64, 128].map(side => finderConfig([1, 256, side, side], 1).upscale)

    const pooled = [8, 16, 32, 48, 64, 128].map(headPooling)

    expect(pooled).toEqual([1, 1, 1, 2, 2, 4])
    expect(upscales).toEqual([4, 4, 3, 2, 3, 2, 2])
  })

  it('pool to a grid of about 16 cells by a divisor of the side', () => {
    expect([7, 8, 16, 24, 32, 40, 48].map(contextPooling)).toEqual([1, 1, 1, 2, 2, 2, 3])
  })

  it('can be read off the weights', () => {
    const weights = initialFinderWeights(config, 1).stateDict()

    expect(finderConfigOf(weights, { embedding: [1, 5, 3, 3], classes: 2, file: 'a.pth' })).toEqual(config)
  })

  it('that do not fit are refused by the name of the tensor', () => {
    const weights = initialFinderWeights(config, 1).stateDict()
    const refusal = (options: { embedding?: number[]; classes?: number; without?: string }): unknown => {
      const rest = new Map([...weights].filter(([name]) => name !== options.without))
      const { embedding = [1, 5, 3, 3], classes = 2 } = options
      try {
        return finderConfigOf(rest, { embedding, classes, file: 'a.pth' })
      } catch (error) {
        return error instanceof AppError ? error.message : error
      }
    }

    expect(refusal({ embedding: [1, 256, 3, 3] })).toContain('slicetune.finder.norm.weight is [5]')
    expect(refusal({ classes: 3 })).toContain('slicetune.finder.output.weight is [8, 4, 1, 1]')
    expect(refusal({ without: 'slicetune.finder.mix.bias' })).toContain(
      'slicetune.finder.mix.bias is missing',
    )
    expect(refusal({ without: 'slicetune.finder.output.weight' })).toContain('output.weight is missing')
    expect(refusal({ without: 'slicetune.finder.input.weight' })).toContain('is missing')
  })
})

describe('an embedding pooled ahead of time', () => {
  it('gives the maps of the whole one, by the same weights', async () => {
    const engine = new OnnxRuntimeEngine({ threads: 1 })
    const whole = filled([1, 3, 64, 64], 4)
    const pooled = poolEmbedding(whole)
    const sizes = [whole, pooled].map(({ shape }) => ({ ...finderConfig(shape, 1), hidden: 4 }))
    const parameters = initialFinderWeights(sizes[0]!, 1)

    const maps = await Promise.all(
      [whole, pooled].map(async (features, index) => {
        const [map] = await new FinderMaps(engine, sizes[index]!, parameters).of(features)
        return map!
      }),
    )

    await engine.dispose()
    expect(pooled.shape).toEqual([1, 3, 32, 32])
    expect(poolEmbedding(pooled)).toBe(pooled)
    expect(maps[0]).toHaveLength(64 * 64)
    // Means are summed in another order.
    maps[0]?.forEach((value, at) => expect(Math.abs(value - (maps[1]?.[at] ?? NaN))).toBeLessThan(1e-5))
  })
})

describe('weights before training', () => {
  it('are a function of the seed', () => {
    const [one, same, other] = [1, 1, 2].map(seed => initialFinderWeights(config, seed).flat)

    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })
})
