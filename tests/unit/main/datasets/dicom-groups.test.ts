import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { discoverDataset } from '../../../../src/main/datasets'
import { imagePng, maskPng, temporaryFolder } from '../slice-files'

const zoo = join(import.meta.dirname, '../../../fixtures/zoo')
const [image, mask] = [imagePng(), maskPng()]

it('takes the slices of a DICOM series as those of its patient', async () => {
  const dicom = (name: string): Uint8Array => readFileSync(join(zoo, name))
  const folder = temporaryFolder({
    'images/a.dcm': dicom('dicom-series-ct/01.dcm'),
    'images/b.dcm': dicom('dicom-series-ct/02.dcm'),
    'images/c.dcm': dicom('dicom-series-mr/4467.dcm'),
    'images/d.png': image,
    ...Object.fromEntries(['a', 'b', 'c', 'd'].map(name => [`masks/${name}.png`, mask])),
  })

  const { slices, groupNotes } = await discoverDataset(folder)
  const byRule = await discoverDataset(folder, { group: '^[ab]' })

  const [a = '', b, c, d] = slices.map(({ group }) => group)
  expect(a).toMatch(/^patient-[0-9a-f]{12}$/)
  expect([b, d]).toEqual([a, 'images/d.png'])
  expect(c).toMatch(/^patient-/)
  expect(c).not.toBe(a)
  expect(groupNotes.join()).toContain('1 image says nothing about patients')
  // What a person says counts more than what the file says.
  expect(byRule.slices.map(({ group }) => group)).toEqual(['a', 'b', c, 'images/d.png'])
})
