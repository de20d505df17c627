import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeBytes, readNiftiHeader } from '../../../../src/main/codecs'
import { niftiGrid } from '../../../../src/main/codecs/nifti-template'
import { zooFolder } from '../codecs/zoo'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import type { ImportedItem } from '../../../../src/shared/contract/imports'
import { folderWith } from '../support/folders'
import { smallProject } from '../support/small-project'

async function importAll(
  session: ProjectSession,
  paths: readonly string[],
  copy: boolean,
): Promise<ImportedItem[]> {
  const items: ImportedItem[] = []
  for await (const event of importFiles(session, { paths, copy }))
    if (event.event === 'item') items.push(event)
  return items
}

const ct = join(zooFolder, 'dicom-series-ct')
const series = join(zooFolder, 'dicom-series-mr')
const names = ['4467', '4528', '4558', '4588', '4618', '4648', '4678']

function folderOf(files: readonly (readonly [from: string, to: string])[]): string {
  const folder = folderWith({})
  mkdirSync(folder, { recursive: true })
  for (const [from, to] of files) copyFileSync(from, join(folder, to))
  return folder
}

/** The same slice 20 mm lower. */
function moved(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  const at = text.indexOf('\x20\x00\x32\x00')
  const [, z = ''] = /\\(-?[\d.]+) *$/.exec(text.slice(at + 8, at + 8 + bytes.readUInt32LE(at + 4))) ?? []
  const from = text.indexOf(z, at)
  bytes.write((Number(z) + 20).toFixed(6).slice(0, z.length).padEnd(z.length), from, 'latin1')
  return bytes
}

describe('a DICOM series of a file a slice', () => {
  it.each([true, false])('becomes one volume, copied: %s', async copy => {
    const { session } = await smallProject(0)
    expect(await importAll(session, [series], copy)).toMatchObject([
      { outcome: 'ready', slices: 7, error: null },
    ])
    const [volume] = session.store.series.list()
    expect(volume).toMatchObject({ kind: 'volume', planes: 7, axis: 2, isCopied: true })
    expect(volume?.group).toMatch(/^patient-/)
    const path = join(session.folder, volume?.path ?? '')
    const { pixels, affine, spacingMm, directions } = await decodeBytes(readFileSync(path), path, 'stored')
    expect(pixels.shape).toEqual([7, 16, 16])
    // Projections around a patient: they have an order, and no place in space.
    expect([spacingMm, affine, directions]).toEqual([null, null, null])
    const stored = await Promise.all(
      names.map(async name =>
        (await decodeBytes(readFileSync(join(series, `${name}.dcm`)), name, 'stored')).pixels.data.join(),
      ),
    )
    const byInstance = [2, 1, 3, 0, 4, 6, 5].map(index => stored[index])
    const planes = Array.from({ length: 7 }, (_, z) => pixels.data.slice(z * 256, (z + 1) * 256).join())
    expect(planes).toEqual(byInstance)
    expect(await importAll(session, [series], copy)).toMatchObject([{ outcome: 'known' }])
  })

  it('says which slices are missing or double', async () => {
    const { session } = await smallProject(0)
    const folder = folderOf(['01', '02', '03'].map(name => [join(ct, `${name}.dcm`), `${name}.dcm`]))
    copyFileSync(join(ct, '01.dcm'), join(folder, '0again.dcm'))
    // Two slices further on than the last one: the position is text of one length.
    writeFileSync(join(folder, '09.dcm'), moved(readFileSync(join(ct, '03.dcm'))))

    const [item] = await importAll(session, [folder], false)

    expect(item).toMatchObject({ outcome: 'ready', slices: 4 })
    expect(item?.notes).toEqual(expect.arrayContaining(['gaps', 'duplicates']))
  })

  it('is looked at with the window of its file', async () => {
    const { session } = await smallProject(0)
    const folder = folderOf(['01', '02', '03'].map(name => [join(ct, `${name}.dcm`), `${name}.dcm`]))
    await importAll(session, [folder, join(zooFolder, 'dicom/MR_small_jp2klossless.dcm')], false)

    const windows = session.store.slices.summaries().map(({ id }) => session.store.slices.get(id)?.window)

    const softTissue = { centre: 40, width: 400 }
    expect(windows).toEqual([softTissue, softTissue, softTissue, { centre: 600, width: 1600 }])
  })

  it('gives its label volumes the place of its slices', async () => {
    const { session } = await smallProject(0)
    await importAll(session, [join(zooFolder, 'dicom-series-ct')], false)
    const volume = session.store.series
      .list()
      .find(({ planes, name }) => planes === 3 && !name.includes('seg'))
    const path = join(session.folder, volume?.path ?? '')

    const header = readNiftiHeader(await niftiGrid(path), path)

    const { affine } = await decodeBytes(readFileSync(path), path, 'stored')
    expect(header.dimensions).toEqual([512, 512, 3])
    header.affine?.flat().forEach((value, index) => {
      expect(value).toBeCloseTo(affine?.flat()[index] ?? NaN, 3)
    })
  })
})
