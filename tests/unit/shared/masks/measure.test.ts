import { test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { measureMask } from '../../../../src/shared/masks/measure'
import { arbitraryMask, draw } from './drawn'

/** Centres inside the ellipse with its axes turned by so many radians. */
function ellipse(side: number, [a, b]: readonly [number, number], turned = 0): Uint8Array {
  const [cos, sin] = [Math.cos(turned), Math.sin(turned)]
  return Uint8Array.from({ length: side * side }, (_, index) => {
    const [x, y] = [(index % side) - side / 2, Math.floor(index / side) - side / 2]
    return ((cos * x + sin * y) / a) ** 2 + ((cos * y - sin * x) / b) ** 2 <= 1 ? 1 : 0
  })
}

/** By numerical integration: nothing of the formula that is tested. */
function circumference(a: number, b: number): number {
  const steps = 100_000
  let sum = 0
  for (let step = 0; step < steps; step++) {
    const angle = ((step + 0.5) / steps) * 2 * Math.PI
    sum += Math.hypot(a * Math.sin(angle), b * Math.cos(angle))
  }
  return (sum / steps) * 2 * Math.PI
}

describe('measures of a mask', () => {
  it.each([
    [80, 80, 0],
    [90, 60, 0],
    [90, 60, 0.7],
    [90, 25, 2],
  ])('find the circumference of an ellipse of %f x %f turned by %f', (a, b, turned) => {
    const { area, ellipseCircumference, longestDiameter } = measureMask(
      ellipse(200, [a, b], turned),
      200,
      200,
    )

    // The area of the pixels, too, is off by almost as much.
    expect(Math.abs(ellipseCircumference / circumference(a, b) - 1)).toBeLessThan(1e-3)
    expect(area / (Math.PI * a * b)).toBeCloseTo(1, 2)
    // Corners of pixels lie up to half a diagonal outside.
    expect(longestDiameter).toBeGreaterThan(2 * a - 1)
    expect(longestDiameter).toBeLessThan(2 * a + 1.5)
  })

  it('are in millimetres where pixels have a size, also where they are not square', () => {
    const round = ellipse(200, [80, 40])

    const measures = measureMask(round, 200, 200, { x: 0.25, y: 0.5 })

    expect(measures.area / (Math.PI * 20 * 20)).toBeCloseTo(1, 2)
    expect(Math.abs(measures.ellipseCircumference / (2 * Math.PI * 20) - 1)).toBeLessThan(1e-3)
    expect(measures.longestDiameter).toBeGreaterThan(39.5)
    expect(measures.longestDiameter).toBeLessThan(41)
  })

  it('go from corner to corner of pixels', () => {
    expect(measureMask(draw('#'), 1, 1).longestDiameter).toBeCloseTo(Math.SQRT2, 12)
    expect(measureMask(draw('#..#'), 1, 4).longestDiameter).toBeCloseTo(Math.hypot(4, 1), 12)
  })

  it('are nothing for an empty mask', () => {
    const nothing = { area: 0, longestDiameter: 0, ellipseCircumference: 0 }

    expect(measureMask(new Uint8Array(6), 2, 3)).toEqual(nothing)
  })

  test.prop([arbitraryMask])('know the longest of all ways between corners', ({ mask, height, width }) => {
    const corners = [...mask.keys()]
      .filter(index => mask[index] === 1)
      .map(index => [index % width, Math.floor(index / width)] as const)
      .flatMap(([x, y]) => [
        [x, y] as const,
        [x + 1, y] as const,
        [x, y + 1] as const,
        [x + 1, y + 1] as const,
      ])
    const longest = Math.max(
      0,
      ...corners.flatMap(([ax, ay]) => corners.map(([bx, by]) => Math.hypot(2 * (ax - bx), 3 * (ay - by)))),
    )

    const { longestDiameter } = measureMask(mask, height, width, { x: 2, y: 3 })

    expect(longestDiameter).toBeCloseTo(longest, 9)
  })
})
