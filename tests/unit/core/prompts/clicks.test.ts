import { test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { clicksToDice, ellipseInBox, firstClick, nextClick } from '../../../../src/core/prompts'
import type { PromptPoint } from '../../../../src/shared/domain/prompt'
import { maskArbitrary } from '../imaging/mask-arbitrary'

const draw = (...rows: string[]): Uint8Array =>
  Uint8Array.from(rows.join(''), pixel => (pixel === '#' ? 1 : 0))
const positive = (x: number, y: number): PromptPoint => ({ x, y, sign: 'positive' })
const negative = (x: number, y: number): PromptPoint => ({ x, y, sign: 'negative' })

describe('firstClick', () => {
  it('is the innermost pixel, in the middle of equals', () => {
    const bar = draw('...........', '.#########.', '.#########.', '.#########.', '...........')

    expect(firstClick(bar, 5, 11)).toEqual(positive(5, 2))
  })

  it('keeps away from the border of the image', () => {
    expect(firstClick(new Uint8Array(35).fill(1), 5, 7)).toEqual(positive(3, 2))
  })

  it('is in the middle of a block that touches the border', () => {
    expect(firstClick(draw('###.', '###.', '###.', '....'), 4, 4)).toEqual(positive(1, 1))
  })

  test.prop([maskArbitrary])('lies on the mask, or is nothing on an empty one', ({ mask, height, width }) => {
    const click = firstClick(mask, height, width)

    expect(click === null).toBe(mask.every(value => value === 0))
    if (click) expect(mask[click.y * width + click.x]).toBe(1)
  })
})

describe('nextClick', () => {
  const truth = draw('###......', '###......', '###......', '.........')

  it('is negative inside the largest part that is too much', () => {
    const prediction = draw('###......', '###..###.', '###..###.', '.....###.')

    expect(nextClick(prediction, truth, 4, 9)).toEqual(negative(6, 2))
  })

  it('is positive inside the largest part that is missed', () => {
    const prediction = draw('........#', '.........', '.........', '.........')

    expect(nextClick(prediction, truth, 4, 9)).toEqual(positive(1, 1))
  })

  it('looks at connected parts, not at the sum of all errors', () => {
    const prediction = draw('.##.#.#.#', '.##......', '###.#.#.#', '.........')

    expect(nextClick(prediction, truth, 4, 9)).toEqual(positive(0, 0))
  })

  it('never repeats an earlier click', () => {
    const prediction = new Uint8Array(36)

    const second = nextClick(prediction, truth, 4, 9, [positive(1, 1)])

    expect(second).not.toBeNull()
    expect(second).not.toEqual(positive(1, 1))
  })

  it('is nothing when the mask is right', () => {
    expect(nextClick(truth, truth, 4, 9)).toBeNull()
  })
})

describe('clicksToDice', () => {
  const height = 20
  const width = 30
  const truth = ellipseInBox({ x0: 4, y0: 3, x1: 25, y1: 16 }, height, width)

  it('counts the clicks that a model needs, and hands it all of them each time', async () => {
    const seen: number[] = []
    // Knows the left half at once and needs a click in the right half for the rest.
    const segment = async (points: readonly PromptPoint[]): Promise<Uint8Array> => {
      seen.push(points.length)
      const knowsRight = points.some(({ x }) => x > 15)
      return Promise.resolve(truth.map((value, i) => (i % width < 14 || knowsRight ? value : 0)))
    }

    const run = await clicksToDice({ truth, height, width, segment })

    expect(run).toMatchObject({ clicks: 2, reached: true })
    expect(seen).toEqual([1, 2])
    expect(run?.points.every(({ sign }) => sign === 'positive')).toBe(true)
    expect(run?.dices[1]).toBe(1)
  })

  it('asks with the box alone first, which counts as two clicks', async () => {
    const seen: number[] = []
    const segment = async (points: readonly PromptPoint[]): Promise<Uint8Array> => {
      seen.push(points.length)
      return Promise.resolve(truth.map((value, i) => (i % width < 14 || points.length > 0 ? value : 0)))
    }

    const run = await clicksToDice({ truth, height, width, segment, box: true })

    expect(run).toMatchObject({ clicks: 3, reached: true })
    expect(seen).toEqual([0, 1])
  })

  it('gives up at the limit and counts as many clicks', async () => {
    const segment = async (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(height * width))

    const run = await clicksToDice({ truth, height, width, segment })

    expect(run).toMatchObject({ clicks: 20, reached: false })
    expect(new Set(run?.points.map(({ x, y }) => y * width + x)).size).toBe(20)
  })

  it('has nothing to say about an empty truth', async () => {
    const segment = async (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(4))

    expect(await clicksToDice({ truth: new Uint8Array(4), height: 2, width: 2, segment })).toBeNull()
  })

  it('ends with the error of the model, as when the user aborts', async () => {
    const segment = async (): Promise<Uint8Array> => Promise.reject(new Error('aborted'))

    await expect(clicksToDice({ truth, height, width, segment })).rejects.toThrow('aborted')
  })
})

describe('ellipseInBox', () => {
  it('touches all four sides of the box', () => {
    expect(ellipseInBox({ x0: 1, y0: 1, x1: 5, y1: 3 }, 5, 7)).toEqual(
      draw('.......', '..###..', '.#####.', '..###..', '.......'),
    )
  })

  it('is one pixel in a box of one pixel', () => {
    expect(ellipseInBox({ x0: 2, y0: 1, x1: 2, y1: 1 }, 3, 4)).toEqual(draw('....', '..#.', '....'))
  })

  it('is cut off at the border of the image', () => {
    const ellipse = ellipseInBox({ x0: -50, y0: -50, x1: 60, y1: 60 }, 4, 5)

    expect(ellipse).toEqual(new Uint8Array(20).fill(1))
  })

  it('has the area of an ellipse, within half a percent', () => {
    const area = ellipseInBox({ x0: 10, y0: 20, x1: 509, y1: 319 }, 340, 520).reduce(
      (sum, pixel) => sum + pixel,
      0,
    )

    expect(Math.abs(area / (Math.PI * 250 * 150) - 1)).toBeLessThan(0.005)
  })

  it('is empty for a box turned inside out or not a number', () => {
    expect(ellipseInBox({ x0: 3, y0: 0, x1: 1, y1: 2 }, 4, 4)).toEqual(new Uint8Array(16))
    expect(ellipseInBox({ x0: NaN, y0: 0, x1: 1, y1: 2 }, 4, 4)).toEqual(new Uint8Array(16))
  })
})
