import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { sliceGeometry } from '../../../../src/core/imaging/geometry'
import { candidatesOf, proposalOf } from '../../../../src/core/models/proposal'
import { removeRed, withoutRed } from '../../../../src/core/models/red-clicks'
import type { Candidate } from '../../../../src/core/models/segmenter'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import type { Prompt, PromptPoint } from '../../../../src/shared/domain/prompt'

const side = 32
const red = (x: number, y: number): PromptPoint => ({ x, y, sign: 'negative' })
const green = (x: number, y: number): PromptPoint => ({ x, y, sign: 'positive' })
const geometry = sliceGeometry(64, 64, { ...officialPreprocessing, resolution: 128 })

/** Three candidates alike: +6 in the rectangle, in cells, -6 elsewhere. */
function rectangle(x0: number, y0: number, x1: number, y1: number): Candidate[] {
  const logits = Float32Array.from({ length: side * side }, (_, cell) => {
    const [x, y] = [cell % side, Math.floor(cell / side)]
    return x >= x0 && x <= x1 && y >= y0 && y <= y1 ? 6 : -6
  })
  return candidatesOf(Float32Array.from([...logits, ...logits, ...logits]), [0.9, 0.8, 0.7])
}

const maskOf = (candidates: readonly Candidate[]): Uint8Array => proposalOf(candidates, geometry).mask.data
const area = (candidates: readonly Candidate[]): number => maskOf(candidates).reduce((sum, v) => sum + v, 0)

/** What is decoded apart: the given piece; and what was asked for. */
function world(piece: readonly Candidate[], knowsRed = false) {
  const asked: Prompt[] = []
  const decode = (prompt: Prompt): Promise<readonly Candidate[]> => {
    asked.push(prompt)
    return Promise.resolve(piece)
  }
  return { geometry, decode, knowsRed, asked }
}

const whole = rectangle(4, 4, 27, 27)
const right = rectangle(20, 4, 27, 27)
const nothing = rectangle(99, 99, 99, 99)

describe('a red click', () => {
  it('takes away the object that the same click in green would have meant', async () => {
    const prompt = { box: null, points: [green(16, 30), red(48, 30)] }
    const apart = world(right)

    const rest = await removeRed(whole, prompt, apart)

    expect(apart.asked).toEqual([{ box: null, points: [green(48, 30)] }])
    // Eight of 24 columns; edges are interpolated.
    expect(area(rest) / area(whole)).toBeCloseTo(2 / 3, 1)
    expect(maskOf(rest)[30 * 64 + 48]).toBe(0)
    expect(maskOf(rest)[30 * 64 + 16]).toBe(1)
  })

  it('takes nothing from a model that minded it, and asks no more', async () => {
    const apart = world(right, true)

    const rest = await removeRed(rectangle(4, 4, 19, 27), { box: null, points: [red(48, 30)] }, apart)

    expect(rest).toEqual(rectangle(4, 4, 19, 27))
    expect(apart.asked).toEqual([])
  })

  it.each([
    ['has a green click in it', { box: null, points: [green(16, 30), red(48, 30)] }, whole],
    [
      'is most of what is in the box',
      { box: { x0: 8, y0: 8, x1: 55, y1: 55 }, points: [red(48, 30)] },
      whole,
    ],
    ['does not reach the click', { box: null, points: [red(48, 30)] }, nothing],
  ])('cuts a small disc only where the object apart %s', async (_, prompt, piece) => {
    for (const knowsRed of [false, true]) {
      const rest = await removeRed(whole, prompt, world(piece, knowsRed))

      expect(maskOf(rest)[30 * 64 + 48]).toBe(0)
      // Five cells of ten slice pixels a side at most.
      expect(area(whole) - area(rest)).toBeGreaterThan(0)
      expect(area(whole) - area(rest)).toBeLessThanOrEqual(144)
    }
  })

  it.each([
    ['right', 63.5, 20, 20 * 64 + 63],
    ['lower', 20, 63.5, 63 * 64 + 20],
  ])('on the very edge of the slice, the %s one, takes away the last pixel', async (_, x, y, pixel) => {
    const full = rectangle(8, 8, 31, 31)
    const apart = world(nothing)

    const rest = await removeRed(full, { box: null, points: [red(x, y)] }, apart)

    expect(maskOf(full)[pixel]).toBe(1)
    expect(maskOf(rest)[pixel]).toBe(0)
  })

  it('is no part of a prompt for weights that know none', () => {
    const box = { x0: 1, y0: 2, x1: 3, y1: 4 }

    expect(withoutRed({ box, points: [red(1, 1), green(2, 2), red(3, 3)] })).toEqual({
      box,
      points: [green(2, 2)],
    })
  })

  const cases = fc.record({
    height: fc.integer({ min: 1, max: 90 }),
    width: fc.integer({ min: 1, max: 90 }),
    fit: fc.constantFrom('pad', 'stretch'),
    resolution: fc.constantFrom(64, 128),
    places: fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    seed: fc.integer({ min: 1, max: 1000 }),
    knowsRed: fc.boolean(),
  })
  test.prop([cases], { numRuns: 150 })(
    'is covered by no candidate, on slices of any size, and adds nothing to one',
    async ({ height, width, fit, resolution, places, seed, knowsRed }) => {
      const square = sliceGeometry(height, width, { ...officialPreprocessing, resolution, fit })
      const wild = Float32Array.from(
        { length: 3 * side * side },
        (_, i) => 40 * Math.sin(seed * (i + 1)) + 15,
      )
      const candidates = candidatesOf(wild, [0.5, 0.9, 0.1])
      const points = places.map(([x, y]) => red(Math.round(x * (width - 1)), Math.round(y * (height - 1))))
      const piece = candidatesOf(
        wild.map(logit => -logit),
        [0.3, 0.2, 0.1],
      )
      const decode = () => Promise.resolve(piece)

      const rest = await removeRed(candidates, { box: null, points }, { geometry: square, decode, knowsRed })

      expect(rest.map(({ predictedIou }) => predictedIou)).toEqual(candidates.map(one => one.predictedIou))
      for (const candidate of rest) {
        const mask = proposalOf([candidate], square).mask.data
        for (const { x, y } of points) expect(mask[y * width + x]).toBe(0)
      }
      for (const [index, { lowRes }] of rest.entries()) {
        const before = candidates[index]?.lowRes.data ?? []
        expect(lowRes.data.every((logit, cell) => logit <= Math.max(-4, before[cell] ?? 0))).toBe(true)
      }
    },
  )
})
