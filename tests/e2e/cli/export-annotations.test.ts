import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeBytes } from '../../../src/main/codecs'
import type { SegmentFrame } from '../../../src/main/label-sources'
import { readLabels } from '../../unit/main/label-sources/read-labels'
import { runCli } from './run-cli'

const zoo = join(import.meta.dirname, '../../fixtures/zoo/dicom-series-ct')

let home = ''
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'slicetune-cli-exports-'))
  mkdirSync(join(home, 'ct'))
  for (const name of ['01.dcm', '02.dcm', '03.dcm']) copyFileSync(join(zoo, name), join(home, 'ct', name))
  await run('create', project())
  await run('import', project(), '--from', join(home, 'ct'))
  await run('labels', project(), '--from', join(zoo, 'liver.dcm'))
}, 120_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

const project = (): string => join(home, 'livers')
const run = (...args: string[]) =>
  runCli(['project', ...args], { env: { SLICETUNE_HOME: join(home, 'user') } })

async function exported(format: string, options = 'slices=accepted') {
  const out = join(home, format)
  const place = ['--format', format, '--options', options, '--out', out]
  const { code, stderr: said } = await run('export', project(), ...place, '--json')
  expect(code, said).toBe(0)
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name !== 'report.json')
    .map(entry => join(entry.parentPath, entry.name))
  return { said, files }
}

const bytesOf = (frame: SegmentFrame): Buffer => Buffer.from(Uint8Array.from(frame.values()))

describe('exports of a DICOM segmentation that another program made', () => {
  test('as DICOM SEG have its frames, pixel for pixel', async () => {
    const { files } = await exported('dicom-seg')

    const [file = ''] = files
    const own = await readLabels(readFileSync(file), file, 'frames')
    const given = await readLabels(readFileSync(join(zoo, 'liver.dcm')), 'liver.dcm', 'frames')
    expect(files).toHaveLength(1)
    expect(own.series).toBe(given.series)
    const drawn = given.frames.filter(frame => bytesOf(frame).includes(1))
    expect(own.frames).toHaveLength(drawn.length)
    for (const frame of drawn) {
      const same = own.frames.find(({ instance }) => instance === frame.instance)
      expect(same && bytesOf(same).equals(bytesOf(frame))).toBe(true)
      const shift = same?.place?.origin.map((value, axis) => value - (frame.place?.origin[axis] ?? NaN))
      // The other program rounds to a thousandth of a millimetre.
      expect(Math.hypot(...(shift ?? [NaN]))).toBeLessThan(1e-3)
    }
  })

  test('as NIfTI and NRRD hold the same voxels in the same place', async () => {
    const volumes = await Promise.all(
      ['nifti', 'nrrd'].map(async format => {
        const [file = ''] = (await exported(format)).files
        return decodeBytes(readFileSync(file), file, 'labels')
      }),
    )

    const [nifti, nrrd] = volumes
    expect(Buffer.from(Uint8Array.from(nifti?.pixels.data ?? [], Number)).includes(1)).toBe(true)
    expect(nifti?.pixels.data).toEqual(nrrd?.pixels.data)
    const rounded = volumes.map(volume => volume.affine?.map(row => row.map(value => value.toFixed(3))))
    expect(rounded[0]).toEqual(rounded[1])
  })

  test('as polygons say before anything is written that holes are filled', async () => {
    const { said } = await exported('labelme', 'shape=polygons,slices=accepted')

    const [warning, begin] = ['polygons cannot hold them', 'Exporting: 0 %'].map(words => said.indexOf(words))
    expect(warning).toBeGreaterThanOrEqual(0)
    expect(warning).toBeLessThan(begin ?? -1)
  })
})
