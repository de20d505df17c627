import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { itemsOf, readDataSet } from '../../../../src/main/codecs/dicom-data-set'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { zooFolder } from '../codecs/zoo'
import { readLabels } from '../label-sources/read-labels'
import { addPicture, projectOf } from '../reviews/review-project'
import { imagePng, temporaryFolder } from '../slice-files'
import { filledBox } from '../support/plain-finder'
import { draw, exported, finish, imported } from './export-project'

const ctSlices = ['01.dcm', '02.dcm', '03.dcm'].map(name => join(zooFolder, 'dicom-series-ct', name))
const [width, height] = [512, 512]
const box = { x0: 100, y0: 200, x1: 163, y1: 210 }
const hole = { x0: 120, y0: 203, x1: 125, y1: 206 }
const overlap = { x0: 160, y0: 205, x1: 180, y1: 230 }

/** The CT series with a liver on two of its three planes, and a lesion that overlaps it. */
async function ctProject() {
  const { session } = await projectOf([])
  const [slices = []] = await imported(session, ...ctSlices)
  const [liver, lesion] = ['Liver', '病变\\Läsion'].map(name => session.store.labels.add(name).id)
  draw(session, slices[0] ?? 0, { label: liver ?? 0, box, hole })
  draw(session, slices[2] ?? 0, { label: liver ?? 0, box: overlap })
  const change = { origin: 'model', model: 'efficientsam-ti-medical' } as const
  draw(session, slices[0] ?? 0, { label: lesion ?? 0, box: overlap, change })
  finish(session, ...slices)
  return { session, slices }
}

async function exportedFile(session: ProjectSession, options = {}) {
  const { report } = await exported(session, 'dicom-seg', { options })
  const [written] = report.files
  if (!written) throw new Error(`Nothing was written: ${JSON.stringify(report.skipped)}`)
  const bytes = readFileSync(join(report.folder, written.file))
  return { report, bytes, name: written.file, data: readDataSet(bytes, written.file) }
}

describe('DICOM segmentations', () => {
  it('have a frame for each segment on each plane, holes and overlaps kept, read back pixel for pixel', async () => {
    const { session } = await ctProject()

    const { bytes, name } = await exportedFile(session)

    const { frames, segments, series } = await readLabels(bytes, name, 'frames')
    expect(series).toBe(readDataSet(readFileSync(ctSlices[0] ?? ''), 'a').string('x0020000e'))
    expect([...segments].map(([number, segment]) => [number, segment.name])).toEqual([
      [1, 'Liver'],
      [2, '病变/Läsion'],
    ])
    expect(frames.map(({ segment }) => segment)).toEqual([1, 1, 2])
    const liver = filledBox(box, width, height)
    filledBox(hole, width, height).forEach((value, at) => value === 1 && (liver[at] = 0))
    const other = filledBox(overlap, width, height)
    for (const [index, mask] of [liver, other, other].entries()) {
      expect(Buffer.compare(Uint8Array.from(frames[index]?.values() ?? []), mask)).toBe(0)
    }
  })

  it('name the images they were drawn on, lie where these lie, and share their frame of reference', async () => {
    const { session } = await ctProject()

    const { data, name } = await exportedFile(session)

    expect(name).toMatch(/^segmentations\/.+\.dcm$/)
    // The files are numbered by place from top to bottom; the project has them from bottom to top.
    const sources = ctSlices.map(file => readDataSet(readFileSync(file), file))
    const byPlace = [...sources].sort((a, b) => Number(zOf(a)) - Number(zOf(b)))
    for (const tag of ['x0020000d', 'x00200052']) expect(data.string(tag)).toBe(sources[0]?.string(tag))
    const frames = itemsOf(data, 'x52009230')
    const positions = frames.map(frame => itemsOf(frame, 'x00209113')[0]?.string('x00200032'))
    expect(positions).toEqual([0, 2, 0].map(plane => byPlace[plane]?.string('x00200032')))
    const instances = frames.map(frame => {
      const [derivation] = itemsOf(frame, 'x00089124')
      return derivation && itemsOf(derivation, 'x00082112')[0]?.string('x00081155')
    })
    expect(instances).toEqual([0, 2, 0].map(plane => byPlace[plane]?.string('x00080018')))
    const [shared] = itemsOf(data, 'x52009229')
    const orientation = shared && itemsOf(shared, 'x00209116')[0]?.string('x00200037')
    expect(orientation).toBe(sources[0]?.string('x00200037'))
  })

  it('say who drew, what it means, and that segments overlap', async () => {
    const { session } = await ctProject()

    const { data } = await exportedFile(session)

    expect(data.string('x00620001')).toBe('BINARY')
    expect(data.string('x00620013')).toBe('YES')
    const [liver, lesion] = itemsOf(data, 'x00620002')
    const codeOf = (segment = data) => {
      const [type] = itemsOf(segment, 'x0062000f')
      return [type?.string('x00080102'), type?.string('x00080100')]
    }
    expect([liver?.string('x00620008'), codeOf(liver)]).toEqual(['MANUAL', ['SCT', '10200004']])
    expect(lesion?.string('x00620008')).toBe('SEMIAUTOMATIC')
    expect(lesion?.string('x00620009')).toBe('efficientsam-ti-medical')
    expect(codeOf(lesion)).toEqual(['99SLICETUNE', expect.stringMatching(/^[0-9A-F]{12}$/)])
  })

  it('leave the patient out unless asked to keep him', async () => {
    const { session } = await ctProject()
    const patient = readDataSet(readFileSync(ctSlices[0] ?? ''), 'a').string('x00100020') ?? ''
    expect(patient).not.toBe('')

    const without = await exportedFile(session)
    const kept = await exportedFile(session, { patient: true })

    expect(kept.data.string('x00100020')).toBe(patient)
    const isRemovedInSource = kept.data.string('x00120062') === 'YES'
    expect(without.data.string('x00100020') ?? '').toBe(isRemovedInSource ? patient : '')
    expect(without.data.string('x00120062')).toBe('YES')
  })

  it('have the same UIDs each time, and another instance UID when a mask has changed', async () => {
    const { session, slices } = await ctProject()
    const uids = async () => {
      const { data } = await exportedFile(session)
      return { series: data.string('x0020000e'), instance: data.string('x00080018') }
    }

    const [first, again] = [await uids(), await uids()]
    draw(session, slices[1] ?? 0, { label: session.store.labels.list()[0]?.id ?? 0, box })
    const changed = await uids()

    expect(again).toEqual(first)
    expect(first.series).toMatch(/^2\.25\.\d{1,39}$/)
    expect(changed.series).toBe(first.series)
    expect(changed.instance).not.toBe(first.instance)
  })

  it('refuse what is no DICOM by name, say so beforehand, and go on', async () => {
    const { session } = await ctProject()
    finish(session, addPicture(session, 'photo.png', imagePng()))

    const { events, report } = await exported(session, 'dicom-seg')

    expect(events[0]).toMatchObject({
      event: 'limits',
      limits: [{ kind: 'not-dicom', names: ['photo.png'] }],
    })
    expect(report.skipped).toMatchObject([{ name: 'photo.png', code: 'UNUSABLE_SLICE' }])
    expect(report.skipped[0]?.message).toContain('no DICOM')
    expect(report.files).toHaveLength(2)
  })

  it.each([
    ['DX_mono1_dx_image.dcm', 'an X-ray that lies nowhere', null, false],
    ['SC_rgb_rle_16bit_2frame.dcm', 'frames that lie nowhere', null, false],
    ['emri_small.dcm', 'an enhanced image without places', null, false],
    ['CT_small.dcm', 'one slice', '5.000000', true],
  ])('of %s (%s) have what readers ask for', async (name, _, thickness, isPlaced) => {
    const { session } = await projectOf([])
    const [slices = []] = await imported(session, join(zooFolder, 'dicom', name))
    const label = session.store.labels.add('Bone').id
    for (const slice of slices) draw(session, slice, { label, box: { x0: 1, y0: 2, x1: 5, y1: 3 } })
    finish(session, ...slices)

    const { data } = await exportedFile(session)

    const dimensions = itemsOf(data, 'x00209222')
    const indices = itemsOf(data, 'x52009230').map(frame => {
      const [content] = itemsOf(frame, 'x00209111')
      return Array.from({ length: (content?.elements['x00209157']?.length ?? 0) / 4 }, (_index, at) =>
        content?.uint32('x00209157', at),
      )
    })
    // As many as there are dimensions, and no two frames alike.
    expect(indices).toEqual(slices.map((_slice, plane) => [1, plane + 1]))
    expect(dimensions).toHaveLength(2)
    const [shared = data] = itemsOf(data, 'x52009229')
    // Readers want spacing and thickness, or neither.
    const measures = itemsOf(shared, 'x00289110')
    expect(measures.map(item => item.string('x00180050'))).toEqual(thickness === null ? [] : [thickness])
    expect(itemsOf(shared, 'x00209116')).toHaveLength(isPlaced ? 1 : 0)
  })

  it('take the distance of slices for their thickness where the source does not say it', async () => {
    const { session } = await projectOf([])
    // (0018,0050) becomes (0018,0051), which means nothing.
    const files = ctSlices.map(file => {
      const bytes = readFileSync(file)
      const at = bytes.indexOf(Buffer.of(0x18, 0, 0x50, 0))
      expect(at).toBeGreaterThan(132)
      bytes.writeUInt8(0x51, at + 2)
      return [basename(file), bytes] as const
    })
    const [slices = []] = await imported(session, temporaryFolder(Object.fromEntries(files)))
    draw(session, slices[1] ?? 0, { label: session.store.labels.add('Liver').id, box })
    finish(session, ...slices)

    const { data } = await exportedFile(session)

    const [shared = data] = itemsOf(data, 'x52009229')
    const [measures = data] = itemsOf(shared, 'x00289110')
    expect(measures.string('x00180050')).toBe('1')
  })

  it('name frames of images that have several, and images that lie nowhere', async () => {
    const { session } = await projectOf([])
    const names = ['emri_small.dcm', 'examples_ybr_color.dcm']
    const series = await imported(session, ...names.map(name => join(zooFolder, 'dicom', name)))
    const label = session.store.labels.add('Bone').id
    for (const slices of series) {
      draw(session, slices[1] ?? slices[0] ?? 0, { label, box: { x0: 1, y0: 2, x1: 5, y1: 3 } })
      finish(session, ...slices)
    }

    const { report } = await exported(session, 'dicom-seg')

    expect(report.skipped).toEqual([])
    for (const [index, { file }] of report.files
      .filter(({ file: name }) => name !== 'report.json')
      .entries()) {
      const { frames } = await readLabels(readFileSync(join(report.folder, file)), file, 'frames')
      expect(frames).toHaveLength(1)
      expect(frames[0]?.instanceFrame).toBe((series[index]?.length ?? 0) > 1 ? 2 : null)
      expect(Array.from(frames[0]?.values() ?? [], Number).filter(value => value === 1)).toHaveLength(10)
    }
  })
})

const zOf = (data: ReturnType<typeof readDataSet>): string | undefined =>
  data.string('x00200032')?.split('\\')[2]
