import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writePng } from '../../../../src/main/codecs'
import { labelPalette } from '../../../../src/shared/domain/label-palette'
import { measured } from '../../../../src/main/projects/edit-slice'
import { folderWith, pngWith } from '../support/folders'
import { drawing, side, smallProject } from '../support/small-project'
import { addImages, attach, labelEvents } from './import-labels'

describe('masks on pictures', () => {
  const square = (x: number, y: number): number[] => [x, y, x + 2, y, x + 2, y + 2, x, y + 2]

  test('of COCO go to the pictures that it names, and the others are told', async () => {
    const { session } = await smallProject(2)
    const text = JSON.stringify({
      images: [
        { id: 1, file_name: 'train/images/image-0.png', width: side, height: side },
        { id: 2, file_name: 'image-1.png', width: 99, height: side },
        { id: 3, file_name: 'elsewhere.png', width: side, height: side },
        { id: 4, file_name: 'nothing-on-it.png' },
      ],
      annotations: [1, 1, 2, 3].map((image_id, index) => ({
        ...{ image_id, category_id: index === 0 ? 1 : 2 },
        segmentation: [square(index, 7)],
      })),
      categories: [
        { id: 1, name: 'Nerve' },
        { id: 2, name: 'Vessel' },
      ],
    })

    const [item] = await attach(session, [join(folderWith({ 'coco.json': text }), 'coco.json')])

    expect(item).toMatchObject({
      ...{ outcome: 'partly', masks: 2, slices: 1, images: ['image-0'], imageCount: 1, unmatchedCount: 2 },
      notes: [{ note: 'clipped', count: 2 }],
      unmatched: [
        { name: 'image-1.png', reason: '99 x 8 pixels there, and 8 x 8 in the project' },
        { name: 'elsewhere.png', reason: 'no picture or slice of the project has this name' },
      ].map(({ name, reason }) => ({ name, reason: expect.stringContaining(reason) as string })),
    })
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve', 'Vessel'])
  })

  test('of a label map have the names and colours of the list beside it', async () => {
    const { session } = await smallProject(1)
    const folder = folderWith({
      'image-0_mask.png': pngWith(side, side, [1, 0, 0, 1, 1], [4, 4, 4, 6, 6]),
      'labels.txt': '1 0 0 0 1 1 1 "Nerve"\n4 250 20 120 1 1 1 "Artery"\n',
    })

    const [item] = await attach(session, [join(folder, 'image-0_mask.png')])

    expect(item).toMatchObject({ outcome: 'attached', masks: 2 })
    const [, artery] = session.store.labels.list()
    expect(artery).toMatchObject({
      name: 'Artery',
      colour: labelPalette.findIndex(([red, green]) => red === 0xf4 && green === 0x72) + 1,
    })
  })

  test('of an instance map are objects of one label where that is asked for', async () => {
    const { session, slices } = await smallProject(1)
    const folder = folderWith({
      'image-0.png': pngWith(side, side, [1, 0, 0, 1, 1], [2, 4, 4, 6, 6], [3, 0, 6, 1, 7]),
    })

    await attach(session, [join(folder, 'image-0.png')], { objectsOf: 'Nerve' })

    const [slice = 0] = slices
    expect(session.store.annotations.ofSlice(slice).map(({ labelId }) => labelId)).toEqual([1, 1, 1])
  })

  test('of a photograph are refused with what to do', async () => {
    const { session } = await smallProject(0)
    const noise = tensor(
      'uint16',
      [20, 20],
      Uint16Array.from({ length: 400 }, (_, at) => at),
    )
    const folder = folderWith({ 'a/photo.png': pngWith(20, 20), 'b/photo.png': writePng(noise) })
    await addImages(session, join(folder, 'a/photo.png'))

    const [item] = await attach(session, [join(folder, 'b/photo.png')])

    expect(item).toMatchObject({ outcome: 'refused', masks: 0 })
    expect(item?.error?.message).toContain('as in a photograph')
    const wide = tensor(
      'uint16',
      [20, 60],
      Uint16Array.from({ length: 1200 }, (_, at) => Math.floor(at / 5) + 1),
    )
    await addImages(session, join(folderWith({ 'cells.png': pngWith(60, 20) }), 'cells.png'))
    const [cells] = await attach(session, [
      join(folderWith({ 'cells_mask.png': writePng(wide) }), 'cells_mask.png'),
    ])
    expect(cells?.error?.message).toContain('more than 200 different values without names')
    expect(session.store.labels.list()).toHaveLength(1)
  })

  test('of a locked label are refused, and the rest goes on', async () => {
    const { session } = await smallProject(2)
    session.store.labels.change(1, { isLocked: true })
    const shape = {
      label: 'Nerve',
      points: [
        [0, 0],
        [3, 0],
        [3, 3],
      ],
    }
    const folder = folderWith({
      'a.json': JSON.stringify({ shapes: [shape], imagePath: 'image-0.png' }),
      'b.json': JSON.stringify({ shapes: [{ ...shape, label: 'Other' }], imagePath: 'image-1.png' }),
    })

    const items = await attach(session, [folder])

    expect(items.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['refused', 'LABEL_LOCKED'],
      ['attached', undefined],
    ])
  })

  test('of a folder leave its images alone', async () => {
    const { session } = await smallProject(1)
    const folder = folderWith({
      'images/image-0.png': pngWith(side, side, [9, 0, 0, 4, 4]),
      'masks/image-0.png': pngWith(side, side, [1, 0, 0, 1, 1]),
      'readme.txt': 'nothing',
      'report.json': '{"event":"report"}',
    })

    const events = await labelEvents(session, [folder])

    expect(events.filter(({ event }) => event === 'item')).toMatchObject([{ outcome: 'attached', masks: 1 }])
    expect(events.at(-1)).toMatchObject({ event: 'report', files: 1, masks: 1, refused: 0, unmatched: 0 })
  })

  test('are not taken from the images of the project themselves', async () => {
    const { session } = await smallProject(1)
    const [series] = session.store.series.list()

    const [item] = await attach(session, [session.pathOf(series?.path ?? '')])

    expect(item?.error?.message).toContain('it is an image of this project itself')
  })

  test('leave proposals and drawn masks as they are', async () => {
    const { session, slices } = await smallProject(1)
    const [slice = 0] = slices
    const stored = session.store.slices.get(slice)
    if (!stored) throw new Error('no slice')
    session.store.annotations.put(slice, measured(drawing(0, 12), stored))
    session.store.annotations.put(slice, measured({ ...drawing(20, 30), status: 'proposal' }, stored))
    const before = session.store.annotations.ofSlice(slice)
    const folder = folderWith({ 'image-0_mask.png': pngWith(side, side, [7, 0, 0, 1, 1]) })

    const [item] = await attach(session, [folder])

    expect(item).toMatchObject({ masks: 1, kept: 1 })
    expect(session.store.annotations.ofSlice(slice).slice(0, 2)).toEqual(before)
  })
})

describe('the palette', () => {
  test('is that of the page', () => {
    const css = readFileSync(
      join(import.meta.dirname, '../../../../src/renderer/src/styles/tokens.css'),
      'utf8',
    )
    const colours = [...css.matchAll(/--label-\d: #([0-9a-f]{6});/g)].map(([, hex = '']) => hex).slice(0, 8)

    expect(labelPalette.map(rgb => rgb.map(part => part.toString(16).padStart(2, '0')).join(''))).toEqual(
      colours,
    )
  })
})
