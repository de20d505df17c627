import { describe, expect, it } from 'vitest'
import type { EpochFigures } from '../../../../src/main/figures'
import { diceChart, logChart, lossChart } from '../../../../src/main/figures'
import { lineChart } from '../../../../src/main/figures/chart'
import { placeLabels } from '../../../../src/main/figures/chart-labels'
import { chartColours } from '../../../../src/main/figures/palette'
import { fitText, text, textWidth, wrapText } from '../../../../src/main/figures/svg'
import { pngSize, readPng } from './png-reader'

const epoch = (n: number, figures: Partial<EpochFigures> = {}): EpochFigures => ({
  epoch: n,
  trainLoss: 2 / n,
  valLoss: 2.2 / n,
  valDice: 1 - 0.6 / n,
  seconds: 10 + n,
  learningRate: 2e-4,
  ...figures,
})
const run = Array.from({ length: 12 }, (_, i) => epoch(i + 1))
const size = { width: 760, height: 400 }

/** x and y of the path of a line in this colour, in figure units. */
function pathOf(svg: string, colour: string): number[][] {
  const found = [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="([^"]+)"/gu)].filter(
    m => m[2] === colour,
  )
  return found.flatMap(m => (m[1] ?? '').split(/(?=[ML])/u)).map(part => part.slice(1).split(',').map(Number))
}

describe('the charts of a run', () => {
  it('are drawn at two pixels a unit', () => {
    const size = pngSize(lossChart(run, { title: 'Loss' }))

    expect(size).toEqual({ width: 2 * 760, height: 2 * 400 })
  })

  it('show the loss with both lines, and the time an epoch in a second panel', () => {
    const loss = readPng(lossChart(run, { title: 'Loss', epochs: 20, bestEpoch: 9 }))
    const log = readPng(logChart(run, { title: 'Loss', epochs: 20 }))

    expect(loss.count(chartColours.val)).toBeGreaterThan(500)
    expect(loss.count(chartColours.train)).toBeGreaterThan(200)
    expect(log.height).toBe(2 * loss.height)
    expect(log.count(chartColours.val)).toBeGreaterThan(loss.count(chartColours.val))
  })

  it('show the learning rate on a second axis only when it changed', () => {
    const fixed = readPng(diceChart(run, { title: 'Dice', baseDice: 0.4 }))
    const lowered = run.map(record => ({ ...record, learningRate: record.epoch > 6 ? 1e-4 : 2e-4 }))
    const changed = readPng(diceChart(lowered, { title: 'Dice', baseDice: 0.4 }))

    expect(fixed.count(chartColours.other)).toBe(0)
    expect(changed.count(chartColours.other)).toBeGreaterThan(200)
  })

  it.each([
    ['no epoch', []],
    ['one epoch', [epoch(1)]],
    ['nothing but gaps', [epoch(1, { trainLoss: NaN, valLoss: null, valDice: null, seconds: NaN })]],
    ['a loss that exploded', [epoch(1), epoch(2, { trainLoss: Infinity, valLoss: NaN }), epoch(3)]],
    ['a constant zero', [epoch(1, { trainLoss: 0, valLoss: 0 }), epoch(2, { trainLoss: 0, valLoss: 0 })]],
  ])('can be drawn with %s', (_, epochs) => {
    for (const draw of [lossChart, diceChart, logChart]) {
      expect(pngSize(draw(epochs, { title: 'A run' })).width).toBe(1520)
    }
  })
})

describe('lineChart', () => {
  const chart = {
    title: 'Loss',
    x: { label: 'Epoch', end: 10 },
    left: { label: 'Loss', domain: [0, 2] as const },
  }

  it('puts values where the axes say', () => {
    const points = [
      [1, 0],
      [5.5, 1],
      [10, 2],
    ] as const
    const svg = lineChart({ ...chart, series: [{ label: 'Val', look: 'val', points }] }, size)

    const [[x0 = 0, y0 = 0] = [], [x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = pathOf(
      svg,
      chartColours.val,
    )

    expect(x1).toBeCloseTo((x0 + x2) / 2, 1)
    expect(y1).toBeCloseTo((y0 + y2) / 2, 1)
    expect(y0).toBe(size.height - 52)
  })

  it('leaves gaps open and marks a value that stands alone', () => {
    const points = [
      [1, 1],
      [2, null],
      [3, 1.2],
      [4, NaN],
      [5, 1],
      [6, 0.9],
    ] as const
    const svg = lineChart({ ...chart, series: [{ label: 'Val', look: 'val', points }] }, size)

    expect(svg).not.toContain('NaN')
    expect(svg.match(/<circle/gu)).toHaveLength(3)
  })

  it('never writes text beyond its sides, however long the title', () => {
    const title = 'A very long title of a data set with many words in it that goes on and on '.repeat(4)
    const svg = lineChart({ ...chart, title, series: [] }, size)

    const lines = [...svg.matchAll(/font-size="15"[^>]*>([^<]*)</gu)].map(m => m[1] ?? '')

    expect(lines).toHaveLength(2)
    lines.forEach(line => expect(textWidth(line, 15)).toBeLessThan(size.width - 32))
  })

  it('escapes what would be markup', () => {
    const svg = lineChart({ ...chart, title: '<script> & "x"\u0000', series: [] }, size)

    expect(svg).toContain('&lt;script&gt; &amp; &quot;x&quot;\ufffd')
  })
})

describe('placeLabels', () => {
  it('keeps labels a line apart and inside the plot', () => {
    const labels = [200, 201, 202, 299].map(y => ({ x: 500, y, content: 'Val 0.5', fill: '#000000' }))

    const heights = placeLabels(labels, { top: 60, bottom: 300, right: 600, gap: 0 }).map(svg =>
      Number(/ y="([^"]+)"/u.exec(svg)?.[1]),
    )

    heights.slice(1).forEach((y, i) => expect(y - (heights[i] ?? NaN)).toBeGreaterThanOrEqual(15))
    expect(Math.max(...heights)).toBeLessThan(304)
  })
})

describe('text', () => {
  it('shortens in the middle, so that start and extension of a file stay', () => {
    const short = fitText('a-very-long-name-of-a-file-0001.nii.gz', 11, 120)

    expect(short).toMatch(/^a-ver.*….*\.gz$/u)
    expect(textWidth(short, 11)).toBeLessThanOrEqual(120)
  })

  it('never cuts a character in two', () => {
    expect(fitText('👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️', 11, 60)).toMatch(/^(👩‍⚕️)*…(👩‍⚕️)*$/u)
  })

  it('wraps at spaces', () => {
    expect(wrapText('one two three', 10, 50, 3)).toEqual(['one two', 'three'])
    expect(wrapText('', 10, 50, 3)).toEqual([])
  })

  it('rounds to what can be seen', () => {
    expect(text(1.23456, 2, 'x', { size: 11, fill: '#000' })).toContain('x="1.23"')
  })
})
