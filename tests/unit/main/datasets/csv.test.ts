import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readText, tableLines } from '../../../../src/main/datasets'
import { readTable } from '../../../../src/main/datasets/csv'
import { readSpacingTables } from '../../../../src/main/datasets/spacing-table'
import { imagePng, temporaryFolder } from '../slice-files'

describe('a table', () => {
  it('may come from a spreadsheet: byte order mark, semicolons, quotes, blank lines', async () => {
    const text = '\uFEFF\r\nFile; Patient \r\n"left; ""old"".png";p 1\r\n;\r\nb.png;p2'
    const folder = temporaryFolder({ 'groups.csv': text })

    expect(await readTable(join(folder, 'groups.csv'))).toEqual({
      columns: ['file', 'patient'],
      rows: [
        ['left; "old".png', 'p 1'],
        ['b.png', 'p2'],
      ],
    })
  })

  it('is split at commas where there is one, and a lone quote within a cell is a letter', () => {
    expect(tableLines('a,b;c\n5" disc,"x,y"').map(({ cells }) => cells)).toEqual([
      ['a', 'b;c'],
      ['5" disc', 'x,y'],
    ])
  })

  it('has decimal commas between semicolons, and semicolons in names between commas', () => {
    expect(tableLines('a.png;0,5;,25;-1,5').map(({ cells }) => cells)).toEqual([
      ['a.png', '0.5', '.25', '-1.5'],
    ])
    expect(tableLines('a;b.png,1,2').map(({ cells }) => cells)).toEqual([['a;b.png', '1', '2']])
    expect(tableLines('"a,b.png";1;2').map(({ cells }) => cells)).toEqual([['a,b.png', '1', '2']])
  })

  it('is text: other bytes and folders are refused by name, and what spreadsheets call Unicode is read', async () => {
    const folder = temporaryFolder({
      'picture.csv': imagePng(),
      'wide.csv': Buffer.from('\uFEFFimage,x\nä,1', 'utf16le'),
      'inner/a.csv': '',
    })

    await expect(readText(join(folder, 'picture.csv'))).rejects.toMatchObject({
      code: 'NOT_TEXT',
      message: expect.stringContaining('picture.csv is not a text file') as string,
    })
    await expect(readText(join(folder, 'inner'))).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('it is a folder') as string,
    })
    expect(await readTable(join(folder, 'wide.csv'))).toEqual({ columns: ['image', 'x'], rows: [['ä', '1']] })
  })

  it('that is no text and lies beside the slices is passed over', async () => {
    const folder = temporaryFolder({ 'a.csv': imagePng(), 'b.csv': 'file;spacing\na.png;0,5' })

    expect(Object.fromEntries(await readSpacingTables([folder]))).toMatchObject({ a: { y: 0.5, x: 0.5 } })
  })

  it('knows its lines and the quotes that are never closed', () => {
    expect(tableLines('a\n\n"b,c')).toEqual([
      { line: 1, cells: ['a'], isUnclosed: false },
      { line: 3, cells: ['b,c'], isUnclosed: true },
    ])
  })
})
