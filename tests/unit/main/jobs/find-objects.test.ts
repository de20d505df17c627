import { afterAll, describe, expect, test } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import type { FoundObject } from '../../../../src/main/jobs/find-objects'
import { findObjects } from '../../../../src/main/jobs/find-objects'
import { matchFound } from '../../../../src/main/jobs/score-found'
import type { Box } from '../../../../src/shared/domain/prompt'
import { BoxSegmenter, filledBox, greyOf, plainFinder } from '../support/plain-finder'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

/** 64 x 64 pixels, so that a cell of the finder is 4: boxes are given in cells here. */
const cells = (x0: number, y0: number, x1: number, y1: number): Box => ({
  x0: 4 * x0,
  y0: 4 * y0,
  x1: 4 * x1 + 3,
  y1: 4 * y1 + 3,
})

function slice(...objects: readonly (readonly [box: Box, grey: number])[]) {
  const image = new Uint8Array(64 * 64)
  for (const [box, grey] of objects)
    filledBox(box, 64, 64).forEach((value, at) => value && (image[at] = grey))
  return tensor('uint8', [64, 64], image)
}

const neighbour = (box: Box, label: number | null = 1): FoundObject => {
  return { label, box, mask: filledBox(box, 64, 64), predictedIou: 1, fromNeighbour: false }
}

async function find(
  image: ReturnType<typeof slice>,
  {
    truth,
    labels = [1, 2],
    neighbours = [],
  }: { truth: Box[]; labels?: (number | null)[]; neighbours?: FoundObject[] },
) {
  const segmenter = new BoxSegmenter(truth)
  const finder = plainFinder(engine, labels)
  const found = await findObjects({ segmenter, finder }, await segmenter.embed(image), neighbours)
  await finder.dispose()
  return { ...found, asked: segmenter.boxes }
}

describe('what is found where nobody drew a box', () => {
  const [left, right] = [cells(1, 2, 5, 7), cells(9, 3, 13, 12)]

  test('are the objects of each class, outlined in the boxes that the finder sees', async () => {
    const { objects, findings } = await find(slice([left, greyOf[0]], [right, greyOf[1]]), {
      truth: [left, right],
    })

    expect(findings.map(({ label, probablyEmpty }) => [label, probablyEmpty])).toEqual([
      [1, false],
      [2, false],
    ])
    expect(objects.map(({ label, fromNeighbour }) => [label, fromNeighbour])).toEqual([
      [1, false],
      [2, false],
    ])
    for (const [index, { x0, y0, x1, y1 }] of [left, right].entries()) {
      const box = objects[index]?.box
      // Sides lie within half a cell.
      for (const [is, should] of [
        [box?.x0, x0],
        [box?.y0, y0],
        [box?.x1, x1],
        [box?.y1, y1],
      ]) {
        expect(Math.abs((is ?? NaN) - (should ?? NaN))).toBeLessThanOrEqual(2)
      }
    }
  })

  test('are no objects of a class of which the slice is probably empty, whatever the neighbour had', async () => {
    const { objects, findings, asked } = await find(slice([right, greyOf[1]]), {
      truth: [right],
      neighbours: [neighbour(left, 1)],
    })

    expect(findings.map(({ probablyEmpty }) => probablyEmpty)).toEqual([true, false])
    expect(objects.map(({ label }) => label)).toEqual([2])
    expect(asked).toHaveLength(1)
  })

  test('is one object where the finder and the neighbour both show it: the one with the higher predicted IoU', async () => {
    const image = slice([left, greyOf[0]])
    const larger = { x0: left.x0 - 2, y0: left.y0 - 3, x1: left.x1 + 2, y1: left.y1 + 3 }

    const byFinder = await find(image, { truth: [left], neighbours: [neighbour(left)] })
    const byNeighbour = await find(image, { truth: [larger], neighbours: [neighbour(left)] })

    expect(byFinder.asked).toHaveLength(2)
    expect(byFinder.objects.map(({ fromNeighbour }) => fromNeighbour)).toEqual([false])
    // The neighbour's box is a tenth of its size wider on each side, and here that is the truth.
    expect(byNeighbour.objects).toMatchObject([{ fromNeighbour: true, predictedIou: 1, box: larger }])
  })

  test('keeps an object of the neighbour that the finder does not see beside one that it does', async () => {
    const { objects } = await find(slice([left, greyOf[0]]), {
      truth: [left, right],
      neighbours: [neighbour(right, 1), neighbour(right, 2)],
    })

    // The one of class 2 is none: nothing of that class is seen here.
    expect(objects.map(({ label, fromNeighbour }) => [label, fromNeighbour])).toEqual([
      [1, false],
      [1, true],
    ])
  })

  test('keeps a neighbour’s widened box inside the slice, and asks nothing for an empty mask', async () => {
    const corner = cells(0, 0, 4, 4)
    const nothing = { ...neighbour(corner), mask: new Uint8Array(64 * 64) }

    const { asked } = await find(slice([corner, greyOf[0]]), {
      truth: [corner],
      neighbours: [neighbour(corner), nothing],
    })

    expect(asked).toHaveLength(2)
    expect(asked[1]).toEqual({ x0: 0, y0: 0, x1: 21, y1: 21 })
  })

  test('are alike objects without a name in an instance map', async () => {
    const { objects } = await find(slice([left, greyOf[0]], [right, greyOf[0]]), {
      truth: [left, right],
      labels: [null],
    })

    expect(objects.map(({ label }) => label)).toEqual([null, null])
  })
})

describe('what stands for each value of the truth', () => {
  const [first, second] = [cells(0, 0, 3, 3), cells(8, 8, 11, 11)]
  const labels = Int32Array.from(
    filledBox(first, 64, 64),
    (value, at) => value + 2 * (filledBox(second, 64, 64)[at] ?? 0),
  )
  const areaOf = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0)

  test('of a class is all that was found of it, and nothing where nothing was found', () => {
    const objects = [neighbour(first, 1), neighbour(second, 1), neighbour(cells(2, 2, 5, 5), 1)]

    const [one, two] = matchFound(labels, [1, 2], objects)

    // Two boxes of 256 pixels and a third that shares 64 with the first.
    expect([one?.value, areaOf(one?.mask ?? new Uint8Array())]).toEqual([1, 256 + 256 + 192])
    expect(two).toEqual({ value: 2, mask: new Uint8Array(64 * 64) })
  })

  test('of an instance map is one object each: the best pair first, in whatever order they stand', () => {
    // It touches the first value by a corner, and is the second one but for its edge.
    const wide = neighbour({ x0: 15, y0: 15, x1: 47, y1: 47 }, null)

    const [one, two] = matchFound(labels, [1, 2], [wide])

    expect(one?.mask).toEqual(new Uint8Array(64 * 64))
    expect(two?.mask).toEqual(wide.mask)
  })

  test('of an instance map is nothing where no object touches it', () => {
    const far = neighbour(cells(13, 0, 15, 2), null)

    expect(matchFound(labels, [1, 2], [far]).map(({ mask }) => areaOf(mask))).toEqual([0, 0])
    expect(matchFound(labels, [1, 2], []).map(({ mask }) => areaOf(mask))).toEqual([0, 0])
  })
})
