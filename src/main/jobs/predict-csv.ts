import type { Prompt, PromptPoint } from '../../shared/domain/prompt'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import { tableLines } from '../datasets'

/** One object to segment, as a line (or several lines of points) of a csv asks for it. */
export interface PromptRow {
  /** Line in the csv, counted from 1; of the first point where there are several */
  readonly line: number
  /** As written in the csv: a path, a file name or a stem */
  readonly image: string
  /** Slice of a volume, counted from 0; null for pictures */
  readonly slice: number | null
  /** Value in the label map */
  readonly label: number
  readonly prompt: Prompt
}

const boxColumns = ['image', 'x0', 'y0', 'x1', 'y1', 'label', 'slice'] as const
const pointColumns = ['image', 'x', 'y', 'sign', 'label', 'slice'] as const
type Column = (typeof boxColumns)[number] | (typeof pointColumns)[number]

/** Largest value of a 16-bit label map. */
const largestLabel = 65_535

/**
 * Boxes: `image,x0,y0,x1,y1[,label][,slice]`, with or without a header line. Unlabelled boxes of a slice are numbered
 * from 1 in their order.
 *
 * @throws AppError PROMPT_FILE_INVALID naming the line
 */
export function parseBoxes(text: string, file: string): PromptRow[] {
  const rows = readRows(text, file, { columns: boxColumns, needed: 5 })
  const numbers = new Numbering(file)
  return rows.map(row => {
    const [x0, y0, x1, y1] = [row.number('x0'), row.number('y0'), row.number('x1'), row.number('y1')]
    if (x1 < x0) row.refuse(`x1 (${x1}) lies left of x0 (${x0})`)
    if (y1 < y0) row.refuse(`y1 (${y1}) lies above y0 (${y0})`)
    const place = placeOf(row)
    const label = numbers.labelOf(row, place)
    return { line: row.line, ...place, label, prompt: { box: { x0, y0, x1, y1 }, points: [] } }
  })
}

/**
 * Points: `image,x,y[,sign,label][,slice]`. Points of one label on one slice are one object; without a label all
 * points of a slice are. The sign is `1` or `+` for "in the object", `0`, `-1` or `-` for "not in it".
 *
 * @throws AppError PROMPT_FILE_INVALID naming the line
 */
export function parsePoints(text: string, file: string): PromptRow[] {
  const objects = new Map<string, PromptRow & { prompt: { points: PromptPoint[] } }>()
  for (const row of readRows(text, file, { columns: pointColumns, needed: 3 })) {
    const place = placeOf(row)
    const label = row.label() ?? 1
    const point: PromptPoint = { x: row.number('x'), y: row.number('y'), sign: signOf(row) }
    const key = keyOf(place, label)
    const object = objects.get(key) ?? { line: row.line, ...place, label, prompt: { box: null, points: [] } }
    object.prompt.points.push(point)
    objects.set(key, object)
  }
  for (const { line, label, prompt } of objects.values()) {
    if (prompt.points.every(point => point.sign === 'negative')) {
      refuse(file, line, `object ${label} has negative points only, so nothing says where it is`)
    }
  }
  return [...objects.values()]
}

function signOf(row: Row): PromptPoint['sign'] {
  const sign = row.text('sign')
  if (['', '1', '+', '+1', 'positive'].includes(sign)) return 'positive'
  if (['0', '-', '-1', 'negative'].includes(sign)) return 'negative'
  return row.refuse(`the sign "${sign}" is neither 1 (in the object) nor 0 (not in it)`)
}

interface Place {
  readonly image: string
  readonly slice: number | null
}

function placeOf(row: Row): Place {
  const image = row.text('image')
  if (image === '') row.refuse('the image is missing')
  if (row.text('slice') === '') return { image, slice: null }
  const slice = row.number('slice')
  return Number.isInteger(slice) && slice >= 0
    ? { image, slice }
    : row.refuse(`the slice ${slice} is not a whole number from 0`)
}

/** `scans/a.png`, `a.png` and `a` are the same image. */
function keyOf({ image, slice }: Place, label?: number): string {
  return JSON.stringify([stemOf(image), slice, label])
}

/** Labels of boxes: given in every row, or counted per slice; a mix could give two boxes the same value. */
class Numbering {
  readonly #file: string
  readonly #counts = new Map<string, number>()
  #labelled: boolean | null = null

  constructor(file: string) {
    this.#file = file
  }

  labelOf(row: Row, place: Place): number {
    const label = row.label()
    this.#labelled ??= label !== null
    if (this.#labelled !== (label !== null)) {
      refuse(this.#file, row.line, 'some rows have a label and some have none; give one to all or to none')
    }
    if (label !== null) return label
    const key = keyOf(place)
    const next = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, next)
    return next
  }
}

/** One line, its cells by the name of their column. */
class Row {
  readonly line: number
  readonly #file: string
  readonly #cells: ReadonlyMap<Column, string>

  constructor(file: string, line: number, cells: ReadonlyMap<Column, string>) {
    this.#file = file
    this.line = line
    this.#cells = cells
  }

  text(column: Column): string {
    return this.#cells.get(column) ?? ''
  }

  number(column: Column): number {
    const text = this.text(column)
    const value = Number(text)
    if (text === '') this.refuse(`${column} is missing`)
    return Number.isFinite(value) ? value : this.refuse(`${column} is "${text}", which is not a number`)
  }

  label(): number | null {
    if (this.text('label') === '') return null
    const label = this.number('label')
    const fits = Number.isInteger(label) && label >= 1 && label <= largestLabel
    return fits ? label : this.refuse(`the label ${label} is not a whole number from 1 to ${largestLabel}`)
  }

  refuse(reason: string): never {
    return refuse(this.#file, this.line, reason)
  }
}

interface Layout {
  readonly columns: readonly Column[]
  /** How many of the first columns every row must have */
  readonly needed: number
}

function readRows(text: string, file: string, { columns, needed }: Layout): Row[] {
  const lines = tableLines(text)
  const unclosed = lines.find(({ isUnclosed }) => isUnclosed)
  if (unclosed) refuse(file, unclosed.line, 'a quote is opened and never closed')
  const records = lines.filter(({ cells }) => !cells[0]?.startsWith('#'))
  if (records[0]?.cells[0]?.includes('\t')) {
    refuse(file, records[0].line, 'its columns are separated by tabs; separate them by commas or semicolons')
  }
  const first = records[0]?.cells.map(cell => cell.toLowerCase()) ?? []
  const hasHeader = first.includes('image')
  const order = hasHeader ? headerOrder(first, file, { columns, needed }) : columns
  const body = hasHeader ? records.slice(1) : records
  if (body.length === 0) refuse(file, 1, 'there are no rows')
  return body.map(({ line, cells }) => {
    if (cells.length < needed) {
      refuse(file, line, `it has ${cells.length} columns; ${columns.slice(0, needed).join(',')} are needed`)
    }
    if (cells.length > order.length)
      refuse(file, line, `it has ${cells.length} columns, ${order.length} are known`)
    return new Row(file, line, new Map(cells.map((cell, index) => [order[index] ?? 'image', cell])))
  })
}

function headerOrder(header: readonly string[], file: string, { columns, needed }: Layout): Column[] {
  const missing = columns.slice(0, needed).find(column => !header.includes(column))
  if (missing !== undefined) refuse(file, 1, `the column ${missing} is missing`)
  return header.map(name => {
    const column = columns.find(candidate => candidate === name)
    return column ?? refuse(file, 1, `there is no column ${name}; known are ${columns.join(',')}`)
  })
}

function refuse(file: string, line: number, reason: string): never {
  throw new AppError('PROMPT_FILE_INVALID', { file, line, reason })
}
