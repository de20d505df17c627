import { expect, test } from 'vitest'
import { filterOf, groupItems } from '../../../src/renderer/src/components/import/group-items'
import { reportTable } from '../../../src/renderer/src/components/import/report-table'
import { commonFolder, folderName, formatName } from '../../../src/renderer/src/composables/paths'
import type { ImportedItem } from '../../../src/shared/contract/imports'

const item = (file: string, rest: Partial<ImportedItem> = {}): ImportedItem => ({
  event: 'item',
  file,
  outcome: 'ready',
  slices: 1,
  notes: [],
  error: null,
  ...rest,
})
const damaged = { code: 'CORRUPT_FILE', message: 'It is damaged.' }

test('pictures of one folder and format are one row; failures and volumes stand alone', () => {
  const groups = groupItems([
    item('/d/raw/HC/1.png'),
    item('/d/raw/HC/2.png'),
    item('/d/raw/MR/3.png'),
    item('/d/raw/a.nii.gz', { slices: 34 }),
    item('/d/raw/b.nii.gz', { slices: 34 }),
    item('/d/raw/HC/4.png', { outcome: 'failed', slices: 0, error: damaged }),
    item('/d/raw/HC/5.png', { outcome: 'failed', slices: 0, error: damaged }),
  ])

  expect(groups.map(({ folder, files, slices }) => [folder, files.length, slices])).toEqual([
    ['HC/', 2, 2],
    ['MR/', 1, 1],
    ['', 1, 34],
    ['', 1, 34],
    ['HC/', 1, 0],
    ['HC/', 1, 0],
  ])
})

test('files that are no images are one row, formats that others read are named', () => {
  const skipped = { outcome: 'not-supported', slices: 0 } as const
  const groups = groupItems([
    item('/d/Thumbs.db', skipped),
    item('/d/a.dcm', skipped),
    item('/d/notes.docx', skipped),
    item('/d/b.dcm', skipped),
  ])

  expect(groups.map(({ files }) => files)).toEqual([
    ['Thumbs.db', 'notes.docx'],
    ['a.dcm', 'b.dcm'],
  ])
})

test('what differs in what is to be known is not one row', () => {
  const groups = groupItems([item('/d/1.png', { notes: ['no-spacing'] }), item('/d/2.png'), item('/d/3.png')])
  expect(groups.map(({ files }) => files.length)).toEqual([1, 2])
})

test('an orientation that nobody knows asks for a look, a missing spacing only informs', () => {
  expect(filterOf({ outcome: 'ready', notes: ['unknown-orientation'] })).toBe('look')
  expect(filterOf({ outcome: 'ready', notes: ['no-spacing'] })).toBe('read')
  expect(filterOf({ outcome: 'known', notes: [] })).toBe('read')
  expect(filterOf({ outcome: 'failed', notes: [] })).toBe('skipped')
})

test('the saved report survives quotes, and no name becomes a formula', () => {
  const table = reportTable([
    item('=cmd|x.png', { outcome: 'failed', slices: 0, error: { code: 'CORRUPT_FILE', message: 'a, "b"' } }),
    item('/d/头围.png', { notes: ['no-spacing', 'own-group'] }),
  ])

  expect(table.split('\r\n')).toEqual([
    'file,outcome,slices,notes,code,message',
    `'=cmd|x.png,failed,0,,CORRUPT_FILE,"a, ""b"""`,
    '/d/头围.png,ready,1,no-spacing own-group,,',
  ])
})

test('paths of both systems give names, formats and what they share', () => {
  expect(['/home/u/raw/', 'C:\\Daten\\Kopf 2026', '/'].map(folderName)).toEqual(['raw', 'Kopf 2026', '/'])
  expect(['a.png', 'b.nii.gz', 'c.NII', 'README', 'x.tar.gz', '.hidden'].map(formatName)).toEqual([
    ...['PNG', 'NIfTI', 'NIfTI', '', 'GZ', 'HIDDEN'],
  ])
  expect(commonFolder(['/d/raw/a/1.png', '/d/raw/ab/2.png'])).toBe('/d/raw/')
  expect(commonFolder(['C:\\d\\1.png', 'C:\\d\\2.png'])).toBe('C:\\d\\')
  expect(commonFolder(['/a/1.png', '/b/2.png'])).toBe('/')
  expect(commonFolder([])).toBe('')
})

test('the reason of a failure names the file as the row does, without the folder that all share', () => {
  const [, group] = groupItems([
    item('/d/raw/HC/1.png'),
    item('/d/raw/MR/2.png', {
      outcome: 'failed',
      error: { code: 'CORRUPT_FILE', message: '/d/raw/MR/2.png is damaged: it is empty.' },
    }),
  ])
  expect(group?.error?.message).toBe('MR/2.png is damaged: it is empty.')
})

test('a sentence names its file as the row does, not by a path that is nowhere', () => {
  const message = '/home/li/我的 数据/mixed/sub/a b.nii.gz is damaged: it is empty.'
  const error = { code: 'CORRUPT_FILE', message }
  const [, failed] = groupItems([
    item('mixed/1.png'),
    item('mixed/sub/a b.nii.gz', { outcome: 'failed', slices: 0, error }),
  ])

  expect(failed?.error?.message).toBe('sub/a b.nii.gz is damaged: it is empty.')
})
