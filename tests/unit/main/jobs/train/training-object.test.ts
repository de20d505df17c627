import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sliceGeometry } from '../../../../../src/core/imaging/geometry'
import { tensor } from '../../../../../src/core/tensor/tensor'
import type { TrainingObject } from '../../../../../src/main/jobs/train/training-object'
import {
  drawPrompt,
  lastingValues,
  maskSideOf,
  targetOf,
  trainingObject,
} from '../../../../../src/main/jobs/train/training-object'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { Prompt } from '../../../../../src/shared/domain/prompt'

const [height, width, side] = [40, 60, 80]
const geometry = sliceGeometry(height, width, { ...officialPreprocessing, resolution: side })
const padded = sliceGeometry(height, width, { ...officialPreprocessing, resolution: side, fit: 'pad' })
const noFlip = { leftRight: false, upDown: false }
const flips = [
  noFlip,
  { leftRight: true, upDown: false },
  { leftRight: false, upDown: true },
  { leftRight: true, upDown: true },
]

/** Two rectangles of value 7, the left one larger and lower, so that no mirror image equals another. */
const isInside = (x: number, y: number): boolean =>
  (x >= 4 && x <= 22 && y >= 20 && y <= 37) || (x >= 30 && x <= 33 && y >= 2 && y <= 5)

function labels() {
  const data = Int32Array.from({ length: height * width }, (_, pixel) =>
    isInside(pixel % width, Math.floor(pixel / width)) ? 7 : pixel === 0 ? 3 : 0,
  )
  return tensor('int32', [height, width], data)
}

function object(flip = noFlip, square = geometry): TrainingObject {
  const made = trainingObject(labels(), 7, square, flip)
  if (!made) throw new Error('the label is there')
  return made
}

const draw = (one: TrainingObject, key: string, pointShare = 0.5): Prompt =>
  drawPrompt(one, { pointShare, boxJitter: 5, seed: 2023, key })
const keys = Array.from({ length: 400 }, (_, index) => `${index} a.png`)

describe('a prompt of training', () => {
  test('is the same for the same key, whatever was drawn before, and another for another epoch', () => {
    const one = object()
    const forwards = keys.map(key => draw(one, key))
    const backwards = keys
      .toReversed()
      .map(key => draw(object(), key))
      .reverse()

    expect(backwards).toEqual(forwards)
    expect(new Set(forwards.map(prompt => JSON.stringify(prompt))).size).toBeGreaterThan(100)
  })

  test('is a point as often as asked for', () => {
    const one = object()
    const share = (pointShare: number): number =>
      keys.filter(key => draw(one, key, pointShare).points.length > 0).length / keys.length

    // Of 400 draws the standard error is at most 0.025: three of them on either side.
    expect([share(0), share(1)]).toEqual([0, 1])
    expect(share(0.5)).toBeGreaterThan(0.425)
    expect(share(0.5)).toBeLessThan(0.575)
    expect(share(0.2)).toBeGreaterThan(0.14)
    expect(share(0.2)).toBeLessThan(0.26)
  })

  test('is either a box or one positive point, never both', () => {
    for (const key of keys) {
      const { box, points } = draw(object(), key)

      expect(points).toHaveLength(box === null ? 1 : 0)
      expect(points.every(point => point.sign === 'positive')).toBe(true)
    }
  })

  test.each(flips)('has its point well inside the mask as it is mirrored: %o', flip => {
    const one = object(flip)
    const unmirrored = keys.map(key => {
      const [point] = draw(one, key, 1).points
      const { x = -1, y = -1 } = point ?? {}
      return [flip.leftRight ? width - 1 - x : x, flip.upDown ? height - 1 - y : y] as const
    })

    expect(unmirrored.every(([x, y]) => isInside(x, y))).toBe(true)
    // The deepest pixel is nine deep: no click within four pixels of the border, none in the thin part.
    expect(unmirrored.every(([x, y]) => x >= 8 && x <= 18 && y >= 24 && y <= 33)).toBe(true)
    expect(new Set(unmirrored.map(String)).size).toBeGreaterThan(40)
  })

  test.each(flips)('has its box around the mask as it is mirrored, at most the jitter away: %o', flip => {
    const one = object(flip)
    const [x0, x1] = flip.leftRight ? [width - 1 - 33, width - 1 - 4] : [4, 33]
    const [y0, y1] = flip.upDown ? [height - 1 - 37, height - 1 - 2] : [2, 37]
    expect(one.box).toEqual({ x0, y0, x1, y1 })

    // Five pixels at a longest side of 256 are 1.17 here: one whole pixel.
    for (const key of keys) {
      const { box } = draw(one, key, 0)
      expect(Math.abs((box?.x0 ?? NaN) - x0)).toBeLessThanOrEqual(1)
      expect(Math.abs((box?.y0 ?? NaN) - y0)).toBeLessThanOrEqual(1)
      expect(Math.abs((box?.x1 ?? NaN) - x1)).toBeLessThanOrEqual(1)
      expect(Math.abs((box?.y1 ?? NaN) - y1)).toBeLessThanOrEqual(1)
    }
  })

  test('never leaves the slice, however loose the box and however small or large the object', () => {
    const value = fc.record({ x: fc.nat(width - 1), y: fc.nat(height - 1), w: fc.nat(59), h: fc.nat(39) })
    fc.assert(
      fc.property(value, fc.string(), fc.integer({ min: 0, max: 128 }), ({ x, y, w, h }, key, boxJitter) => {
        const data = Int32Array.from({ length: height * width }, (_, pixel) => {
          const [px, py] = [pixel % width, Math.floor(pixel / width)]
          return px >= x && px <= x + w && py >= y && py <= y + h ? 1 : 0
        })
        const one = trainingObject(tensor('int32', [height, width], data), 1, geometry, noFlip)
        const prompts = one
          ? [0, 1].map(pointShare => drawPrompt(one, { pointShare, boxJitter, seed: 1, key }))
          : []
        if (!prompts.every(prompt => isWithin(prompt, data))) return false
        return prompts.length === 2 || one === null
      }),
      { numRuns: 200 },
    )
  })
})

/** Whole pixels of the slice, a point on the mask. */
function isWithin({ box, points: [point] }: Prompt, mask: Int32Array): boolean {
  const inSlice = (x: number, y: number): boolean =>
    Number.isInteger(x) && Number.isInteger(y) && x >= 0 && x < width && y >= 0 && y < height
  if (box) {
    const ordered = box.x0 <= box.x1 && box.y0 <= box.y1
    return ordered && inSlice(box.x0, box.y0) && inSlice(box.x1, box.y1)
  }
  return point !== undefined && inSlice(point.x, point.y) && mask[point.y * width + point.x] === 1
}

describe('the target of training', () => {
  test.each([
    ['stretched', geometry],
    ['padded', padded],
  ])('lies under the prompts that are drawn for it, %s and mirrored', (_, square) => {
    for (const flip of flips) {
      const one = object(flip, square)
      const target = targetOf(one, side)
      for (const key of keys.slice(0, 100)) {
        const { x = 0, y = 0 } = draw(one, key, 1).points[0] ?? {}
        const column = Math.floor(((x + 0.5) * square.fittedWidth) / width)
        const row = Math.floor(((y + 0.5) * square.fittedHeight) / height)
        expect(target[row * side + column]).toBe(1)
      }
    }
  })

  test('holds one label only, as large a part of the slice as in the labels', () => {
    const target = targetOf(object(), side)
    const part = labels().data.filter(label => label === 7).length / (height * width)

    expect(target).toHaveLength(side * side)
    expect(target.reduce((sum, value) => sum + value, 0) / target.length).toBeCloseTo(part, 2)
  })

  test('is none where the label vanishes at its size', () => {
    const tiny = sliceGeometry(height, width, { ...officialPreprocessing, resolution: 16 })
    const data = new Int32Array(height * width)
    data[width + 1] = 1
    const speck = tensor('int32', [height, width], data)

    expect(trainingObject(speck, 1, tiny, noFlip)).toBeNull()
    expect(lastingValues(speck, tiny)).toEqual([])
    expect(lastingValues(speck, geometry)).toEqual([1])
    expect(lastingValues(labels(), tiny).length).toBeGreaterThan(0)
    expect(trainingObject(labels(), 99, geometry, noFlip)).toBeNull()
  })

  test('is compared at 256 pixels, or at the decoder’s own size where that is larger', () => {
    expect([64, 256, 1024, 2048].map(maskSideOf)).toEqual([256, 256, 256, 512])
  })
})
