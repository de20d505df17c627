import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeBytes } from '../../../../src/main/codecs'
import { projectOf } from '../reviews/review-project'
import { niftiVolume } from '../slice-files'
import { addVolume, draw, exported, finish } from './export-project'

const box = { x0: 1, y0: 2, x1: 3, y1: 3 }

/** A gzipped-free NRRD of 6 x 5 x 3 voxels, oblique and left-handed, in RAS. */
const obliqueNrrd = Buffer.concat([
  Buffer.from(
    [
      'NRRD0004',
      'type: short',
      'dimension: 3',
      'space: right-anterior-superior',
      'sizes: 6 5 3',
      'space directions: (0.6,0.8,0) (-0.8,0.6,0) (0.1,0.05,-2.5)',
      'space origin: (-10.123456789,20.5,1e-3)',
      'encoding: raw',
      'endian: little\n\n',
    ].join('\n'),
  ),
  Buffer.alloc(6 * 5 * 3 * 2),
])

async function projectWith(name: string, bytes: Uint8Array, size: readonly [number, number, number]) {
  const { session } = await projectOf([])
  const labels = ['Liver', 'Line\nbreak \\ lesion'].map(label => session.store.labels.add(label))
  const planes = addVolume(session, { name, bytes, size })
  draw(session, planes[1] ?? 0, { label: labels[1]?.id ?? 0, box })
  finish(session, ...planes)
  return session
}

describe('NRRD segmentations', () => {
  it('lie where an oblique, left-handed NRRD lies, to the last digit', async () => {
    const session = await projectWith('scan.nrrd', obliqueNrrd, [6, 5, 3])

    const { report } = await exported(session, 'nrrd')

    const file = join(report.folder, 'labels/scan.nrrd.seg.nrrd')
    const [written, source] = await Promise.all([
      decodeBytes(readFileSync(file), file, 'labels'),
      decodeBytes(obliqueNrrd, 'scan.nrrd', 'labels'),
    ])
    expect(written.affine).toEqual(source.affine)
    expect(written.spacingMm).toEqual(source.spacingMm)
    expect([written.pixels.dtype, written.pixels.shape]).toEqual(['uint8', [3, 5, 6]])
    const set = Array.from(written.pixels.data, Number).flatMap((value, at) => (value === 2 ? [at] : []))
    expect(set).toEqual([2, 3].flatMap(y => [1, 2, 3].map(x => 30 + 6 * y + x)))
  })

  it('name and colour their segments as 3D Slicer reads them, one line each', async () => {
    const session = await projectWith('scan.nrrd', obliqueNrrd, [6, 5, 3])

    const { report } = await exported(session, 'nrrd')

    const bytes = readFileSync(join(report.folder, 'labels/scan.nrrd.seg.nrrd'))
    const lines = bytes.subarray(0, bytes.indexOf('\n\n')).toString('utf8').split('\n')
    expect(lines.slice(0, 1)).toEqual(['NRRD0005'])
    expect(lines).toContain('space: left-posterior-superior')
    expect(lines).toContain('space origin: (10.123456789,-20.5,0.001)')
    expect(lines).toContain('Segment0_Name:=Liver')
    expect(lines).toContain('Segment1_Name:=Line\\nbreak \\\\ lesion')
    expect(lines).toContain('Segment1_LabelValue:=2')
    expect(lines).toContain('Segment1_Extent:=0 5 0 4 0 2')
    expect(lines.find(line => line.startsWith('Segment0_Color:='))).toMatch(/^Segment0_Color:=0\.13\d* 0\.8/)
  })

  it('have no place where the source has none, and the spacing that it has', async () => {
    const unplaced = niftiVolume([6, 5, 3], () => 1, { spacing: [0.5, 0.75, 3] })
    const placed = niftiVolume([6, 5, 3], () => 1, { spacing: [0.5, 0.75, 3], directions: ['L', 'S', 'A'] })
    const session = await projectWith('plain.nii', unplaced, [6, 5, 3])
    finish(session, ...addVolume(session, { name: 'placed.nii', bytes: placed, size: [6, 5, 3] }))

    const { report } = await exported(session, 'nrrd', { options: { values: 'objects' } })

    const file = join(report.folder, 'labels/placed.nii.nrrd')
    const written = await decodeBytes(readFileSync(file), file, 'labels')
    expect(written.directions).toEqual(['L', 'S', 'A'])
    expect(written.spacingMm).toEqual([3, 0.75, 0.5])
    expect(readFileSync(file).toString('latin1')).not.toContain('Segment')
  })

  it('are the same bytes each time', async () => {
    const session = await projectWith('scan.nrrd', obliqueNrrd, [6, 5, 3])

    const [first, second] = [await exported(session, 'nrrd'), await exported(session, 'nrrd')]

    expect(first.report.files[0]?.file).toBe('labels/scan.nrrd.seg.nrrd')
    expect(first.report.files[0]?.sha256).toBe(second.report.files[0]?.sha256)
  })
})
