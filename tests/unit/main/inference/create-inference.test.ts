import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTrainingCheckpoint, writeTrainingCheckpoint } from '../../../../src/core/checkpoint'
import { float32 } from '../../../../src/core/tensor/tensor'
import { decodeRuns } from '../../../../src/shared/masks/rle'
import { pngWith } from '../support/folders'
import { threadOf } from '../support/gradient-threads'
import { smallCheckpoints } from '../support/small-checkpoints'
import { inferenceOn, realThread, sliceIn, smallFolder } from './small-inference'

const box = { box: { x0: 10, y0: 10, x1: 30, y1: 25 }, points: [] }
const stored = (folder: string): string[] =>
  readdirSync(join(folder, 'cache')).map(name => join(folder, 'cache', name))
/** A file that is written anew has another one. */
const inodes = (folder: string): number[] => stored(folder).map(file => statSync(file).ino)

test('a box is answered with three masks of the slice, best first', async () => {
  const folder = smallFolder()

  const candidates = await inferenceOn(folder).segment('small', sliceIn(folder, 'a.png'), box)

  expect(candidates).toHaveLength(3)
  const ious = candidates.map(({ predictedIou }) => predictedIou)
  expect(ious).toEqual([...ious].sort((a, b) => b - a))
  for (const { runs, areaPx } of candidates) {
    expect(decodeRuns(runs, 60 * 40).reduce((sum, pixel) => sum + pixel, 0)).toBe(areaPx)
  }
})

describe('embeddings', () => {
  test('are read from disk by the next process, which answers with the same masks', async () => {
    const folder = smallFolder()
    const slice = sliceIn(folder, 'a.png')
    const first = inferenceOn(folder)
    expect(await first.isEncoded('small', slice)).toBe(false)
    await first.encode('small', slice)
    const masks = await first.segment('small', slice, box)
    await first.dispose()
    const before = inodes(folder)

    const second = inferenceOn(folder)

    expect(await second.isEncoded('small', slice)).toBe(true)
    expect(await second.segment('small', slice, box)).toEqual(masks)
    expect(inodes(folder)).toEqual(before)
  })

  test('are known to the next process without reading a picture', async () => {
    const folder = smallFolder()
    const slices = [sliceIn(folder, 'a.png'), sliceIn(folder, 'b.png')]
    const first = inferenceOn(folder)
    expect(await first.known('small', slices)).toEqual([false, false])
    await first.encode('small', slices[0]!)
    expect(await first.known('small', slices)).toEqual([true, false])
    await first.dispose()

    const second = inferenceOn(folder)

    const window = { centre: 10, width: 20 }
    expect(await second.known('small', [...slices, { ...slices[0]!, window }])).toEqual([true, false, false])
    await second.clearCache()
    expect(await second.known('small', slices)).toEqual([false, false])
  })

  test('that are damaged on disk are made anew', async () => {
    const folder = smallFolder()
    const slice = sliceIn(folder, 'a.png')
    const first = inferenceOn(folder)
    const masks = await first.segment('small', slice, box)
    await first.dispose()
    const [file = ''] = stored(folder)
    const { size } = statSync(file)
    truncateSync(file, size - 100)

    const second = inferenceOn(folder)

    expect(await second.segment('small', slice, box)).toEqual(masks)
    expect(stored(folder).map(name => statSync(name).size)).toEqual([size])
  })

  test('belong to the pixels, the window and the model', async () => {
    const folder = smallFolder()
    const inference = inferenceOn(folder)
    const slice = sliceIn(folder, 'a.png')
    const copy = sliceIn(folder, 'b.png')
    const windowed = { ...slice, window: { centre: 100, width: 50 } }
    await inference.encode('small', slice)

    expect(await inference.isEncoded('small', windowed)).toBe(false)
    expect(await inference.isEncoded('small', copy)).toBe(false)
    writeFileSync(copy.imageFile, pngWith(60, 40, [200, 10, 10, 30, 25]))
    expect(await inference.isEncoded('small', copy)).toBe(true)
    writeFileSync(slice.imageFile, pngWith(60, 40, [201, 10, 10, 30, 25]))
    expect(await inference.isEncoded('small', slice)).toBe(false)
    writeFileSync(join(folder, 'models', 'other.pth'), changed('image_encoder.pos_embed'))
    expect(await inference.isEncoded('other', copy)).toBe(false)
  })

  test('are shared by models that were tuned behind one encoder', async () => {
    const folder = smallFolder()
    const inference = inferenceOn(folder)
    const slice = sliceIn(folder, 'a.png')
    const masks = await inference.segment('small', slice, box)
    writeFileSync(join(folder, 'models', 'tuned.pth'), changed('prompt_encoder.'))

    expect(await inference.isEncoded('tuned', slice)).toBe(true)
    expect(await inference.segment('tuned', slice, box)).not.toEqual(masks)
  })

  test('on disk never exceed their limit: what was not used for longest goes', async () => {
    const folder = smallFolder()
    const probe = inferenceOn(folder)
    await probe.encode('small', sliceIn(folder, 'a.png'))
    const bytes = await probe.cacheBytes()
    await probe.clearCache()
    expect(stored(folder)).toEqual([])
    await probe.dispose()

    const inference = inferenceOn(folder, { cacheLimitBytes: 2.5 * bytes, memoryBytes: 0 })
    for (const name of ['a.png', 'b.png', 'a.png', 'c.png']) {
      await inference.encode('small', sliceIn(folder, name))
      // The order in which they were used has to survive the process, in their times.
      await new Promise(resolve => setTimeout(resolve, 10))
    }

    expect(stored(folder)).toHaveLength(2)
    expect(await inference.isEncoded('small', sliceIn(folder, 'a.png'))).toBe(true)
    expect(await inference.isEncoded('small', sliceIn(folder, 'c.png'))).toBe(true)
    inference.setCacheLimit(1.5 * bytes)
    expect(await inference.cacheBytes()).toBe(bytes)
  })
})

test('a checkpoint that is replaced while it is open is opened again', async () => {
  const folder = smallFolder()
  const inference = inferenceOn(folder)
  const slice = sliceIn(folder, 'a.png')
  const masks = await inference.segment('small', slice, box)

  writeFileSync(join(folder, 'models', 'small.pth'), changed('prompt_encoder.'))

  expect(await inference.segment('small', slice, box)).not.toEqual(masks)
})

test('what cannot be read is said in the words of its error, and the next call is answered', async () => {
  const folder = smallFolder()
  const inference = inferenceOn(folder)
  writeFileSync(join(folder, 'b.png'), 'no picture')

  const failures = [
    inference.segment('small', sliceIn(folder, 'b.png'), box),
    inference.segment('small', sliceIn(folder, 'gone.png'), box),
    inference.segment('nobody', sliceIn(folder, 'a.png'), box),
    inference.find('small', sliceIn(folder, 'a.png'), []),
  ]

  const codes = ['CORRUPT_FILE', 'FILE_NOT_FOUND', 'UNKNOWN_MODEL', 'NO_FINDER']
  const errors = (await Promise.allSettled(failures)).map(one =>
    one.status === 'rejected' ? (one.reason as unknown) : null,
  )
  expect(errors).toMatchObject(codes.map(code => ({ name: 'AppError', code })))
  expect(await inference.segment('small', sliceIn(folder, 'a.png'), box)).toHaveLength(3)
})

test('what a model offers is known without a slice, and its times are measured on one of its own', async () => {
  const folder = smallFolder()
  const inference = inferenceOn(folder)

  expect(await inference.describe('small')).toEqual({ offersClicks: true, hasFinder: false })
  const { secondsPerSlice, millisecondsPerMask } = await inference.measure('small')
  expect(secondsPerSlice).toBeGreaterThan(0)
  expect(millisecondsPerMask).toBeGreaterThan(0)
  expect(await inference.cacheBytes()).toBe(0)
})

test('a thread that dies takes its calls with it, and the next call starts another', async () => {
  const folder = smallFolder()
  const dies = threadOf('tests/unit/main/workers/threads/rank-exits.ts')
  let threads = 0
  const inference = inferenceOn(folder, {
    createWorker: options => (++threads === 1 ? dies : realThread)(options),
  })
  const slice = sliceIn(folder, 'a.png')

  const calls = await Promise.allSettled([
    inference.segment('small', slice, box),
    inference.encode('small', slice, { urgency: 'later' }),
  ])

  for (const call of calls) {
    expect(call).toMatchObject({ status: 'rejected', reason: { name: 'AppError', code: 'BACKEND_LOST' } })
  }
  expect(await inference.segment('small', slice, box)).toHaveLength(3)
  expect(threads).toBe(2)
})

test('it ends after the run that it is in, and answers nobody any more', async () => {
  const folder = smallFolder()
  const inference = inferenceOn(folder)
  await inference.describe('small')
  const underWay = inference.encode('small', sliceIn(folder, 'a.png'))
  const said = expect(underWay).rejects.toMatchObject({ code: 'ABORTED' })

  await inference.dispose()

  await said
  await expect(inference.cacheBytes()).rejects.toMatchObject({ code: 'ABORTED' })
})

/** The small model with other values in the tensors whose names begin so. */
function changed(prefix: string): Uint8Array {
  const checkpoint = readTrainingCheckpoint(smallCheckpoints['efficient-sam'](), 'small.pth')
  const model = new Map(
    [...checkpoint.model].map(([name, value]) => {
      if (!name.startsWith(prefix)) return [name, value]
      const other = value.data.map(number => -number)
      return [name, float32(value.shape, other)]
    }),
  )
  return writeTrainingCheckpoint({ ...checkpoint, model })
}
