import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fillHoles } from '../../src/shared/masks/fill-holes'
import { fillPolygon } from '../../src/shared/masks/fill-polygon'
import { grow, shrink } from '../../src/shared/masks/grow-shrink'
import { keepLargest } from '../../src/shared/masks/keep-largest'
import { measureMask } from '../../src/shared/masks/measure'
import type { RunLengths } from '../../src/shared/masks/rle'
import { decodeRuns, encodeRuns } from '../../src/shared/masks/rle'
import { smooth } from '../../src/shared/masks/smooth'

interface Measures {
  readonly spacing: { readonly x: number; readonly y: number }
  readonly area: number
  readonly ellipseCircumference: number
  readonly longestDiameter: number
}

interface Case {
  readonly name: string
  readonly height: number
  readonly width: number
  readonly mask: RunLengths
  readonly fillHoles: RunLengths
  readonly keepLargest: RunLengths
  /** By radius */
  readonly grow: Readonly<Record<string, RunLengths>>
  readonly shrink: Readonly<Record<string, RunLengths>>
  readonly smooth: Readonly<Record<string, RunLengths>>
  readonly measures: readonly Measures[]
}

interface Polygon {
  readonly corners: readonly (readonly [number, number])[]
  readonly runs: RunLengths
}

const file = join(import.meta.dirname, '../fixtures/masks/repair.json')
// Boundary: the fixture's form is what its script writes.
const { cases, polygons } = JSON.parse(readFileSync(file, 'utf8')) as {
  cases: readonly Case[]
  polygons: readonly Polygon[]
}

describe.each(cases)('$name', golden => {
  const { height, width } = golden
  const mask = decodeRuns(golden.mask, height * width)

  test('filling holes and keeping the largest part are as in scipy', () => {
    expect(encodeRuns(fillHoles(mask, height, width))).toEqual(golden.fillHoles)
    expect(encodeRuns(keepLargest(mask, height, width))).toEqual(golden.keepLargest)
  })

  test.each([
    ['grow', grow],
    ['shrink', shrink],
    ['smooth', smooth],
  ] as const)('%s is as in scipy, by every radius', (name, repair) => {
    const results = Object.entries(golden[name])
    expect(results).toHaveLength(4)
    for (const [radius, runs] of results) {
      expect(encodeRuns(repair(mask, height, width, Number(radius)))).toEqual(runs)
    }
  })

  test('measures agree', () => {
    for (const { spacing, area, ellipseCircumference, longestDiameter } of golden.measures) {
      const measured = measureMask(mask, height, width, spacing)
      expect(measured.area).toBeCloseTo(area, 9)
      expect(measured.longestDiameter).toBeCloseTo(longestDiameter, 9)
      // Ramanujan's formula against the elliptic integral.
      expect(Math.abs(measured.ellipseCircumference / ellipseCircumference - 1)).toBeLessThan(1e-6)
    }
  })
})

test.each(polygons)('polygon %#: pixels whose centres lie inside', ({ corners, runs }) => {
  const filled = fillPolygon(
    corners.map(([x, y]) => ({ x, y })),
    30,
    30,
  )

  expect(encodeRuns(filled)).toEqual(runs)
})
