import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { tensor } from '../../../../src/core/tensor/tensor'
import { decodeBytes, readNiftiHeader, writePng } from '../../../../src/main/codecs'
import { zooFolder } from '../codecs/zoo'
import { addPicture, projectOf } from '../reviews/review-project'
import { niftiVolume } from '../slice-files'
import { addVolume, draw, exported, finish, imported, readJson } from './export-project'

const DataSet = z.strictObject({
  channel_names: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.int()),
  numTraining: z.int(),
  file_ending: z.string(),
  name: z.string(),
  description: z.string(),
  release: z.string(),
})
const dataSetIn = (folder: string, name: string) => readJson(join(folder, name, 'dataset.json'), DataSet)
const notesIn = (folder: string) =>
  readJson(join(folder, 'report.json'), z.looseObject({ notes: z.array(z.string()) })).notes

const ct = niftiVolume([6, 5, 3], (x, y, k) => -1000 + 100 * x + 10 * y + k, {
  ...{ type: 'float32', spacing: [0.5, 0.75, 3], directions: ['L', 'P', 'S'] },
})
const size = [6, 5, 3] as const
const box = { x0: 1, y0: 2, x1: 3, y1: 3 }

async function ctProject(done = 3) {
  const { session } = await projectOf([])
  const labels = ['Liver', 'background'].map(name => session.store.labels.add(name).id)
  const planes = addVolume(session, { name: 'scan', bytes: ct, size })
  draw(session, planes[1] ?? 0, { label: labels[1] ?? 0, box })
  finish(session, ...planes.slice(0, done))
  return { session, labels }
}

const valuesOf = async (file: string): Promise<number[]> =>
  Array.from((await decodeBytes(readFileSync(file), file, 'stored')).pixels.data, Number)

describe('a raw data set of nnU-Net', () => {
  it('has an image and its labels on one grid, the bytes of a NIfTI file untouched', async () => {
    const { session } = await ctProject()

    const { report } = await exported(session, 'nnunet', { options: { dataset: '042' } })

    const folder = join(report.folder, 'Dataset042_Review')
    expect(report.files.map(({ file }) => file)).toEqual([
      'Dataset042_Review/imagesTr/scan_0000.nii.gz',
      'Dataset042_Review/labelsTr/scan.nii.gz',
      'Dataset042_Review/dataset.json',
      'report.json',
    ])
    const image = readFileSync(join(folder, 'imagesTr/scan_0000.nii.gz'))
    expect(gunzipSync(image).equals(Buffer.from(ct))).toBe(true)
    const labels = readFileSync(join(folder, 'labelsTr/scan.nii.gz'))
    expect(readNiftiHeader(labels, 'a').affine).toEqual(readNiftiHeader(image, 'b').affine)
    const set = (await valuesOf(join(folder, 'labelsTr/scan.nii.gz'))).flatMap((v, at) =>
      v === 2 ? [at] : [],
    )
    expect(set).toEqual([2, 3].flatMap(y => [1, 2, 3].map(x => 30 + 6 * y + x)))
    expect(dataSetIn(report.folder, 'Dataset042_Review')).toMatchObject({
      ...{ channel_names: { '0': 'CT' }, numTraining: 1, file_ending: '.nii.gz' },
      // A label class may be called what nnU-Net keeps for itself.
      labels: { background: 0, Liver: 1, 'background 2': 2 },
    })
  })

  it('marks planes that nobody has done as such, and says so for each volume', async () => {
    const { session } = await ctProject(2)

    const { report, events } = await exported(session, 'nnunet')

    const labels = await valuesOf(join(report.folder, 'Dataset001_Review/labelsTr/scan.nii.gz'))
    expect(labels.slice(60)).toEqual(Array(30).fill(3))
    expect(labels.slice(0, 60)).not.toContain(3)
    expect(dataSetIn(report.folder, 'Dataset001_Review').labels).toEqual({
      ...{ background: 0, Liver: 1, 'background 2': 2, ignore: 3 },
    })
    expect(events[0]).toMatchObject({ limits: [{ kind: 'partly-ignored', count: 1, names: ['scan'] }] })
    expect(notesIn(report.folder)).toContain(
      'scan: 2 of 3 planes are done; the others are marked "ignore" in its labels.',
    )
  })

  it('has background on such planes where that is asked for', async () => {
    const { session } = await ctProject(2)

    const { report } = await exported(session, 'nnunet', { options: { unfinished: 'background' } })

    const labels = await valuesOf(join(report.folder, 'Dataset001_Review/labelsTr/scan.nii.gz'))
    expect(new Set(labels)).toEqual(new Set([0, 2]))
    expect(dataSetIn(report.folder, 'Dataset001_Review').labels).not.toHaveProperty('ignore')
    expect(notesIn(report.folder)[0]).toContain('background')
  })

  it('puts held-out cases with the test cases, and pictures into a set of their own', async () => {
    const { session } = await ctProject()
    const colours = tensor(
      'uint8',
      [16, 24, 3],
      Uint8Array.from({ length: 1152 }, (_, at) => at % 251),
    )
    const grey = tensor('uint16', [16, 24], Uint16Array.from({ length: 384 }, (_, at) => 300 * at % 65_536)) // prettier-ignore
    const pictures = [addPicture(session, 'a', writePng(colours)), addPicture(session, 'b', writePng(grey))]
    finish(session, ...pictures)
    session.store.settings.set('held-out-groups', ['b'])

    const { report } = await exported(session, 'nnunet')

    expect(report.skipped).toEqual([])
    expect(report.files.map(({ file }) => file).filter(file => file.startsWith('Dataset002'))).toEqual([
      'Dataset002_Review_pictures/imagesTr/a_0000.png',
      'Dataset002_Review_pictures/labelsTr/a.png',
      'Dataset002_Review_pictures/imagesTs/b_0000.png',
      'Dataset002_Review_pictures/labelsTs/b.png',
      'Dataset002_Review_pictures/dataset.json',
    ])
    expect(dataSetIn(report.folder, 'Dataset002_Review_pictures')).toMatchObject({
      ...{ channel_names: { '0': 'R', '1': 'G', '2': 'B' }, numTraining: 1, file_ending: '.png' },
    })
    const folder = join(report.folder, 'Dataset002_Review_pictures')
    const spread = await valuesOf(join(folder, 'imagesTs/b_0000.png'))
    expect(spread).toEqual([...grey.data].flatMap(value => [value, value, value]))
    expect(await valuesOf(join(folder, 'imagesTr/a_0000.png'))).toEqual([...colours.data])
  })

  it('writes a DICOM series in Hounsfield units where it lies, and refuses volumes in colours', async () => {
    const { session } = await projectOf([])
    const [series = []] = await imported(session, join(zooFolder, 'dicom-series-ct'))
    const [colour = []] = await imported(session, join(zooFolder, 'dicom/SC_rgb_rle_16bit_2frame.dcm'))
    session.store.labels.add('Liver')
    finish(session, ...series, ...colour)

    const { report } = await exported(session, 'nnunet')

    expect(report.skipped).toMatchObject([{ code: 'UNUSABLE_SLICE' }])
    expect(report.skipped[0]?.message).toContain('colours')
    const [first] = report.files
    const file = join(report.folder, first?.file ?? '')
    const written = await decodeBytes(readFileSync(file), file, 'stored')
    expect([written.pixels.dtype, written.pixels.shape, written.scale]).toEqual([
      'int16',
      [3, 512, 512],
      null,
    ])
    expect(written.directions).toEqual(['L', 'P', 'S'])
    // Air
    expect(Math.min(...Array.from(written.pixels.data.subarray(0, 5000), Number))).toBeLessThan(-900)
  })

  it('takes three digits for its number', async () => {
    const { session } = await ctProject()

    await expect(exported(session, 'nnunet', { options: { dataset: '7' } })).rejects.toThrow(/dataset/)
  })
})
