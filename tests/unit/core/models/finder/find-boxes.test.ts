import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { sliceGeometry } from '../../../../../src/core/imaging/geometry'
import type { SliceGeometry } from '../../../../../src/core/imaging/geometry'
import { boxAgreement, boxIou } from '../../../../../src/core/models/finder/box-overlap'
import { coarseTarget } from '../../../../../src/core/models/finder/coarse-target'
import { findBoxes } from '../../../../../src/core/models/finder/find-boxes'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { Box } from '../../../../../src/shared/domain/prompt'

const side = 32
const resolution = 256
const geometryOf = (height: number, width: number, fit: 'pad' | 'stretch'): SliceGeometry =>
  sliceGeometry(height, width, { ...officialPreprocessing, resolution, fit })

function drawn(boxes: readonly Box[], { height, width }: SliceGeometry): Int32Array {
  const labels = new Int32Array(height * width)
  boxes.forEach(({ x0, y0, x1, y1 }, index) => {
    for (let y = y0; y <= y1; y++) labels.fill(index + 1, y * width + x0, y * width + x1 + 1)
  })
  return labels
}

const mapOf = (labels: Int32Array, geometry: SliceGeometry): Float32Array =>
  coarseTarget(labels, geometry, { side, classes: [{ label: null }] }).cells

const cut = { threshold: 0.5, minCells: 0.5 }

/** A slice of any shape, and a rectangle in it whose sides are at least three cells long. */
const rectangle = fc
  .record({
    height: fc.integer({ min: 40, max: 300 }),
    width: fc.integer({ min: 40, max: 300 }),
    fit: fc.constantFrom('pad' as const, 'stretch' as const),
    parts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ height, width, fit, parts }) => {
    const geometry = geometryOf(height, width, fit)
    const cells = {
      x: (resolution / side) * (width / geometry.fittedWidth),
      y: (resolution / side) * (height / geometry.fittedHeight),
    }
    const range = (size: number, cell: number, at: number, length: number): [number, number] => {
      const shortest = Math.min(size, Math.ceil(3 * cell))
      const pixels = shortest + Math.floor(length * (size - shortest))
      const start = Math.floor(at * (size - pixels))
      return [start, start + pixels - 1]
    }
    const [a = 0, b = 0, c = 0, d = 0] = parts
    const [x0, x1] = range(width, cells.x, a, b)
    const [y0, y1] = range(height, cells.y, c, d)
    return { geometry, cells, box: { x0, y0, x1, y1 } }
  })

describe('boxes of a map', () => {
  test.prop([rectangle])(
    'are where the object was drawn, to a third of a cell',
    ({ geometry, cells, box }) => {
      const found = findBoxes(mapOf(drawn([box], geometry), geometry), geometry, cut)

      // Linear interpolation of area means is off by at most 0.1 cells, the refined cells by 1/8, rounding by half a pixel.
      const [tx, ty] = [0.3 * cells.x + 0.5, 0.3 * cells.y + 0.5]
      expect(found).toHaveLength(1)
      const [first] = found
      expect(Math.abs((first?.box.x0 ?? NaN) - box.x0)).toBeLessThanOrEqual(tx)
      expect(Math.abs((first?.box.x1 ?? NaN) - box.x1)).toBeLessThanOrEqual(tx)
      expect(Math.abs((first?.box.y0 ?? NaN) - box.y0)).toBeLessThanOrEqual(ty)
      expect(Math.abs((first?.box.y1 ?? NaN) - box.y1)).toBeLessThanOrEqual(ty)
    },
  )

  it('begin where the object does, be it in the middle of the first cell', () => {
    const geometry = geometryOf(40, 193, 'pad')
    const box = { x0: 3, y0: 0, x1: 21, y1: 18 }

    const [first] = findBoxes(mapOf(drawn([box], geometry), geometry), geometry, cut)

    expect(first?.box.x0).toBeGreaterThanOrEqual(2)
    expect(first?.box.x0).toBeLessThanOrEqual(4)
  })

  test.prop([
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 40 }),
    fc.constantFrom('pad' as const, 'stretch' as const),
    fc.double({ min: 0, max: 0.5, noNaN: true }),
  ])('lie on the slice, whatever the map', (values, height, width, fit, margin) => {
    const geometry = geometryOf(height, width, fit)

    for (const { box, score, peak } of findBoxes(Float32Array.from(values), geometry, cut, { margin })) {
      expect(box.x0).toBeGreaterThanOrEqual(0)
      expect(box.y0).toBeGreaterThanOrEqual(0)
      expect(box.x1).toBeGreaterThanOrEqual(box.x0)
      expect(box.y1).toBeGreaterThanOrEqual(box.y0)
      expect(box.x1).toBeLessThan(width)
      expect(box.y1).toBeLessThan(height)
      expect(score).toBeGreaterThan(0.5)
      expect(peak).toBeGreaterThanOrEqual(score - 1e-6)
    }
  })

  it('come one an object, also where two of them touch, the largest first', () => {
    const geometry = geometryOf(256, 256, 'stretch')
    const boxes = [
      { x0: 20, y0: 20, x1: 79, y1: 79 },
      { x0: 80, y0: 20, x1: 199, y1: 99 },
      { x0: 20, y0: 180, x1: 49, y1: 209 },
    ]

    const labels = drawn(boxes, geometry)
    const fine = coarseTarget(labels, geometry, { side: 128, classes: [{ label: null }] }).cells
    const found = findBoxes(fine, geometry, { threshold: 0.6, minCells: 1 })

    expect(found).toHaveLength(3)
    expect(
      boxAgreement(
        found.map(item => item.box),
        boxes,
      ),
    ).toBeGreaterThan(0.9)
    expect(boxIou(found[0]?.box ?? boxes[0]!, boxes[1]!)).toBeGreaterThan(0.9)
  })

  it('are not made of padding, of specks or of more objects than asked for', () => {
    const geometry = geometryOf(100, 200, 'pad')
    const map = new Float32Array(side * side)
    const put = (x: number, y: number, size: number): void => {
      for (let row = y; row < y + size; row++) map.fill(0.9, row * side + x, row * side + x + size)
    }
    put(2, 2, 5)
    put(12, 2, 4)
    put(24, 8, 1)
    put(4, 20, 8) // below the slice, which fills the upper half of the square

    const all = findBoxes(map, geometry, { threshold: 0.5, minCells: 0.1 })
    const large = findBoxes(map, geometry, { threshold: 0.5, minCells: 4 })
    const one = findBoxes(map, geometry, { threshold: 0.5, minCells: 4 }, { most: 1 })

    expect([all.length, large.length]).toEqual([3, 2])
    expect(one).toEqual(large.slice(0, 1))
    expect(large[0]?.box).toEqual({ x0: 13, y0: 13, x1: 43, y1: 43 })
  })

  it('grow by a part of their own size', () => {
    const geometry = geometryOf(256, 256, 'stretch')
    const map = mapOf(drawn([{ x0: 100, y0: 120, x1: 139, y1: 199 }], geometry), geometry)

    const [tight] = findBoxes(map, geometry, cut)
    const [loose] = findBoxes(map, geometry, cut, { margin: 0.1 })

    expect((tight?.box.x0 ?? 0) - (loose?.box.x0 ?? 0)).toBe(4)
    expect((loose?.box.y1 ?? 0) - (tight?.box.y1 ?? 0)).toBe(8)
  })

  it('of an empty map are none', () => {
    expect(findBoxes(new Float32Array(64), geometryOf(50, 50, 'pad'), cut)).toEqual([])
  })
})

describe('agreement of boxes', () => {
  const box = { x0: 0, y0: 0, x1: 9, y1: 9 }

  it('counts pixels at both ends', () => {
    expect(boxIou(box, box)).toBe(1)
    expect(boxIou(box, { x0: 5, y0: 0, x1: 14, y1: 9 })).toBeCloseTo(50 / 150, 12)
    expect(boxIou(box, { x0: 10, y0: 0, x1: 12, y1: 9 })).toBe(0)
  })

  it('counts what is missed and what is made up', () => {
    const far = { x0: 50, y0: 50, x1: 59, y1: 59 }

    expect(boxAgreement([], [])).toBe(1)
    expect(boxAgreement([box], [])).toBe(0)
    expect(boxAgreement([far, box], [box])).toBe(0.5)
    expect(boxAgreement([box], [box, far])).toBe(0.5)
    expect(boxAgreement([box, box], [box])).toBe(0.5)
  })
})
