import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { numbersOf } from '../../../../src/core/imaging/picture'
import { readImageFile } from '../../../../src/main/codecs'
import { planeOf } from '../../../../src/main/datasets/plane'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { predict } from '../../../../src/main/jobs/predict'
import { StopFlag } from '../../../../src/main/workers/stop-flag'
import type { Box } from '../../../../src/shared/domain/prompt'
import { PredictOptions } from '../../../../src/shared/domain/prediction'
import { niftiVolume } from '../slice-files'
import { eventsOf, folderWith, pngWith } from '../support/folders'
import { BoxSegmenter, greyOf, plainFinder } from '../support/plain-finder'
import { contextWith } from '../support/threshold-segmenter'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

const object: Box = { x0: 4, y0: 8, x1: 23, y1: 31 }
const other: Box = { x0: 36, y0: 12, x1: 55, y1: 51 }
const rectangle = ({ x0, y0, x1, y1 }: Box, grey: number) => [grey, x0, y0, x1, y1] as const
const isIn = ({ x0, y0, x1, y1 }: Box, x: number, y: number): boolean =>
  x >= x0 && x <= x1 && y >= y0 && y <= y1

function run(
  folder: string,
  {
    labels = [1, 2],
    segmenter = new BoxSegmenter([object, other]),
    stop = new StopFlag(),
    ...more
  }: Partial<PredictOptions> & { labels?: (number | null)[]; segmenter?: BoxSegmenter; stop?: StopFlag } = {},
) {
  const options = PredictOptions.parse({
    images: join(folder, 'images'),
    out: join(folder, 'out'),
    auto: true,
    ...more,
  })
  return eventsOf(predict(options, contextWith(segmenter, stop, plainFinder(engine, labels))))
}

async function valueAt(file: string, x: number, y: number, plane?: number): Promise<number | undefined> {
  const { pixels } = await readImageFile(file, 'labels')
  const flat = plane === undefined ? pixels : planeOf(pixels, 2, plane)
  return numbersOf(flat)[y * (flat.shape[1] ?? 0) + x]
}

describe('predict --auto', () => {
  test('paints each class with its label, and alike objects with numbers of their own', async () => {
    const image = pngWith(64, 64, rectangle(object, greyOf[0]), rectangle(other, greyOf[1]))
    const alike = pngWith(64, 64, rectangle(object, greyOf[0]), rectangle(other, greyOf[0]))
    const folder = folderWith({ 'images/a.png': image, 'alike/a.png': alike })

    const named = await run(folder, { labels: [7, 300] })
    const numbered = await run(folder, {
      labels: [null],
      images: join(folder, 'alike'),
      out: join(folder, 'numbered'),
    })

    expect([named.error, numbered.error]).toEqual([null, null])
    const at = (file: string) =>
      Promise.all([valueAt(file, 12, 20), valueAt(file, 45, 30), valueAt(file, 60, 60)])
    expect(await at(join(folder, 'out/a.png'))).toEqual([7, 300, 0])
    expect((await at(join(folder, 'numbered/a.png'))).sort()).toEqual([0, 1, 2])
    expect(named.events.at(-1)).toMatchObject({ written: 1, objects: 2, refused: 0 })
  })

  test('in a volume lets the mask of the slice before compete, and goes on where nothing is left', async () => {
    // The object of plane 1 is seen by half only: the box of plane 0 shows the whole.
    const half = { ...object, x1: 15 }
    const image = niftiVolume([64, 64, 3], (x, y, plane) =>
      plane < 2 && isIn(plane === 0 ? object : half, x, y) ? greyOf[0] : 0,
    )
    const folder = folderWith({ 'images/v.nii': image })

    const { events, error } = await run(folder, { labels: [1] })

    expect(error).toBeNull()
    const found = events.filter(event => event.event === 'found')
    expect(
      found.map(({ slice, objects, classes }) => [
        slice,
        objects.map(({ fromNeighbour }) => fromNeighbour),
        classes[0]?.probablyEmpty,
      ]),
    ).toEqual([
      [0, [false], false],
      [1, [true], false],
      [2, [], true],
    ])
    const file = join(folder, 'out/v.nii.gz')
    expect(await Promise.all([0, 1, 2].map(plane => valueAt(file, 20, 20, plane)))).toEqual([1, 1, 0])
  })

  test('never takes alike objects of the slice before for those of this one', async () => {
    const image = niftiVolume([64, 64, 2], (x, y) => (isIn(object, x, y) ? greyOf[0] : 0))
    const folder = folderWith({ 'images/v.nii': image })
    const segmenter = new BoxSegmenter([object])

    await run(folder, { labels: [null], segmenter })

    expect(segmenter.boxes).toHaveLength(2)
  })

  test('refuses images one by one, and names of which two give one file, and goes on', async () => {
    const image = pngWith(64, 64, rectangle(object, greyOf[0]))
    const folder = folderWith({
      'images/a.png': image,
      'images/b.png': image.subarray(0, 60),
      'images/c.png': image,
      'images/c.npy': 'not an array',
    })

    const { events, error } = await run(folder)

    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', data: { refused: 2, total: 4 } })
    expect(events.at(-1)).toMatchObject({ event: 'report', written: 2, refused: 2 })
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a.png', 'c.png'])
  })

  test('stops between two planes, says so, and writes no half volume', async () => {
    const image = niftiVolume([64, 64, 3], (x, y) => (isIn(object, x, y) ? greyOf[0] : 0))
    const folder = folderWith({ 'images/v.nii': image })
    const stop = new StopFlag()
    class Stopping extends BoxSegmenter {
      override embed(plane: Parameters<BoxSegmenter['embed']>[0]) {
        stop.request()
        return super.embed(plane)
      }
    }

    const { events, error } = await run(folder, { segmenter: new Stopping([object]), stop })

    expect(error).toBeNull()
    const file = join(folder, 'images/v.nii')
    expect(events).toContainEqual({
      event: 'notice',
      message: `Stopped after 1 of 3 planes of ${file}: its label map is not written.`,
    })
    expect(events.at(-1)).toMatchObject({ event: 'report', written: 0, interrupted: true })
    expect(existsSync(join(folder, 'out/v.nii.gz'))).toBe(false)
  })

  test('says which folder holds no images', async () => {
    const folder = folderWith({ 'images/notes.txt': 'none' })

    const { error } = await run(folder)

    expect(error).toMatchObject({ code: 'NO_USABLE_SLICES', data: { file: join(folder, 'images') } })
  })
})
