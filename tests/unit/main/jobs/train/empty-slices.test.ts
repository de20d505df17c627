import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { createFileCache, discoverDataset } from '../../../../../src/main/datasets'
import { emptySlices } from '../../../../../src/main/jobs/train/empty-slices'
import { niftiVolume } from '../../slice-files'
import { folderWith, pngWith } from '../../support/folders'

const labelled = (planes: readonly number[]) => (_x: number, _y: number, plane: number) =>
  planes.includes(plane) ? 1 : 0

/** Volumes of 20 planes of 8 x 8 pixels, by the planes that have a label. */
function volumes(planes: Readonly<Record<string, readonly number[]>>): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(planes).flatMap(([name, indices]) => [
      [`images/${name}.nii`, niftiVolume([8, 8, 20], (x, y, z) => x + y + z)],
      [`masks/${name}.nii`, niftiVolume([8, 8, 20], labelled(indices))],
    ]),
  )
}

/** @param held - the volumes that are held back */
async function emptyOf(
  files: Record<string, Uint8Array>,
  { held = [], untrained = [] }: { held?: readonly string[]; untrained?: readonly number[] } = {},
) {
  const data = folderWith(files)
  const { slices } = await discoverDataset(data, { axis: 2 })
  const usable = slices
    .filter(({ sliceIndex }) => sliceIndex !== null)
    .map(record => ({ record, labelValues: [1], trainableValues: [1] }))
  const isHeld = ({ record }: (typeof usable)[number]): boolean => held.includes(record.group)
  const found = await emptySlices(
    {
      train: usable.filter(one => !isHeld(one) && !untrained.includes(one.record.sliceIndex ?? -1)),
      val: usable.filter(isHeld),
      nothingHere: slices.filter(({ sliceIndex }) => sliceIndex === null),
    },
    createFileCache(),
  )
  return found.map(({ imageFile, sliceIndex }) => [basename(imageFile), sliceIndex] as const)
}

const planesOf = (found: readonly (readonly [string, number | null])[]) => found.map(([, plane]) => plane)

test('are the planes before and behind the labelled ones, but for two beside them; no gaps between them', async () => {
  const found = await emptyOf(volumes({ v: [4, 5, 6, 10, 11, 12, 13, 14] }))

  expect(found).toEqual([
    ['v.nii', 0],
    ['v.nii', 1],
    ['v.nii', 17],
    ['v.nii', 18],
    ['v.nii', 19],
  ])
})

test('are at most as many as there are labelled ones, spread over all', async () => {
  const found = await emptyOf(volumes({ v: [9, 10] }))

  // Of 0 to 6 and 13 to 19.
  expect(planesOf(found)).toEqual([0, 13])
})

test('are none of a volume that is held back', async () => {
  const planes = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
  const found = await emptyOf(volumes({ a: planes, b: planes }), { held: ['b'] })

  expect(found.map(([name]) => name)).toEqual(Array(6).fill('a.nii'))
})

test('keep away from labelled planes that cannot be trained on, too', async () => {
  const all = [6, 7, 8, 9, 10, 11, 12, 13, 14]
  const found = await emptyOf(volumes({ v: all }), { untrained: [6, 7, 8] })

  expect(planesOf(found)).toEqual([0, 1, 2, 3, 17, 18])
})

test('are pictures whose mask is background only, and not those of the validation part', async () => {
  const [image, mask] = [pngWith(8, 8, [9, 1, 1, 2, 2]), pngWith(8, 8)]
  const pictures = (part: string, name: string) => ({
    [`${part}/images/${name}.png`]: image,
    [`${part}/masks/${name}.png`]: mask,
  })
  const within = (part: string) =>
    Object.fromEntries(
      Object.entries(volumes({ v: [0, 19] })).map(([path, bytes]) => [`${part}/${path}`, bytes]),
    )

  const found = await emptyOf({
    ...pictures('train', 'a'),
    ...pictures('val', 'b'),
    ...within('train'),
  })

  expect(found).toEqual([['a.png', null]])
})

test('leave out planes that cannot be read: neither is a reason to stop', async () => {
  const files = {
    // Values that are no numbers in plane 1, and a label that is none in plane 18.
    'images/v.nii': niftiVolume([8, 8, 20], (x, _y, z) => (z === 1 ? NaN : x), {
      type: 'float32',
    }),
    'masks/v.nii': niftiVolume([8, 8, 20], (_x, _y, z) => (z === 15 ? 0.5 : z >= 5 && z <= 12 ? 1 : 0), {
      type: 'float32',
    }),
  }
  const found = await emptyOf(files, { untrained: [15] })

  expect(planesOf(found)).toEqual([0, 2, 18, 19])
})
