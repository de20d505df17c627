import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readImageFile, writeNpy } from '../../../../src/main/codecs'
import { embed } from '../../../../src/main/jobs/embed'
import { clampPrompt, predict } from '../../../../src/main/jobs/predict'
import { createLabelMap } from '../../../../src/main/jobs/predict-label-map'
import { planeOf } from '../../../../src/main/datasets/plane'
import { float32, tensor } from '../../../../src/core/tensor/tensor'
import { EmbedOptions, PredictOptions } from '../../../../src/shared/domain/prediction'
import { eventsOf, folderWith, pngWith } from '../support/folders'
import { contextWith, ThresholdSegmenter } from '../support/threshold-segmenter'

const image = pngWith(40, 30, [200, 5, 5, 14, 14], [90, 20, 20, 29, 24])

function run(folder: string, more: Partial<PredictOptions>, segmenter = new ThresholdSegmenter()) {
  const options = PredictOptions.parse({ images: join(folder, 'images'), out: join(folder, 'out'), ...more })
  return eventsOf(predict(options, contextWith(segmenter)))
}

async function labelsAt(file: string, ...places: (readonly [x: number, y: number])[]) {
  const { pixels } = await readImageFile(file, 'labels')
  const width = pixels.shape[1] ?? 0
  return { dtype: pixels.dtype, values: places.map(([x, y]) => Number(pixels.data[y * width + x])) }
}

/** The smallest NIfTI-1 volume of float32 values, spacing 1 x 2 x 3 mm, with an sform. */
function volume(
  x: number,
  y: number,
  z: number,
  at: (x: number, y: number, z: number) => number,
): Uint8Array {
  const bytes = new Uint8Array(352 + 4 * x * y * z)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 348, true)
  ;[3, x, y, z, 1, 1, 1, 1].forEach((size, index) => view.setInt16(40 + 2 * index, size, true))
  view.setInt16(70, 16, true)
  view.setInt16(72, 32, true)
  ;[1, 1, 2, 3].forEach((spacing, index) => view.setFloat32(76 + 4 * index, spacing, true))
  view.setFloat32(108, 352, true)
  view.setFloat32(112, 1, true)
  view.setInt16(254, 2, true)
  ;[-1, 0, 0, 7].forEach((value, index) => view.setFloat32(280 + 4 * index, value, true))
  bytes.set(new TextEncoder().encode('n+1'), 344)
  for (let index = 0; index < x * y * z; index++) {
    const value = at(index % x, Math.floor(index / x) % y, Math.floor(index / (x * y)))
    view.setFloat32(352 + 4 * index, value, true)
  }
  return bytes
}

describe('predict', () => {
  test('writes an 8-bit label map per image, several boxes in one', async () => {
    const folder = folderWith({
      'images/a.png': image,
      'boxes.csv': 'image,x0,y0,x1,y1\na,3,3,16,16\na.png,18,18,32,28\n',
    })

    const { events, error } = await run(folder, { boxes: join(folder, 'boxes.csv') })

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

    await run(folder, { boxes: join(folder, 'boxes.csv') })

    expect(await labelsAt(join(folder, 'out/a.png'), [10, 10])).toEqual({ dtype: 'uint16', values: [300] })
  })

  test('gives points of one label as one prompt', async () => {
    const folder = folderWith({ 'images/a.png': image, 'points.csv': 'a,10,10,1,7\na,25,22,0,7\n' })
    const segmenter = new ThresholdSegmenter()

    await run(folder, { points: join(folder, 'points.csv') }, segmenter)

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

    const { error } = await run(folder, { fromMasks: join(folder, 'masks') })

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

    const { events, error } = await run(folder, { boxes: join(folder, 'boxes.csv') })

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

    const { error } = await run(folder, { boxes: join(folder, 'boxes.csv') })

    const out = await readImageFile(join(folder, 'out/ct.nii.gz'), 'labels')
    expect(error).toBeNull()
    expect(out.pixels.shape).toEqual([4, 5, 6])
    expect(out.spacingMm).toEqual([3, 2, 1])
    const painted = [...out.pixels.data].flatMap((value, index) => (Number(value) === 3 ? [index] : []))
    expect(painted).toEqual([1, 2, 3].flatMap(y => [2, 3, 4, 5].map(x => 2 * 30 + y * 6 + x)))
  })

  test('asks for the slice where a volume needs one', async () => {
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 4, () => 1), 'boxes.csv': 'ct,1,0,5,4' })

    const { events } = await run(folder, { boxes: join(folder, 'boxes.csv') })

    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'skipped',
        message: expect.stringContaining('the column slice must say') as string,
      }),
    )
  })

  test('stops at once on a folder that cannot be made, with nothing written', async () => {
    const folder = folderWith({ 'images/a.png': image, 'boxes.csv': 'a,3,3,16,16', out: 'a file' })

    const { events, error } = await run(folder, { boxes: join(folder, 'boxes.csv') })

    expect(events).toEqual([])
    expect(error).toMatchObject({ code: 'NOT_A_FOLDER', data: { file: join(folder, 'out') } })
  })
})

describe("the user's own files", () => {
  test.each(['--images', '--from-masks'])(
    'are not overwritten by results in the folder of %s',
    async option => {
      const folder = folderWith({ 'images/a.png': image, 'masks/a.png': pngWith(40, 30, [4, 5, 5, 14, 14]) })
      const own = join(folder, option === '--images' ? 'images' : 'masks')
      symlinkSync(own, join(folder, 'link'))
      const before = readFileSync(join(own, 'a.png'))

      for (const out of [own, `${own}/../${basename(own)}/`, join(folder, 'link')]) {
        const { events, error } = await run(folder, { fromMasks: join(folder, 'masks'), out })

        expect(events).toEqual([])
        expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 })
        expect(String(error)).toMatch(new RegExp(`is the folder of ${option}.*Choose another folder`))
      }
      expect(readFileSync(join(own, 'a.png'))).toEqual(before)
    },
  )

  test('are not overwritten by features', async () => {
    const folder = folderWith({ 'images/a.npy': writeNpy(tensor('uint8', [2, 2], new Uint8Array(4))) })
    const before = readFileSync(join(folder, 'images/a.npy'))
    const options = EmbedOptions.parse({ images: join(folder, 'images'), out: join(folder, 'images') })

    const { events, error } = await eventsOf(embed(options, contextWith(new ThresholdSegmenter())))

    expect({ events, error }).toMatchObject({ events: [], error: { code: 'USAGE' } })
    expect(readFileSync(join(folder, 'images/a.npy'))).toEqual(before)
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

describe('embed', () => {
  test('writes float32 [256, h, w] per image and per plane of a volume', async () => {
    const folder = folderWith({ 'images/a.png': image, 'images/ct.nii': volume(6, 5, 2, x => x) })
    const options = EmbedOptions.parse({ images: join(folder, 'images'), out: join(folder, 'out') })

    const { events, error } = await eventsOf(embed(options, contextWith(new ThresholdSegmenter())))

    expect(error).toBeNull()
    expect(events.at(-1)).toMatchObject({ event: 'report', command: 'embed', written: 3, skipped: 0 })
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a.npy', 'ct-000.npy', 'ct-001.npy'])
    const { pixels } = await readImageFile(join(folder, 'out/a.npy'), 'image')
    expect(pixels).toEqual(
      float32(
        [256, 2, 2],
        Float32Array.from({ length: 1024 }, (_, index) => index),
      ),
    )
  })

  test('leaves NaN pixels out by name and goes on', async () => {
    const folder = folderWith({ 'images/a.png': image })
    mkdirSync(join(folder, 'images'), { recursive: true })
    writeFileSync(
      join(folder, 'images/nan.npy'),
      writeNpy(tensor('float32', [2, 2], Float32Array.of(1, NaN, 0, 1))),
    )
    const options = EmbedOptions.parse({
      images: join(folder, 'images'),
      out: join(folder, 'out'),
      strict: true,
    })

    const { events, error } = await eventsOf(embed(options, contextWith(new ThresholdSegmenter())))

    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'skipped',
        code: 'UNUSABLE_SLICE',
        file: join(folder, 'images/nan.npy'),
      }),
    )
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED' })
    expect(existsSync(join(folder, 'out/a.npy'))).toBe(true)
  })
})
