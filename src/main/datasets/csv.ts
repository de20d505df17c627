import { bytesOf } from '../codecs'

/** Rows of a table by the names of its columns. */
export interface Table {
  /** Lower case, blanks at the ends removed */
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** One line of a table. */
export interface TableLine {
  /** Counted from 1 */
  readonly line: number
  /** Blanks at the ends removed */
  readonly cells: readonly string[]
  /** A quote is opened and never closed: the last cell is what follows it */
  readonly isUnclosed: boolean
}

/**
 * Reads a table with a header line.
 *
 * @throws AppError FILE_NOT_FOUND or FILE_UNREADABLE
 */
export async function readTable(file: string): Promise<Table> {
  const [header = [], ...rows] = tableLines(await readText(file)).map(({ cells }) => cells)
  return { columns: header.map(cell => cell.toLowerCase()), rows }
}

/** @throws AppError FILE_NOT_FOUND or FILE_UNREADABLE */
export async function readText(file: string): Promise<string> {
  return new TextDecoder().decode(await bytesOf(file))
}

/**
 * The lines of a comma-separated table that are not blank. Spreadsheets put a byte order mark in front, and semicolons
 * where the comma is the decimal sign.
 */
export function tableLines(text: string): TableLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const first = lines.find(line => line.trim() !== '') ?? ''
  const separator = first.includes(';') && !first.includes(',') ? ';' : ','
  return lines
    .map((line, index) => ({ line: index + 1, ...splitCells(line, separator) }))
    .filter(({ cells }) => cells.some(cell => cell !== ''))
}

/** A cell in double quotes may hold the separator, and a doubled quote stands for one (RFC 4180). */
function splitCells(text: string, separator: string): Omit<TableLine, 'line'> {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? ''
    if (letter === '"' && quoted && text[index + 1] === '"') {
      cell += '"'
      index++
    } else if (letter === '"' && (quoted || cell.trim() === '')) quoted = !quoted
    else if (letter === separator && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += letter
  }
  return { cells: [...cells, cell].map(one => one.trim()), isUnclosed: quoted }
}
