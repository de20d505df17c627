import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { boxOfMask, jitterBox } from '../../../../src/core/imaging/box'
import { flipped } from '../../../../src/core/imaging/flip'
import { innerPoint } from '../../../../src/core/imaging/inner-point'
import { fitLabels, preprocessImage } from '../../../../src/core/imaging/preprocess'
import type { SampleOptions } from '../../../../src/core/imaging/sample'
import { drawSample, labelValues, maskOfLabel } from '../../../../src/core/imaging/sample'
import { random } from '../../../../src/core/random'
import { tensor } from '../../../../src/core/tensor/tensor'

const options: SampleOptions = {
  preprocessing: { resolution: 32, fit: 'pad', intensity: 'minmax', mean: null, std: null, promptTokens: 6 },
  flips: false,
  boxShift: 0,
}

/** 20 x 40: label 300 left, label 44 right: they would be the same if narrowed to 8 bits too early. */
const image = tensor(
  'uint8',
  [20, 40],
  Uint8Array.from({ length: 800 }, (_, at) => (at * 7) % 251),
)
const labels = tensor(
  'int32',
  [20, 40],
  Int32Array.from({ length: 800 }, (_, at) => {
    const [y, x] = [Math.floor(at / 40), at % 40]
    if (y < 4 || y > 15) return 0
    return x < 10 ? 300 : x > 29 ? 44 : 0
  }),
)

const draws = (count: number, changed: Partial<SampleOptions> = {}) =>
  Array.from({ length: count }, (_, index) => {
    const sample = drawSample(image, labels, { ...options, ...changed }, random(5, 0, index, 'sample'))
    if (!sample) throw new Error('no label survived')
    return sample
  })

describe('drawing a sample', () => {
  it('picks each label, before its value is narrowed', () => {
    const samples = draws(40)

    expect(new Set(samples.map(sample => sample.label))).toEqual(new Set([300, 44]))
    for (const { mask, label, geometry } of samples) {
      expect([...mask]).toEqual([...maskOfLabel(fitLabels(labels.data, geometry), label)])
    }
  })

  it('flips image and mask together before the padding, which stays right and below', () => {
    const samples = draws(60, { flips: true })

    expect(new Set(samples.map(({ flip }) => `${flip.leftRight} ${flip.upDown}`)).size).toBe(4)
    for (const { input, mask, flip, geometry, label, box } of samples) {
      const { resolution, fittedHeight, fittedWidth } = geometry
      const size = { height: fittedHeight, width: fittedWidth }
      const straight = preprocessImage(image, options.preprocessing).input.data.slice(
        0,
        fittedHeight * resolution,
      )
      const turned = flipped(straight, { height: fittedHeight, width: resolution }, flip)
      expect([...input.data.slice(0, fittedHeight * resolution)]).toEqual([...turned])
      expect(input.data.slice(fittedHeight * resolution, resolution ** 2).every(value => value === 0)).toBe(
        true,
      )
      const square = maskOfLabel(fitLabels(labels.data, geometry), label).slice(0, fittedHeight * resolution)
      expect([...mask.slice(0, fittedHeight * resolution)]).toEqual([...flipped(square, size, flip)])
      expect(box).toEqual(boxOfMask(mask, resolution, resolution))
    }
  })

  it('keeps the loose box within the slice, not the padding, and never cuts the object', () => {
    for (const { box, mask, geometry } of draws(100, { flips: true, boxShift: 40 })) {
      const tight = boxOfMask(mask, 32, 32)
      expect(box.x0).toBeGreaterThanOrEqual(0)
      expect(box.y1).toBeLessThanOrEqual(geometry.fittedHeight - 1)
      expect(box.x1).toBeLessThanOrEqual(geometry.fittedWidth - 1)
      expect(
        tight && box.x0 <= tight.x0 && box.x1 >= tight.x1 && box.y0 <= tight.y0 && box.y1 >= tight.y1,
      ).toBe(true)
    }
  })

  it('says so when no label survives the reduction', () => {
    const speck = tensor('int32', [100, 100], new Int32Array(10_000))
    // Nearest neighbour reads the rows and columns 0, 3, 6, 9, ...
    speck.data[101] = 1
    const large = tensor('uint8', [100, 100], new Uint8Array(10_000))

    expect(drawSample(large, speck, options, random(1))).toBeNull()
    expect(drawSample(image, tensor('int32', [20, 40], new Int32Array(800)), options, random(1))).toBeNull()
  })

  it('takes 0 alone for background', () => {
    expect(labelValues([7, 3, 7, -1])).toEqual([-1, 3, 7])
    expect(labelValues([0, 5])).toEqual([5])
  })
})

const maskArbitrary = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([height, width]) =>
    fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      mask: fc.uint8Array({ min: 0, max: 1, minLength: height * width, maxLength: height * width }),
    }),
  )

describe('boxes, points and flips of any mask', () => {
  test.prop([maskArbitrary, fc.boolean(), fc.boolean()])(
    'flip twice to the same',
    (given, leftRight, upDown) => {
      const flip = { leftRight, upDown }

      expect(flipped(flipped(given.mask, given, flip), given, flip)).toEqual(given.mask)
    },
  )

  test.prop([maskArbitrary, fc.nat(8), fc.nat()])(
    'have a box inside the image around every pixel',
    (given, shift, seed) => {
      const { mask, height, width } = given
      const tight = boxOfMask(mask, height, width)
      if (!tight) {
        expect(mask.every(value => value === 0)).toBe(true)
        return
      }

      const box = jitterBox(tight, shift, given, random(seed, 'box'))

      expect(Math.min(box.x0, box.y0)).toBeGreaterThanOrEqual(0)
      expect(box.x1).toBeLessThan(width)
      expect(box.y1).toBeLessThan(height)
      mask.forEach((value, at) => {
        const [x, y] = [at % width, Math.floor(at / width)]
        if (value) expect(x >= tight.x0 && x <= tight.x1 && y >= tight.y0 && y <= tight.y1).toBe(true)
      })
      for (const side of ['x0', 'y0', 'x1', 'y1'] as const)
        expect(Math.abs(box[side] - tight[side])).toBeLessThanOrEqual(shift)
    },
  )

  test.prop([maskArbitrary])(
    'have an inner point on the mask, or none if it is empty',
    ({ mask, height, width }) => {
      const point = innerPoint(mask, height, width)

      expect(point === null).toBe(mask.every(value => value === 0))
      if (point) expect(mask[point.y * width + point.x]).toBe(1)
    },
  )

  it('have the inner point in the middle of a block, also one that touches the border', () => {
    const mask = new Uint8Array(9 * 9)
    for (let y = 0; y < 5; y++) mask.fill(1, y * 9, y * 9 + 5)

    expect(innerPoint(mask, 9, 9)).toEqual({ x: 2, y: 2 })
  })

  it('draws the shifts of a box in the order x_min, x_max, y_min, y_max', () => {
    const box = { x0: 50, y0: 50, x1: 60, y1: 60 }
    const generator = random(9, 'order')
    const [a, b, c, d] = [0, 0, 0, 0].map(() => generator.integer(0, 10))

    expect(jitterBox(box, 10, { height: 200, width: 200 }, random(9, 'order'))).toEqual({
      x0: 50 - (a ?? 0),
      x1: 60 + (b ?? 0),
      y0: 50 - (c ?? 0),
      y1: 60 + (d ?? 0),
    })
  })
})
