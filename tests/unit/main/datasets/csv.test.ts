import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tableLines } from '../../../../src/main/datasets'
import { readTable } from '../../../../src/main/datasets/csv'
import { temporaryFolder } from '../slice-files'

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

  it('knows its lines and the quotes that are never closed', () => {
    expect(tableLines('a\n\n"b,c')).toEqual([
      { line: 1, cells: ['a'], isUnclosed: false },
      { line: 3, cells: ['b,c'], isUnclosed: true },
    ])
  })
})
