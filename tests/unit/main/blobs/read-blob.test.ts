import { describe, expect, test } from 'vitest'
import { numbersOf } from '../../../../src/core/imaging/picture'
import { tensor } from '../../../../src/core/tensor/tensor'
import { createDraw } from '../../../../src/main/blobs/draw-task'
import { readBlob } from '../../../../src/main/blobs/read-blob'
import { decodeBytes, writePng } from '../../../../src/main/codecs'
import { editSlice } from '../../../../src/main/projects/edit-slice'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import type { ReviewProject } from '../reviews/review-project'
import { addPicture, projectOf } from '../reviews/review-project'
import { pngWith, writeFiles } from '../support/folders'

const [width, height] = [24, 16]

const blobOf = async (
  { projects, session }: ReviewProject,
  kind: 'pixels' | 'thumbnail',
  id: number | string,
) => readBlob({ projects, draw: createDraw() }, { kind, project: session.id, id: String(id) })

/** [height, width, 3] */
async function thumbnailOf(project: ReviewProject, slice: number): Promise<Float64Array> {
  const { type, bytes } = await blobOf(project, 'thumbnail', slice)
  expect(type).toBe('image/png')
  const { pixels } = await decodeBytes(bytes, 'thumbnail.png', 'image')
  expect(pixels.shape).toEqual([height, width, 3])
  return numbersOf(pixels)
}

function draw({ session }: ReviewProject, slice: number, mask: Uint8Array): void {
  const draft: AnnotationDraft = {
    ...{ id: null, labelId: 1, runs: encodeRuns(mask), prompt: null, predictedIou: null, model: null },
    ...({ status: 'accepted', origin: 'drawn' } as const),
  }
  editSlice(session, { slice, edit: { action: 'draw', put: [draft], remove: [], spentMs: 0 }, by: '' })
}

const rectangle = (): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)]
    return x >= 2 && x <= 8 && y >= 2 && y <= 8 ? 1 : 0
  })

describe('pixels', () => {
  test('are the true values of the slice', async () => {
    const project = await projectOf([])
    const values = Uint16Array.from({ length: width * height }, (_, at) => at * 100)
    const slice = addPicture(project.session, 'deep.png', writePng(tensor('uint16', [height, width], values)))

    const { bytes, type, fileName } = await blobOf(project, 'pixels', slice)

    expect([type, fileName]).toEqual(['application/octet-stream', null])
    expect(new Uint16Array(bytes.buffer)).toEqual(values)
  })

  test('have three channels in a colour picture, without alpha', async () => {
    const project = await projectOf([])
    const values = Uint8Array.from({ length: width * height * 4 }, (_, at) => at % 251)
    const slice = addPicture(
      project.session,
      'colour.png',
      writePng(tensor('uint8', [height, width, 4], values)),
    )

    const { bytes } = await blobOf(project, 'pixels', slice)

    expect(bytes).toEqual(values.filter((_, at) => at % 4 !== 3))
  })
})

describe('a thumbnail', () => {
  test('shows the slice under its window', async () => {
    const project = await projectOf([])
    const values = Uint16Array.from({ length: width * height }, (_, at) => (at % width) * 1000)
    const slice = addPicture(project.session, 'deep.png', writePng(tensor('uint16', [height, width], values)))
    const edit = { action: 'window', put: [], remove: [], spentMs: 0 } as const
    const window = { centre: 10_000, width: 2 }
    editSlice(project.session, { slice, edit: { ...edit, put: [], remove: [], window }, by: '' })

    const rgb = await thumbnailOf(project, slice)

    const firstRow = Array.from({ length: width }, (_, x) => rgb[x * 3])
    expect(firstRow).toEqual(Array.from({ length: width }, (_, x) => (x < 10 ? 0 : 255)))
  })

  test('has its masks filled and outlined in the colours of their labels, and changes with them', async () => {
    const project = await projectOf([])
    const slice = addPicture(
      project.session,
      'black.png',
      writePng(tensor('uint8', [height, width], new Uint8Array(width * height))),
    )
    project.session.store.labels.add('Nerve')
    const at = (rgb: Float64Array, x: number, y: number): number[] => [
      ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
    ]
    expect(at(await thumbnailOf(project, slice), 5, 5)).toEqual([0, 0, 0])

    draw(project, slice, rectangle())

    const rgb = await thumbnailOf(project, slice)
    expect(at(rgb, 2, 5)).toEqual([0x22, 0xd3, 0xee])
    expect(at(rgb, 5, 5)).toEqual([0x22, 0xd3, 0xee].map(value => Math.round(value * 0.4)))
    expect(at(rgb, 12, 5)).toEqual([0, 0, 0])
    project.session.write([slice], store => store.labels.change(1, { isHidden: true }))
    expect(at(await thumbnailOf(project, slice), 5, 5)).toEqual([0, 0, 0])
  })

  test('is small, and keeps sight of the smallest object', async () => {
    const project = await projectOf([])
    const [wide, high] = [1000, 500]
    const { session } = project
    const slice = addPicture(
      session,
      'large.png',
      writePng(tensor('uint8', [high, wide], new Uint8Array(wide * high))),
    )
    session.store.labels.add('Nerve')
    const mask = new Uint8Array(wide * high)
    mask[250 * wide + 503] = 1
    const box = { x0: 503, y0: 250, x1: 503, y1: 250 }
    const draft = { labelId: 1, runs: encodeRuns(mask), status: 'accepted', origin: 'drawn' } as const
    const rest = { id: null, prompt: null, predictedIou: null, model: null, areaPx: 1, box }
    session.write([slice], store =>
      store.annotations.put(slice, { ...draft, ...rest, runs: [...draft.runs] }),
    )

    const { bytes } = await blobOf(project, 'thumbnail', slice)

    const { pixels } = await decodeBytes(bytes, 'thumbnail.png', 'image')
    expect(pixels.shape).toEqual([80, 160, 3])
    expect([...numbersOf(pixels)].filter(value => value > 0)).toEqual([0x22, 0xd3, 0xee])
  })

  test('is drawn once, also when many ask for it at once, and again after a failure', async () => {
    const project = await projectOf([100])
    const [slice = 0] = project.slices
    const [first, second] = await Promise.all([
      blobOf(project, 'thumbnail', slice),
      blobOf(project, 'thumbnail', slice),
    ])

    expect(first.bytes).toBe(second.bytes)
    const damaged = addPicture(project.session, 'damaged.png', new Uint8Array(9))
    await expect(blobOf(project, 'thumbnail', damaged)).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
    writeFiles(project.session.folder, { 'images/damaged.png': pngWith(width, height, [9, 1, 1, 2, 2]) })
    expect((await blobOf(project, 'thumbnail', damaged)).type).toBe('image/png')
  })
})

test('of many thumbnails the one that was asked for last comes next', async () => {
  const project = await projectOf([100, 100, 100, 100])
  const order: number[] = []

  await Promise.all(
    project.slices.map(async slice => {
      await blobOf(project, 'thumbnail', slice)
      order.push(slice)
    }),
  )

  const [first, second, third, fourth] = project.slices
  expect(order).toEqual([first, fourth, third, second])
})

test.each([['0'], ['-1'], ['1.5'], ['99'], ['x'], ['1e3']])('there is no slice %s', async id => {
  const project = await projectOf([100])

  for (const kind of ['pixels', 'thumbnail'] as const) {
    await expect(blobOf(project, kind, id)).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
  }
})
