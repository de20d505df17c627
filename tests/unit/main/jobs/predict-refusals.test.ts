import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writeNpy } from '../../../../src/main/codecs'
import { embed } from '../../../../src/main/jobs/embed'
import { EmbedOptions } from '../../../../src/shared/domain/prediction'
import { eventsOf, folderWith, pngWith } from '../support/folders'
import { image, runPredict, skippedOf, StoppingSegmenter, volume } from '../support/prediction'
import { contextWith, ThresholdSegmenter } from '../support/threshold-segmenter'

describe('masks as prompts', () => {
  const bright = (x: number, y: number) => (x >= 2 && y >= 1 ? 100 : 0)
  const middle = (x: number, y: number, z: number) => (x >= 2 && y >= 1 && z >= 1 ? 3 : 0)

  test('pass over planes without a label, report any other fault with its plane, and finish the rest', async () => {
    const labels = volume(6, 5, 5, (x, y, z) => {
      if (x + y > 0) return middle(x, y, z)
      return [0, 0, NaN, 1.5, 0][z] ?? 0
    })
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 5, bright), 'masks/ct.nii': labels })

    const { events, error } = await runPredict(folder, { fromMasks: join(folder, 'masks') })

    expect(skippedOf(events, folder)).toEqual([
      {
        code: 'UNUSABLE_SLICE',
        message:
          'masks/ct.nii, plane 2 is left out: it holds NaN, which is no label (labels are whole numbers).',
      },
      {
        code: 'UNUSABLE_SLICE',
        message:
          'masks/ct.nii, plane 3 is left out: it holds 1.5, which is no label (labels are whole numbers).',
      },
    ])
    expect(events.at(-1)).toMatchObject({ event: 'report', written: 1, objects: 2, refused: 2 })
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', exitCode: 3 })
  })

  test('report a faulty plane of the image with its number and paint the others', async () => {
    const scan = volume(6, 5, 3, (x, y, z) => (z === 1 && x + y === 0 ? NaN : bright(x, y)))
    const folder = folderWith({ 'images/ct.nii': scan, 'masks/ct.nii': volume(6, 5, 3, middle) })

    const { events } = await runPredict(folder, { fromMasks: join(folder, 'masks') })

    expect(skippedOf(events, folder).map(({ message }) => message)).toEqual([
      'images/ct.nii, plane 1 is left out: it holds values that are not numbers (NaN or infinite).',
    ])
    expect(events.at(-1)).toMatchObject({ written: 1, objects: 1, refused: 1 })
  })

  test.each([
    ['of another size', volume(6, 5, 9, middle), 'it measures 6 x 5 x 9, its image 6 x 5 x 3'],
    ['that is turned', volume(5, 6, 3, middle), 'it measures 5 x 6 x 3, its image 6 x 5 x 3'],
    ['that is a picture', pngWith(6, 5, [1, 2, 1, 5, 4]), 'it is a picture, its image a volume of 6 x 5 x 3'],
  ])('refuse a mask %s, once', async (_, mask, reason) => {
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 3, bright), 'masks/ct.nii': mask })

    const { events, error } = await runPredict(folder, { fromMasks: join(folder, 'masks') })

    expect(skippedOf(events, folder).map(({ message }) => message)).toEqual([
      `masks/ct.nii is left out: ${reason}.`,
    ])
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', exitCode: 3 })
    expect(readdirSync(join(folder, 'out'))).toEqual([])
  })

  test('report masks without an image, images without a mask, damaged images and formats that are not read', async () => {
    const mask = pngWith(40, 30, [4, 5, 5, 14, 14])
    const folder = folderWith({
      'images/a.png': image,
      'masks/a.png': mask,
      'images/broken.png': image.subarray(0, 50),
      'masks/broken.png': mask,
      'images/lonely.png': image,
      'images/photo.mha': 'x',
      'images/sizes.csv': 'x',
      'masks/orphan.png': mask,
      'masks/scan.mha': 'x',
    })

    const { events, error } = await runPredict(folder, { fromMasks: join(folder, 'masks') })

    expect(skippedOf(events, folder).map(({ code, message }) => [code, message.split(' ')[0]])).toEqual([
      ['UNKNOWN_FORMAT', 'images/photo.mha'],
      ['UNKNOWN_FORMAT', 'masks/scan.mha'],
      ['UNUSABLE_SLICE', 'images/lonely.png'],
      ['UNUSABLE_SLICE', 'masks/orphan.png'],
      ['CORRUPT_FILE', 'images/broken.png'],
    ])
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', data: { refused: 5, total: 6 } })
  })
})

describe('files that are not read', () => {
  test('are reported, and a row that asks for one is told so', async () => {
    const boxes = 'a,3,3,16,16\nphoto,3,3,16,16\nphoto.mha,3,3,16,16\nghost,3,3,16,16\n'
    const folder = folderWith({ 'images/a.png': image, 'images/photo.mha': 'x', 'boxes.csv': boxes })

    const { events, error } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    expect(skippedOf(events, folder).map(({ message }) => message)).toEqual([
      'images/photo.mha is not a format that SliceTune reads yet.',
      'boxes.csv, line 2: images/photo.mha is not a format that SliceTune reads yet. Mend that line and try again.',
      'boxes.csv, line 3: images/photo.mha is not a format that SliceTune reads yet. Mend that line and try again.',
      'boxes.csv, line 4: there is no image ghost in the folder. Mend that line and try again.',
    ])
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', data: { refused: 3, total: 4 } })
  })

  test('a plane beyond the end of a volume is refused with its line', async () => {
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 4, () => 1), 'boxes.csv': 'ct,1,0,5,4,1,4' })

    const { events } = await runPredict(folder, { boxes: join(folder, 'boxes.csv') })

    expect(skippedOf(events, folder)[0]?.message).toBe(
      'boxes.csv, line 1: images/ct.nii: it has 4 planes, counted from 0, so there is no plane 4. Mend that line and try again.',
    )
  })

  test.each([
    [{ 'images/a.png': image, 'images/photo.mha': 'x' }, 'ITEMS_REFUSED'],
    [{ 'images/photo.mha': 'x' }, 'NO_USABLE_SLICES'],
  ])('are counted by embed --strict (%#)', async (files, code) => {
    const folder = folderWith(files)
    const options = EmbedOptions.parse({
      images: join(folder, 'images'),
      out: join(folder, 'out'),
      strict: true,
    })

    const { events, error } = await eventsOf(embed(options, contextWith(new ThresholdSegmenter())))

    expect(skippedOf(events, folder)).toMatchObject([{ code: 'UNKNOWN_FORMAT' }])
    expect(error).toMatchObject({ code })
  })
})

describe('a stop in the middle of a volume', () => {
  const all = () => 1

  test('finishes the plane and writes no half label map', async () => {
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 4, all), 'masks/ct.nii': volume(6, 5, 4, all) })
    const segmenter = new StoppingSegmenter()

    const { events } = await runPredict(
      folder,
      { fromMasks: join(folder, 'masks') },
      segmenter,
      segmenter.stop,
    )

    expect(segmenter.prompts).toHaveLength(2)
    expect(events).toContainEqual({
      event: 'notice',
      message: `Stopped after 2 of 4 planes of ${join(folder, 'images/ct.nii')}: its label map is not written.`,
    })
    expect(events.at(-1)).toMatchObject({ event: 'report', written: 0, interrupted: true })
    expect(readdirSync(join(folder, 'out'))).toEqual([])
  })

  test('keeps the features of the planes that are done', async () => {
    const folder = folderWith({ 'images/ct.nii': volume(6, 5, 4, all) })
    const segmenter = new StoppingSegmenter()
    const options = EmbedOptions.parse({ images: join(folder, 'images'), out: join(folder, 'out') })

    const { events } = await eventsOf(embed(options, contextWith(segmenter, segmenter.stop)))

    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['ct-000.npy', 'ct-001.npy'])
    expect(events.at(-1)).toMatchObject({ event: 'report', written: 2, interrupted: true })
    expect(JSON.stringify(events)).toContain('Stopped after 2 of 4 planes')
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
        const { events, error } = await runPredict(folder, { fromMasks: join(folder, 'masks'), out })

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
