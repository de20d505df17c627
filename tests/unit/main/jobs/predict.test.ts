import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readImageFile } from '../../../../src/main/codecs'
import { planeOf } from '../../../../src/main/datasets/plane'
import { clampPrompt } from '../../../../src/main/jobs/predict-image'
import { createLabelMap } from '../../../../src/main/jobs/predict-label-map'
import { folderWith, pngWith } from '../support/folders'
import { image, runPredict, volume } from '../support/prediction'
import { ThresholdSegmenter } from '../support/threshold-segmenter'

async function labelsAt(file: string, ...places: (readonly [x: number, y: number])[]) {
  const { pixels } = await readImageFile(file, 'labels')
  const width = pixels.shape[1] ?? 0
  return { dtype: pixels.dtype, values: places.map(([x, y]) => Number(pixels.data[y * width + x])) }
}

describe('predict', () => {
  test('writes an 8-bit label map per image, several boxes in one', async () => {
    const folder = folderWith({
      'images/a.png': image,
      'boxes.csv': 'image,x0,y0,x1,y1\na,3,3,16,16\na.png,18,18,32,28\n',
    })

    const { events, error } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    expect(error).toBeNull()
    expect(events.at(-1)).toMatchObject({
      event: 'report',
      command: 'predict',
      written: 1,
      objects: 2,
      refused: 0,
    })
    expect(await labelsAt(join(folder, 'out/a.png'), [10, 10], [25, 22], [0, 0])).toEqual({
      dtype: 'uint8',
      values: [1, 2, 0],
    })
  })

  test('takes 16 bits where a label needs them', async () => {
    const folder = folderWith({ 'images/a.png': image, 'boxes.csv': 'a,3,3,16,16,300' })

    await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    expect(await labelsAt(join(folder, 'out/a.png'), [10, 10])).toEqual({ dtype: 'uint16', values: [300] })
  })

  test('gives points of one label as one prompt', async () => {
    const folder = folderWith({ 'images/a.png': image, 'points.csv': 'a,10,10,1,7\na,25,22,0,7\n' })
    const segmenter = new ThresholdSegmenter()

    await runPredict(folder, { points: join(folder, 'points.csv') }, segmenter)

    expect(segmenter.prompts).toEqual([
      {
        box: null,
        points: [
          { x: 10, y: 10, sign: 'positive' },
          { x: 25, y: 22, sign: 'negative' },
        ],
      },
    ])
    expect(await labelsAt(join(folder, 'out/a.png'), [10, 10])).toEqual({ dtype: 'uint8', values: [7] })
  })

  test('derives prompts from masks of the same stem, keeping their values', async () => {
    const folder = folderWith({
      'images/a.png': image,
      'masks/a_mask.png': pngWith(40, 30, [4, 5, 5, 14, 14], [9, 20, 20, 29, 24]),
    })

    const { error } = await runPredict(folder, { fromMasks: join(folder, 'masks') })

    expect(error).toBeNull()
    expect(await labelsAt(join(folder, 'out/a.png'), [10, 10], [25, 22])).toEqual({
      dtype: 'uint8',
      values: [4, 9],
    })
  })

  test('refuses items one by one, finishes the rest and fails at the end', async () => {
    const folder = folderWith({
      'images/a.png': image,
      'images/broken.png': image.subarray(0, 50),
      'boxes.csv': 'a,3,3,16,16,1\nb,1,1,2,2,1\nbroken,1,1,2,2,1\na,100,100,120,120,2\n',
    })

    const { events, error } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    const skipped = events.flatMap(event =>
      event.event === 'skipped' ? [[event.code, event.message] as const] : [],
    )
    expect(skipped.map(([code]) => code)).toEqual([
      'PROMPT_FILE_INVALID',
      'PROMPT_FILE_INVALID',
      'CORRUPT_FILE',
    ])
    expect(skipped[0]?.[1]).toContain('line 2: there is no image b in the folder')
    expect(skipped[1]?.[1]).toMatch(/line 4: the prompt lies outside .*a\.png, which measures 40 x 30 pixels/)
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', exitCode: 3, data: { refused: 3, total: 4 } })
    expect(readdirSync(join(folder, 'out'))).toEqual(['a.png'])
  })

  test('puts all slices of a volume into one volume on the grid of its source', async () => {
    const bytes = volume(6, 5, 4, (x, y, z) => (x >= 2 && y >= 1 && y <= 3 && z === 2 ? 100 : 0))
    const folder = folderWith({
      'images/ct.nii.gz': gzipSync(bytes),
      'boxes.csv': 'image,x0,y0,x1,y1,label,slice\nct,1,0,5,4,3,2\n',
    })

    const { error } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    const out = await readImageFile(join(folder, 'out/ct.nii.gz'), 'labels')
    expect(error).toBeNull()
    expect(out.pixels.shape).toEqual([4, 5, 6])
    expect(out.spacingMm).toEqual([3, 2, 1])
    const painted = [...out.pixels.data].flatMap((value, index) => (Number(value) === 3 ? [index] : []))
    expect(painted).toEqual([1, 2, 3].flatMap(y => [2, 3, 4, 5].map(x => 2 * 30 + y * 6 + x)))
  })

  test('asks for the slice where a volume needs one', async () => {
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 4, () => 1), 'boxes.csv': 'ct,1,0,5,4' })

    const { events } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'skipped',
        message: expect.stringContaining('the column slice must say') as string,
      }),
    )
  })

  test('stops at once on a folder that cannot be made, with nothing written', async () => {
    const folder = folderWith({ 'images/a.png': image, 'boxes.csv': 'a,3,3,16,16', out: 'a file' })

    const { events, error } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    expect(events).toEqual([])
    expect(error).toMatchObject({ code: 'NOT_A_FOLDER', data: { file: join(folder, 'out') } })
  })
})

describe('the label map', () => {
  test('lets the higher predicted IoU win where objects overlap, in either order', () => {
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const map = createLabelMap([1, 3], 2)
      for (const label of order) {
        const mask = Uint8Array.from(label === 1 ? [1, 1, 0] : [0, 1, 1])
        map.paint(mask, { label, predictedIou: label === 1 ? 0.9 : 0.5, slice: null })
      }
      expect([...map.labels.data]).toEqual([1, 1, 2])
    }
  })

  test.each([0, 1, 2] as const)('paints a plane of axis %i where it was cut from', axis => {
    const shape = [2, 3, 4]
    const mask = Uint8Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? 1 : 0)).subarray(
      0,
      { 0: 6, 1: 8, 2: 12 }[axis],
    )
    const map = createLabelMap(shape, axis)

    map.paint(mask, { label: 5, predictedIou: 1, slice: 1 })

    expect([...planeOf(map.labels, axis, 1).data].map(Number)).toEqual([...mask].map(value => 5 * value))
    expect(map.labels.data.reduce((sum, value) => sum + value, 0)).toBe(
      5 * mask.reduce((sum, value) => sum + value, 0),
    )
  })
})

test('a box that sticks out is pulled in, one wholly outside is refused', () => {
  const box = (x0: number, y0: number, x1: number, y1: number) => ({ box: { x0, y0, x1, y1 }, points: [] })

  expect(clampPrompt(box(-5, 2, 40, 30), 30, 40)).toEqual(box(0, 2, 39, 29))
  expect(clampPrompt(box(40, 2, 50, 30), 30, 40)).toBeNull()
  expect(clampPrompt({ box: null, points: [{ x: 41, y: 2, sign: 'positive' }] }, 30, 40)).toBeNull()
})
