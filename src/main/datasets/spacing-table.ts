import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isAppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import { readTable } from './csv'
import type { PixelSpacing } from './records'

/** Pixel sizes of pictures by file name and by stem. */
export type SpacingTable = ReadonlyMap<string, PixelSpacing>

const nameColumn = /^(file[ _]?name|file|image|name)$/
const sizeColumn = /pixel[ _]?size|spacing/

/**
 * Collects pixel sizes from every table in the given folders that has a column for the file name and one for the
 * pixel size in mm (`filename,pixel size(mm)`, also `spacing_x` and `spacing_y`). Other tables are passed over.
 */
export async function readSpacingTables(folders: readonly string[]): Promise<SpacingTable> {
  const spacings = new Map<string, PixelSpacing>()
  for (const folder of folders) {
    const names = (await readdir(folder).catch(() => [])).filter(name => name.toLowerCase().endsWith('.csv'))
    for (const name of names.sort()) await addTable(join(folder, name), spacings)
  }
  return spacings
}

async function addTable(file: string, spacings: Map<string, PixelSpacing>): Promise<void> {
  const table = await readTable(file).catch((error: unknown) => {
    if (isAppError(error) && error.code === 'NOT_TEXT') return null
    throw error
  })
  if (table === null) return
  const { columns, rows } = table
  const named = columns.findIndex(column => nameColumn.test(column))
  const sizes = columns.flatMap((column, index) => (sizeColumn.test(column) ? [index] : []))
  const [x, y = x] = inOrderXY(columns, sizes)
  if (named < 0 || x === undefined || y === undefined) return
  for (const row of rows) {
    const spacing = { y: Number(row[y]), x: Number(row[x]) }
    const image = row[named]
    if (
      !image ||
      !(spacing.x > 0 && Number.isFinite(spacing.x)) ||
      !(spacing.y > 0 && Number.isFinite(spacing.y))
    )
      continue
    spacings.set(image, spacing)
    spacings.set(stemOf(image), spacing)
  }
}

function inOrderXY(columns: readonly string[], sizes: readonly number[]): number[] {
  const ending = (letter: string): number | undefined =>
    sizes.find(index => new RegExp(`[ _(]${letter}\\b|${letter}$`).test(columns[index] ?? ''))
  const [x, y] = [ending('x'), ending('y')]
  return x !== undefined && y !== undefined ? [x, y] : sizes.slice(0, 1)
}
