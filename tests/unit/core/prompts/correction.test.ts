import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { drawCorrection } from '../../../../src/core/prompts'
import { largestError } from '../../../../src/core/prompts/clicks'
import { random } from '../../../../src/core/random'
import { distanceTransform } from '../../../../src/shared/masks/distance'

const twoMasks = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }))
  .chain(([h, w]) => {
    const mask = fc.uint8Array({ min: 0, max: 1, minLength: h * w, maxLength: h * w })
    return fc.record({ height: fc.constant(h), width: fc.constant(w), prediction: mask, truth: mask })
  })

describe('a corrective click of training', () => {
  test.prop([twoMasks, fc.nat()])(
    'lies well inside the largest error: green where something is missed, red where there is too much',
    ({ height, width, prediction, truth }, seed) => {
      const click = drawCorrection(prediction, truth, { height, width }, random(seed, 'click'))

      const error = largestError(prediction, truth, height, width)
      expect(click === null).toBe(prediction.every((value, pixel) => value === truth[pixel]))
      if (!click || !error) return
      const pixel = click.y * width + click.x
      const depth = distanceTransform(error.region, height, width, [1, 1], { outsideIsBackground: true })
      expect(depth[pixel]).toBeGreaterThanOrEqual(Math.max(...depth) / 2)
      expect([prediction[pixel], truth[pixel]]).toEqual(click.sign === 'positive' ? [0, 1] : [1, 0])
    },
  )

  /** A disc that is missed whole, on 64 x 64 pixels. */
  const disc = (radius: number): Uint8Array =>
    Uint8Array.from({ length: 64 * 64 }, (_, i) =>
      ((i % 64) - 30) ** 2 + (Math.floor(i / 64) - 34) ** 2 < radius ** 2 ? 1 : 0,
    )
  const nothing = new Uint8Array(64 * 64)
  const size = { height: 64, width: 64 }
  const seeds = Array.from({ length: 100 }, (_, seed) => seed)

  it('is the same for the same stream, and spread over the region from stream to stream', () => {
    const draw = (seed: number) => drawCorrection(nothing, disc(15), size, random(seed, 'click'))

    expect(seeds.map(draw)).toEqual(seeds.map(draw))
    expect(new Set(seeds.map(seed => JSON.stringify(draw(seed)))).size).toBeGreaterThan(60)
  })

  it('seldom moves when the masks differ by the pixels of a rim', () => {
    const moved = seeds.filter(seed => {
      const [one, other] = [15, 15.3].map(radius =>
        drawCorrection(nothing, disc(radius), size, random(seed, 'click')),
      )
      return one?.x !== other?.x || one?.y !== other?.y
    })

    expect(moved.length).toBeLessThan(20)
  })

  it('finds a region that random pixels miss', () => {
    const height = 512
    const truth = new Uint8Array(height * height)
    truth[77 * height + 301] = 1

    const click = drawCorrection(
      new Uint8Array(truth.length),
      truth,
      { height, width: height },
      random(1, 'click'),
    )

    expect(click).toEqual({ x: 301, y: 77, sign: 'positive' })
  })

  it('does not come twice', () => {
    const truth = Uint8Array.of(0, 1, 0, 1)
    const first = drawCorrection(new Uint8Array(4), truth, { height: 1, width: 4 }, random(1, 'click'))

    const clicked = first ? [first] : []
    const second = drawCorrection(
      new Uint8Array(4),
      truth,
      { height: 1, width: 4 },
      random(1, 'click'),
      clicked,
    )

    expect([first?.x, second?.x].sort()).toEqual([1, 3])
  })
})
