import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, it } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'
import { measured } from '../../../../src/main/projects/edit-slice'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { zooFolder } from '../codecs/zoo'
import { readLabels } from '../label-sources/read-labels'
import { projectOf } from '../reviews/review-project'
import { niftiVolume } from '../slice-files'
import { addVolume, exported, finish, imported } from './export-project'

const labels = ['Liver', '病变 2'] as const

/** Draws each label of a map as one object of its slice. */
function paint(session: ProjectSession, slice: number, map: Uint8Array): void {
  const stored = session.store.slices.get(slice)
  if (!stored) throw new Error(`There is no slice ${slice}`)
  labels.forEach((name, index) => {
    const mask = map.map(value => Number(value === index + 1))
    if (!mask.includes(1)) return
    const label = session.store.labels.byName(name)
    const draft: AnnotationDraft = {
      ...{ id: null, labelId: label?.id ?? 0, runs: encodeRuns(mask), status: 'accepted', origin: 'drawn' },
      ...{ prompt: null, predictedIou: null, model: null },
    }
    session.store.annotations.put(slice, measured(draft, stored))
  })
  finish(session, slice)
}

async function emptyProject(): Promise<ProjectSession> {
  const { session } = await projectOf([])
  for (const name of labels) session.store.labels.add(name)
  return session
}

/** The only file of an export that ends so. */
async function fileOf(session: ProjectSession, format: string, end: string) {
  const { report } = await exported(session, format)
  expect(report.skipped).toEqual([])
  const found = report.files.find(({ file }) => file.endsWith(end))
  if (!found) throw new Error(`${format} has no ${end}`)
  return { bytes: readFileSync(join(report.folder, found.file)), file: found.file }
}

const maps = (pixels: number) => fc.uint8Array({ minLength: pixels, maxLength: pixels, max: 2 })
const runs = { numRuns: 8 }

describe('what was exported is read again by the readers of labels', () => {
  const [width, height, depth] = [7, 5, 3]
  it.prop([maps(width * height * depth), fc.constantFrom('nifti', 'nrrd', 'nnunet')], runs)(
    'as a label volume with every voxel',
    async (voxels, format) => {
      const session = await emptyProject()
      const bytes = niftiVolume([width, height, depth], () => 0, { directions: ['P', 'S', 'L'] })
      const planes = addVolume(session, { name: 'scan', bytes, size: [width, height, depth] })
      planes.forEach((slice, plane) =>
        paint(session, slice, voxels.subarray(plane * width * height, (plane + 1) * width * height)),
      )

      const end = { nifti: 'scan.nii.gz', nrrd: '.seg.nrrd', nnunet: 'labelsTr/scan.nii.gz' }[format]
      const written = await fileOf(session, format, end)
      const { layers } = await readLabels(written.bytes, written.file, 'grid')

      expect(layers).toHaveLength(1)
      expect(Array.from(layers[0]?.labels.pixels.data ?? [], Number)).toEqual([...voxels])
      expect(layers[0]?.labels.directions).toEqual(['P', 'S', 'L'])
      const names = [...(layers[0]?.names ?? [])].map(([value, { name }]) => [value, name])
      expect(names).toEqual(format === 'nrrd' ? labels.map((name, index) => [index + 1, name]) : [])
    },
  )

  it.prop([maps(24 * 16)], runs)('as COCO with every object', async map => {
    const { session, slices } = await projectOf([90])
    for (const name of labels) session.store.labels.add(name)
    paint(session, slices[0] ?? 0, map)

    const written = await fileOf(session, 'coco', 'annotations.json')
    const { pictures } = await readLabels(written.bytes, written.file, 'pictures')
    const drawn = await pictures[0]?.draw({ width: 24, height: 16 })

    const back = new Uint8Array(map.length)
    for (const { label, runs: own } of drawn?.objects ?? []) {
      const value = 1 + labels.findIndex(name => name === label.name)
      decodeRuns(own, map.length).forEach((set, at) => set === 1 && (back[at] = value))
    }
    expect([...back]).toEqual([...map])
  })

  it.prop([maps(64 * 64 * 2)], { numRuns: 4 })('as DICOM SEG with every pixel of each frame', async map => {
    fc.pre(map.some(value => value > 0)) // nothing drawn is no segmentation
    const session = await emptyProject()
    const [slices = []] = await imported(session, join(zooFolder, 'dicom/emri_small.dcm'))
    const size = 64 * 64
    for (const plane of [0, 1])
      paint(session, slices[3 * plane] ?? 0, map.subarray(plane * size, (plane + 1) * size))

    const written = await fileOf(session, 'dicom-seg', '.dcm')
    const { frames, segments } = await readLabels(written.bytes, written.file, 'frames')

    const back = new Uint8Array(map.length)
    for (const { segment, instanceFrame, values } of frames) {
      const plane = ((instanceFrame ?? 0) - 1) / 3
      const value = 1 + labels.findIndex(name => name === segments.get(segment ?? 0)?.name)
      Array.from(values()).forEach((set, at) => set === 1 && (back[plane * size + at] = value))
    }
    expect([...back]).toEqual([...map])
  })
})
