import { describe, expect, it } from 'vitest'
import {
  boxOverlap,
  isAnswerable,
  noPrompt,
  samePrompt,
  withBox,
  withoutPoint,
  withPoint,
  withPointAt,
} from '../../../../src/renderer/src/tools/prompt-edit'

const box = { x0: 0, y0: 0, x1: 9, y1: 9 }

describe('prompts', () => {
  it('are not asked with red clicks alone', () => {
    const red = withPoint(noPrompt, { x: 1, y: 1, sign: 'negative' })

    expect([noPrompt, red, withBox(red, box)].map(isAnswerable)).toEqual([false, false, true])
  })

  it('are the same when they say the same', () => {
    const moved = withPointAt(withPoint(noPrompt, { x: 1, y: 1, sign: 'positive' }), 0, { x: 2, y: 3 })

    expect(samePrompt(moved, { box: null, points: [{ x: 2, y: 3, sign: 'positive' }] })).toBe(true)
    expect(samePrompt(withoutPoint(moved, 0), noPrompt)).toBe(true)
    expect(samePrompt(moved, null)).toBe(false)
  })
})

describe('boxOverlap', () => {
  it('counts pixels at both ends', () => {
    expect(boxOverlap(box, box)).toBe(1)
    expect(boxOverlap(box, { x0: 5, y0: 0, x1: 14, y1: 9 })).toBeCloseTo(50 / 150, 12)
    expect(boxOverlap(box, { x0: 10, y0: 0, x1: 19, y1: 9 })).toBe(0)
  })
})
