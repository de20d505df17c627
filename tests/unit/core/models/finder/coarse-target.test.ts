import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { sliceGeometry } from '../../../../../src/core/imaging/geometry'
import { coarseTarget } from '../../../../../src/core/models/finder/coarse-target'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'

const geometryOf = (height: number, width: number, fit: 'pad' | 'stretch', resolution = 64) =>
  sliceGeometry(height, width, { ...officialPreprocessing, resolution, fit })

describe('a coarse target', () => {
  test.prop([
    fc.integer({ min: 1, max: 90 }),
    fc.integer({ min: 1, max: 90 }),
    fc.constantFrom('pad' as const, 'stretch' as const),
    fc.integer({ min: 1, max: 1000 }),
  ])('holds as much of the slice as the mask does', (height, width, fit, seed) => {
    const labels = Int32Array.from({ length: height * width }, (_, at) =>
      (at * 7919 + seed) % 97 < 40 ? 3 : 0,
    )
    const geometry = geometryOf(height, width, fit)

    const { cells, weights } = coarseTarget(labels, geometry, { side: 8, classes: [{ label: 3 }] })

    const area = cells.reduce((sum, cell, at) => sum + cell * (weights[at] ?? 0), 0)
    const known = weights.reduce((sum, weight) => sum + weight, 0)
    const share = labels.filter(label => label === 3).length / labels.length
    // float32 cells
    expect(area / known).toBeCloseTo(share, 4)
    expect(known).toBeCloseTo((64 * geometry.fittedHeight * geometry.fittedWidth) / 64 ** 2, 3)
    expect(cells.every(cell => cell >= 0 && cell <= 1)).toBe(true)
  })

  it('says of each cell which part of it is covered', () => {
    const labels = Int32Array.from([1, 1, 0, 2, 1, 0, 0, 2])
    const geometry = geometryOf(2, 4, 'stretch')

    const { cells } = coarseTarget(labels, geometry, { side: 2, classes: [{ label: 1 }, { label: 2 }] })

    expect([...cells]).toEqual([1, 0, 0.5, 0, 0, 0.5, 0, 0.5])
  })

  it('knows nothing of the padding, nor of a class nobody looked for', () => {
    const geometry = geometryOf(64, 32, 'pad')
    const labels = new Int32Array(64 * 32).fill(1)

    const { cells, weights } = coarseTarget(labels, geometry, {
      side: 4,
      classes: [{ label: 1 }, { label: 2, unknown: true }],
    })

    const half = [1, 1, 0, 0]
    expect([...weights.subarray(0, 16)]).toEqual([...half, ...half, ...half, ...half])
    expect([...cells.subarray(0, 16)]).toEqual([...half, ...half, ...half, ...half])
    expect([...weights.subarray(16), ...cells.subarray(16)].every(value => value === 0)).toBe(true)
  })

  it('keeps objects that touch apart when each value is an object', () => {
    const labels = Int32Array.from([5, 5, 9, 9, 0, 7])

    const { cells } = coarseTarget(labels, geometryOf(1, 6, 'stretch', 96), {
      side: 6,
      classes: [{ label: null }],
    })

    expect([...cells.subarray(0, 6)]).toEqual([1, 0, 0, 1, 0, 1])
  })
})
