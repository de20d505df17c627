import { bytesOf } from '../codecs'

/** Rows of a table by the names of its columns. */
export interface Table {
  /** Lower case, blanks at the ends removed */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * Reads a comma-separated table with a header line; cells may be quoted ("" is a quote within one).
 *
 * @throws AppError FILE_NOT_FOUND or FILE_UNREADABLE
 */
export async function readTable(file: string): Promise<Table> {
  const text = new TextDecoder().decode(await bytesOf(file))
  const [header = [], ...rows] = text
    .split(/\r\n|\n|\r/)
    .filter(line => line.trim() !== '')
    .map(cellsOf)
  return { columns: header.map(cell => cell.toLowerCase()), rows }
}

function cellsOf(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))/g)
  return [...cells].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? (plain ?? '').trim())
}
