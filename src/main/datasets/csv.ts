import { AppError } from '../../shared/errors'
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
 * @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE or NOT_TEXT
 */
export async function readTable(file: string): Promise<Table> {
  const [header = [], ...rows] = tableLines(await readText(file)).map(({ cells }) => cells)
  return { columns: header.map(cell => cell.toLowerCase()), rows }
}

/** @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE or NOT_TEXT */
export async function readText(file: string): Promise<string> {
  const bytes = await bytesOf(file)
  const [first, second] = bytes
  // What spreadsheets call Unicode text
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.some(isNoLetter)) throw new AppError('NOT_TEXT', { file })
  return new TextDecoder().decode(bytes)
}

/** Control characters but tab, line ends and the end mark of DOS. */
function isNoLetter(byte: number): boolean {
  return byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 0x1a
}

/**
 * The lines of a comma-separated table that are not blank. Spreadsheets put a byte order mark in front, and semicolons
 * where the comma is the decimal sign: such numbers come out with a point.
 */
export function tableLines(text: string): TableLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const separator = separatorOf(lines.find(line => line.trim() !== '' && !line.trim().startsWith('#')) ?? '')
  return lines
    .map((line, index) => ({ line: index + 1, ...splitCells(line, separator) }))
    .filter(({ cells }) => cells.some(cell => cell !== ''))
    .map(line => (separator === ';' ? { ...line, cells: line.cells.map(withPoint) } : line))
}

const decimalComma = /^([+-]?\d*),(\d+)$/

function withPoint(cell: string): string {
  return cell.replace(decimalComma, '$1.$2')
}

/** Semicolons where every comma between them is that of a number. */
function separatorOf(line: string): ',' | ';' {
  const cells = line.replace(/"[^"]*"/g, '').split(';')
  return cells.length > 1 && cells.every(cell => !cell.includes(',') || decimalComma.test(cell.trim()))
    ? ';'
    : ','
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
