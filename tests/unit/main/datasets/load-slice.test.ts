import { chmodSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writeNpy, writePng } from '../../../../src/main/codecs'
import { createFileCache, discoverDataset, loadSlice, outcomeOf } from '../../../../src/main/datasets'
import { emptyPng, greyPng, imagePng, maskPng, niftiVolume, temporaryFolder } from '../slice-files'

async function onlySlice(image: Uint8Array, mask: Uint8Array, [imageName, maskName] = ['a.png', 'a.png']) {
  const folder = temporaryFolder({ [`images/${imageName}`]: image, [`masks/${maskName}`]: mask })
  const [slice] = (await discoverDataset(folder)).slices
  if (!slice) throw new Error('No slice was found')
  return loadSlice(slice)
}

const npy = ['a.npy', 'a.npy'] as [string, string]
const arrays = (image: Parameters<typeof writeNpy>[0], mask: Parameters<typeof writeNpy>[0]) =>
  onlySlice(writeNpy(image), writeNpy(mask), npy)
const grey = tensor('uint8', [2, 2], Uint8Array.of(1, 2, 3, 4))

describe('opening a slice', () => {
  it('gives the image in its own type and the labels as whole numbers', async () => {
    const slice = await onlySlice(imagePng(), maskPng())

    expect(slice.image).toMatchObject({ dtype: 'uint8', shape: [8, 10] })
    expect(slice.labels).toMatchObject({ dtype: 'int32', shape: [8, 10] })
    expect(slice.labelValues).toEqual([1])
    expect(slice.spacingMm).toBeNull()
  })

  it('keeps labels beyond 255 apart', async () => {
    const labels = tensor('uint16', [2, 2], Uint16Array.of(0, 44, 300, 65_535))

    expect((await arrays(grey, labels)).labelValues).toEqual([44, 300, 65_535])
  })

  it.each(['bool', 'int8', 'int64', 'uint32', 'float16', 'float64'] as const)(
    'takes labels of the type %s',
    async dtype => {
      const data = {
        bool: Uint8Array.of(0, 1, 1, 0),
        int8: Int8Array.of(0, 1, 1, 0),
        int64: BigInt64Array.of(0n, 1n, 1n, 0n),
        uint32: Uint32Array.of(0, 1, 1, 0),
        float16: Uint16Array.of(0, 0x3c00, 0x3c00, 0),
        float64: Float64Array.of(0, 1, 1, 0),
      }[dtype]

      const slice = await arrays(grey, tensor(dtype, [2, 2], data as never))

      expect([...slice.labels.data]).toEqual([0, 1, 1, 0])
    },
  )

  it('does not lose the first label of a map without background', async () => {
    const slice = await arrays(grey, tensor('uint8', [2, 2], Uint8Array.of(3, 3, 7, 7)))

    expect(slice.labelValues).toEqual([3, 7])
  })

  it('takes a grey mask that was saved in colour, and refuses a coloured one', async () => {
    const three = (r: number, g: number, b: number) => tensor('uint8', [1, 1, 3], Uint8Array.of(r, g, b))
    const pixel = writePng(tensor('uint8', [1, 1], Uint8Array.of(9)))

    expect((await onlySlice(pixel, writePng(three(2, 2, 2)))).labelValues).toEqual([2])
    await expect(onlySlice(pixel, writePng(three(2, 3, 2)))).rejects.toThrow(
      /a\.png is left out: it is a colour picture/,
    )
  })

  it.each([
    [
      'another size than its mask',
      imagePng(),
      greyPng(8, 9, () => 1),
      /measures 8 x 9, its image 8 x 10 pixels/,
    ],
    ['an empty mask', imagePng(), emptyPng(), /holds no label/],
  ])('refuses %s', async (_what, image, mask, message) => {
    await expect(onlySlice(image, mask)).rejects.toThrow(message)
  })

  it.each([
    [
      'a NaN pixel',
      tensor('float32', [2, 2], Float32Array.of(1, NaN, 2, 3)),
      grey,
      /not numbers \(NaN or infinite\)/,
    ],
    [
      'an infinite pixel',
      tensor('float64', [2, 2], Float64Array.of(1, -Infinity, 2, 3)),
      grey,
      /not numbers/,
    ],
    ['a NaN half float', tensor('float16', [2, 2], Uint16Array.of(0, 0x7e00, 0, 0)), grey, /not numbers/],
    [
      'a broken label',
      grey,
      tensor('float32', [2, 2], Float32Array.of(0, 1.5, 0, 0)),
      /1\.5, which is no label/,
    ],
    ['a NaN label', grey, tensor('float32', [2, 2], Float32Array.of(0, NaN, 0, 0)), /NaN, which is no label/],
    ['a line of pixels', tensor('uint8', [4], Uint8Array.of(1, 2, 3, 4)), grey, /shape is \[4\]/],
    ['five channels', tensor('uint8', [1, 1, 5], new Uint8Array(5)), grey, /shape is \[1, 1, 5\]/],
    ['no pixels', tensor('uint8', [0, 3], new Uint8Array(0)), grey, /shape is \[0, 3\]/],
  ])('refuses %s with the name of the file', async (_what, image, mask, message) => {
    await expect(arrays(image, mask)).rejects.toThrow(message)
    await expect(arrays(image, mask)).rejects.toThrow(/a\.npy is left out/)
  })

  it('cuts a plane out of a volume with its scaling and spacing', async () => {
    const image = niftiVolume([3, 2, 2], (x, y, z) => x + 10 * y + 100 * z, { spacing: [0.5, 0.75, 4] })
    new DataView(image.buffer).setFloat32(112, 2, true)
    new DataView(image.buffer).setFloat32(116, -1000, true)
    const mask = niftiVolume([3, 2, 2], (x, _y, z) => (x === 0 ? z : 0), { type: 'float32' })

    const slice = await onlySlice(image, mask, ['v.nii', 'v.nii'])

    expect(slice.image).toEqual(
      tensor('float64', [2, 3], Float64Array.of(-800, -798, -796, -780, -778, -776)),
    )
    expect(slice.labels).toEqual(tensor('int32', [2, 3], Int32Array.of(1, 0, 0, 1, 0, 0)))
    expect(slice.spacingMm).toEqual({ y: 0.75, x: 0.5 })
  })

  it.each([
    [0, [2, 2], [1, 11, 101, 111]],
    [1, [2, 3], [10, 11, 12, 110, 111, 112]],
    [2, [2, 3], [100, 101, 102, 110, 111, 112]],
  ] as const)('cuts along axis %d with the faster axis along the rows', async (axis, shape, values) => {
    const image = niftiVolume([3, 2, 2], (x, y, z) => x + 10 * y + 100 * z)
    const mask = niftiVolume([3, 2, 2], () => 1)
    const folder = temporaryFolder({ 'images/v.nii': image, 'masks/v.nii': mask })
    const record = (await discoverDataset(folder, { axis })).slices.find(slice => slice.sliceIndex === 1)

    const slice = record && (await loadSlice(record))

    expect(slice?.image.shape).toEqual(shape)
    expect([...(slice?.image.data as Uint8Array)]).toEqual(values)
  })
})

describe('checking slices', () => {
  it('reports the unusable ones one by one and returns the rest', async () => {
    const folder = temporaryFolder({
      'images/a.png': imagePng(),
      'masks/a.png': maskPng(),
      'images/b.png': imagePng().subarray(0, 60),
      'masks/b.png': maskPng(),
      'images/c.png': imagePng(),
      'masks/c.png': emptyPng(),
      'images/d.png': imagePng(),
      'masks/d.png': maskPng(),
      'images/e.npy': 'import os',
      'masks/e.png': maskPng(),
    })
    const { slices } = await discoverDataset(folder)

    const outcomes = await Promise.all(slices.map(slice => outcomeOf(() => loadSlice(slice))))

    const skipped = outcomes.flatMap(outcome => ('skipped' in outcome ? [outcome.skipped] : []))
    expect(skipped.map(({ file, code }) => [basename(file), code])).toEqual([
      ['b.png', 'CORRUPT_FILE'],
      ['c.png', 'UNUSABLE_SLICE'],
      ['e.npy', 'CORRUPT_FILE'],
    ])
    expect(skipped.every(({ file, message }) => message.includes(file))).toBe(true)
    const usable = slices.filter((_, index) => 'value' in (outcomes[index] ?? {}))
    expect(usable.map(slice => slice.name)).toEqual(['a', 'd'])
  })

  it.skipIf(process.platform === 'win32')('names a file that may not be read', async () => {
    const folder = temporaryFolder({ 'images/a.png': imagePng(), 'masks/a.png': maskPng() })
    const { slices } = await discoverDataset(folder)
    chmodSync(join(folder, 'images/a.png'), 0)
    // Root may read everything: be nobody for a moment.
    const root = process.getuid?.() === 0
    if (root) process.seteuid?.(65_534)

    const outcomes = await Promise.all(slices.map(slice => outcomeOf(() => loadSlice(slice)))).finally(
      () => root && process.seteuid?.(0),
    )

    const file = join(folder, 'images/a.png')
    const message = `${file} cannot be read: permission denied.`
    expect(outcomes).toEqual([{ skipped: { file, code: 'FILE_UNREADABLE', message } }])
  })
})

describe('the file cache', () => {
  it('keeps what was used last within its bound', async () => {
    const folder = temporaryFolder({ 'a.png': imagePng(), 'b.png': imagePng(), 'c.png': imagePng() })
    const cache = createFileCache(2 * 80)
    const read = (name: string) => cache.read(join(folder, name), 'image')
    const first = await read('a.png')
    await read('b.png')

    expect(await read('a.png')).toBe(first)
    await read('c.png')
    expect(await read('a.png')).toBe(first)
    await read('b.png')
    await read('c.png')
    expect(await read('a.png')).not.toBe(first)
  })
})
