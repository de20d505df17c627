import { describe, expect, it } from 'vitest'
import { ellipseInBox } from '../../../../src/core/prompts'
import { tensor } from '../../../../src/core/tensor/tensor'
import { overlay, overlaySheet, sanityFigure } from '../../../../src/main/figures'
import { displayImage } from '../../../../src/main/figures/display-image'
import { chartColours, sliceColours } from '../../../../src/main/figures/palette'
import { pngSize, readPng } from './png-reader'

const height = 60
const width = 80
const box = { x0: 20, y0: 10, x1: 59, y1: 49 }
const mask = ellipseInBox(box, height, width)
const image = tensor('uint8', [height, width], new Uint8Array(height * width).fill(100))
/** The slice is drawn 400 units wide: five units a pixel. */
const centreOf = (index: number): number => (index + 0.5) * 5

describe('overlay', () => {
  it('fills the prediction and leaves the rest of the slice as it is', () => {
    const png = readPng(overlay({ name: 'a.png', image, after: { mask, dice: 1 } }))

    expect(png.at(centreOf(5), centreOf(5))).toEqual([100, 100, 100])
    // 28 % of #22d3ee over a grey of 100
    const expected = [0x22, 0xd3, 0xee].map(value => 100 + (value - 100) * 0.28)
    png
      .at(centreOf(40), centreOf(30))
      .forEach((value, k) => expect(Math.abs(value - (expected[k] ?? NaN))).toBeLessThan(2))
  })

  it('keeps holes open', () => {
    const holed = mask.map((value, i) =>
      Math.hypot((i % width) - 40, Math.floor(i / width) - 30) < 8 ? 0 : value,
    )

    const png = readPng(overlay({ name: 'a.png', image, after: { mask: holed, dice: null } }))

    expect(png.at(centreOf(40), centreOf(30))).toEqual([100, 100, 100])
  })

  it('dashes the outline of the truth and draws that of the prediction through', () => {
    const truth = readPng(overlay({ name: 'a.png', image, truth: mask }))
    const answer = readPng(overlay({ name: 'a.png', image, after: { mask, dice: 1 } }))

    const drawn = answer.count(sliceColours.tuned)
    const dashed = truth.count(sliceColours.truth) - 2 * 28 * 800 // the caption's strip is white too
    expect(drawn).toBeGreaterThan(1000)
    expect(dashed).toBeLessThan(0.75 * drawn)
  })

  it('draws the box around the whole of its last pixels and the points on their pixels', () => {
    const prompt = {
      box,
      points: [
        { x: 40, y: 30, sign: 'positive' as const },
        { x: 5, y: 5, sign: 'negative' as const },
      ],
    }

    const png = readPng(overlay({ name: 'a.png', image, prompt }))

    expect(png.at(20 * 5, centreOf(20))).toEqual([255, 255, 255])
    expect(png.at(60 * 5, centreOf(20))).toEqual([255, 255, 255])
    expect(png.at(centreOf(40) + 4.5, centreOf(30) + 2)).toEqual([0x2b, 0xd5, 0x76])
    expect(png.at(centreOf(5), centreOf(5) + 3)).toEqual([0xff, 0x5a, 0x5f])
  })

  it('survives an empty mask, a box beyond the slice and a name full of markup', () => {
    const png = overlay({
      name: '<a href="x">&</a>\u0007 一张切片.png',
      image,
      truth: new Uint8Array(height * width),
      prompt: { box: { x0: -50, y0: -50, x1: 500, y1: 500 }, points: [] },
      after: { mask: new Uint8Array(height * width), dice: 0 },
    })

    expect(pngSize(png).width).toBe(800)
  })
})

describe('overlaySheet', () => {
  const row = { name: 'a.png', image, truth: mask, before: { mask, dice: 0.4 }, after: { mask, dice: 0.9 } }

  it('has two columns, told apart by colour and name', () => {
    const png = readPng(overlaySheet({ title: 'Demo', rows: [row, row] }))

    expect(png.width).toBe(2 * (2 * 24 + 2 * 400 + 16))
    expect(png.count(sliceColours.base)).toBeGreaterThan(1000)
    expect(png.count(sliceColours.tuned)).toBeGreaterThan(1000)
  })

  it('has one column when nothing was known before, and can be empty', () => {
    const after = { ...row, before: undefined }

    expect(pngSize(overlaySheet({ title: 'Demo', rows: [after] })).width).toBe(2 * (2 * 24 + 400))
    expect(readPng(overlaySheet({ title: 'Demo', rows: [] })).count(chartColours.background)).toBeGreaterThan(
      1000,
    )
  })
})

describe('sanityFigure', () => {
  it('shows image, mask and both for each sample, as the model gets it', () => {
    const planar = tensor(
      'float32',
      [3, height, width],
      Float32Array.from({ length: 3 * height * width }, (_, i) => i % 7),
    )
    const sample = { name: 'a.npy', label: 1, image: planar, mask, box }

    const png = readPng(sanityFigure([sample, sample, sample]))

    expect(png.width).toBe(2 * (2 * 24 + 2 * (3 * 220 + 2 * 8) + 24))
    expect(png.at(24 + 228 + 110, 64 + 110)).toEqual([255, 255, 255])
    expect(png.count(sliceColours.base)).toBeGreaterThan(300)
  })

  it('can be drawn without samples', () => {
    expect(pngSize(sanityFigure([])).height).toBeGreaterThan(0)
  })
})

describe('displayImage', () => {
  it('keeps bytes and stretches everything else, with unknown pixels black', () => {
    const bytes = displayImage(tensor('uint8', [1, 3], Uint8Array.from([7, 8, 9])))
    const floats = displayImage(tensor('float32', [1, 4], Float32Array.from([-1, 0, 1, NaN])))
    const bools = displayImage(tensor('bool', [1, 2], Uint8Array.from([0, 1])))

    expect([...bytes.bytes]).toEqual([7, 8, 9])
    expect([...floats.bytes]).toEqual([0, 128, 255, 0])
    expect([...bools.bytes]).toEqual([0, 255])
  })

  it('reads colours interleaved or planar, and leaves the fourth channel out', () => {
    const interleaved = displayImage(
      tensor('uint8', [1, 2, 4], Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255])),
    )
    const planar = displayImage(
      tensor(
        'uint8',
        [3, 1, 5],
        Uint8Array.from({ length: 15 }, (_, i) => i),
      ),
    )

    expect([...interleaved.bytes]).toEqual([1, 2, 3, 4, 5, 6])
    expect([...planar.bytes].slice(0, 6)).toEqual([0, 5, 10, 1, 6, 11])
  })

  it('draws a constant image black and refuses what is no picture', () => {
    expect([...displayImage(tensor('uint16', [1, 2], Uint16Array.from([9, 9]))).bytes]).toEqual([0, 0])
    expect(() => displayImage(tensor('uint8', [5, 6, 7], new Uint8Array(210)))).toThrow(/Invariant/u)
  })
})
