import type { Tensor } from '../../core/tensor/tensor'
import type { Prompt } from '../../shared/domain/prompt'
import type { DisplayImage } from './display-image'
import { displayImage } from './display-image'
import { chartColours, sliceColours } from './palette'
import { renderPng } from './render-png'
import type { Frame, MaskLayer } from './slice-panel'
import { slicePanel } from './slice-panel'
import { document, element, fitText, text, wrapText } from './svg'

/** What a model answered; the Dice is null where it is not known. */
export interface Answer {
  /** [height, width] of the slice, non-zero is foreground */
  readonly mask: Uint8Array
  readonly dice: number | null
}

export interface OverlayRow {
  /** Usually the file's name */
  readonly name: string
  /** See `displayImage` for the shapes that can be drawn */
  readonly image: Tensor
  readonly truth?: Uint8Array
  readonly prompt?: Prompt
  /** By the model before and after fine-tuning */
  readonly before?: Answer
  readonly after?: Answer
}

export interface OverlaySheet {
  readonly title: string
  readonly rows: readonly OverlayRow[]
  /** Names of the two columns; "Before" and "After" where not given */
  readonly columns?: readonly [before: string, after: string]
}

const gap = 16
const margin = 24
const panelWidth = 400
const captionHeight = 44
const legendHeight = 34

/** Slices one below the other: the answer before fine-tuning on the left, after it on the right. */
export function overlaySheet({ title, rows, columns = ['Before', 'After'] }: OverlaySheet): Uint8Array {
  const shown = rows.map(row => ({ row, image: displayImage(row.image) }))
  const hasBefore = rows.some(({ before }) => before !== undefined)
  const width = margin * 2 + panelWidth * (hasBefore ? 2 : 1) + (hasBefore ? gap : 0)
  const titles = wrapText(title, 17, width - 2 * margin, 2)
  const legendTop = 26 + titles.length * 22
  let y = legendTop + legendHeight
  const drawn: string[] = []
  for (const { row, image } of shown) {
    const height = panelHeight(image)
    drawn.push(...drawRow(row, image, { columns, hasBefore, y, height }))
    y += height + captionHeight
  }
  return renderPng(
    document(
      width,
      y + margin - gap,
      chartColours.background,
      ...titles.map((line, i) =>
        text(margin, 34 + i * 22, line, { size: 15, bold: true, fill: chartColours.title }),
      ),
      legend(legendTop, columns, hasBefore),
      ...drawn,
    ),
  )
}

/** One slice with everything known about it, e.g. a sample of a running epoch. */
export function overlay(row: OverlayRow): Uint8Array {
  const image = displayImage(row.image)
  const height = panelHeight(image)
  const answer = row.after ?? row.before
  const frame = { x: 0, y: 0, width: panelWidth, height }
  return renderPng(
    document(
      panelWidth,
      height + 28,
      chartColours.background,
      slicePanel({ image, layers: layersOf(row, answer, sliceColours.tuned), prompt: row.prompt }, frame),
      text(8, height + 18, fitText(`${row.name}${diceText(answer)}`, 11, panelWidth - 16), {
        size: 11,
        fill: chartColours.label,
      }),
    ),
  )
}

interface RowPlace {
  readonly columns: readonly [string, string]
  readonly hasBefore: boolean
  readonly y: number
  readonly height: number
}

function drawRow(
  row: OverlayRow,
  image: DisplayImage,
  { columns, hasBefore, y, height }: RowPlace,
): string[] {
  const cells = [
    ...(hasBefore ? [{ answer: row.before, column: columns[0], colour: sliceColours.base }] : []),
    { answer: row.after, column: columns[1], colour: sliceColours.tuned },
  ]
  return cells.map(({ answer, column, colour }, i) => {
    const x = margin + i * (panelWidth + gap)
    const frame: Frame = { x, y, width: panelWidth, height }
    const caption = `${column}${answer ? diceText(answer) : ': no answer'}`
    const style = { size: 11, fill: chartColours.label }
    return element(
      'g',
      {},
      slicePanel({ image, layers: layersOf(row, answer, colour), prompt: row.prompt }, frame),
      text(x, y + height + 17, fitText(caption, 12, panelWidth / 2), {
        ...style,
        size: 12,
        bold: true,
        fill: chartColours.title,
      }),
      text(x + panelWidth, y + height + 17, fitText(row.name, 11, panelWidth / 2 - 16), {
        ...style,
        anchor: 'end',
      }),
    )
  })
}

function layersOf({ truth }: OverlayRow, answer: Answer | undefined, colour: string): MaskLayer[] {
  return [
    ...(answer ? [{ mask: answer.mask, kind: 'prediction' as const, colour }] : []),
    ...(truth ? [{ mask: truth, kind: 'truth' as const, colour: sliceColours.truth }] : []),
  ]
}

function diceText(answer: Answer | undefined): string {
  return typeof answer?.dice === 'number' ? `: Dice ${answer.dice.toFixed(2)}` : ''
}

/** As high as the slice at full width, but no taller than wide: a sheet stays readable. */
function panelHeight({ height, width }: DisplayImage): number {
  return Math.round(Math.min(panelWidth, (panelWidth * height) / width))
}

/** Samples of the lines on a strip of the canvas, because white would not show on paper. */
function legend(y: number, columns: readonly [string, string], hasBefore: boolean): string {
  const entries = [
    { label: 'Reference', colour: sliceColours.truth, dash: '5 4', fill: false },
    ...(hasBefore ? [{ label: columns[0], colour: sliceColours.base, dash: null, fill: true }] : []),
    { label: columns[1], colour: sliceColours.tuned, dash: null, fill: true },
  ]
  return element(
    'g',
    {},
    ...entries.map(({ label, colour, dash, fill }, i) => {
      const x = margin + i * 150
      return element(
        'g',
        {},
        element('rect', { x, y, width: 36, height: 18, rx: 4, fill: sliceColours.canvas }),
        fill
          ? element('rect', { x: x + 6, y: y + 9, width: 24, height: 6, fill: colour, 'fill-opacity': 0.28 })
          : '',
        element('path', {
          d: `M${x + 6} ${y + 9}h24`,
          stroke: colour,
          'stroke-width': 1.75,
          'stroke-dasharray': dash,
        }),
        text(x + 44, y + 13, fitText(label, 11, 100), { size: 11, fill: chartColours.label }),
      )
    }),
  )
}
