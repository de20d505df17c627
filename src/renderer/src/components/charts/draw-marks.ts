import type uPlot from 'uplot'
import type { Chart } from './chart'
import { lastOf } from './chart'

/** Reads colours of tokens.css as they are at the moment. */
export type ColourOf = (token: string) => string

interface Pen {
  readonly context: CanvasRenderingContext2D
  readonly plot: uPlot
  readonly colour: ColourOf
  readonly ratio: number
  readonly font: string
}

/** What uPlot does not draw: the level, the best epoch, and labels at the ends of the lines. */
export function drawMarks(
  plot: uPlot,
  chart: Chart,
  { colour, ratio, font }: Omit<Pen, 'context' | 'plot'>,
): void {
  const pen: Pen = { context: plot.ctx, plot, colour, ratio, font }
  plot.ctx.save()
  plot.ctx.font = font
  plot.ctx.textBaseline = 'middle'
  drawLevel(pen, chart)
  drawBest(pen, chart)
  drawEnds(pen, chart)
  plot.ctx.restore()
}

function drawLevel({ context, plot, colour, ratio }: Pen, { level }: Chart): void {
  if (!level) return
  const { left, width } = plot.bbox
  const y = plot.valToPos(level.value, 'y', true)
  context.strokeStyle = colour('--c-base')
  context.lineWidth = ratio
  context.setLineDash([2 * ratio, 3 * ratio])
  context.beginPath()
  context.moveTo(left, y)
  context.lineTo(left + width, y)
  context.stroke()
  context.setLineDash([])
  context.fillStyle = colour('--text-2')
  context.textAlign = 'left'
  context.fillText(level.label, left + width + 6 * ratio, y)
}

function drawBest({ context, plot, colour, ratio }: Pen, { best, lines }: Chart): void {
  if (!best) return
  const { top, height, left, width } = plot.bbox
  const x = plot.valToPos(best.x, 'x', true)
  const at = plot.data[0].indexOf(best.x)
  const value = best.line === null ? null : (lines[best.line]?.values[at] ?? null)
  context.fillStyle = colour('--text-2')
  if (value === null) {
    context.strokeStyle = colour('--text-3')
    context.lineWidth = ratio
    context.setLineDash([2 * ratio, 3 * ratio])
    context.beginPath()
    context.moveTo(x, top)
    context.lineTo(x, top + height)
    context.stroke()
    context.setLineDash([])
    const isRight = x > left + 0.75 * width
    context.textAlign = isRight ? 'right' : 'left'
    context.fillText(best.label, x + (isRight ? -6 : 6) * ratio, top + 8 * ratio)
    return
  }
  const y = plot.valToPos(value, 'y', true)
  const size = 5 * ratio
  context.strokeStyle = colour(lines[best.line ?? 0]?.colour ?? '--c-val')
  context.fillStyle = colour('--bg-panel')
  context.lineWidth = 1.5 * ratio
  context.beginPath()
  context.moveTo(x, y - size)
  context.lineTo(x + size, y)
  context.lineTo(x, y + size)
  context.lineTo(x - size, y)
  context.closePath()
  context.fill()
  context.stroke()
}

/** Labels that would touch are moved apart, the higher one upwards. */
function drawEnds({ context, plot, colour, ratio }: Pen, { lines, format, x }: Chart): void {
  const ends = lines.flatMap(line => {
    const last = lastOf(line)
    const at = last ? x[last.index] : undefined
    if (!last || at === undefined) return []
    const place = { x: plot.valToPos(at, 'x', true), y: plot.valToPos(last.value, 'y', true) }
    return [{ line, ...place, text: [line.label, format(last.value)].filter(Boolean).join(' ') }]
  })
  ends.sort((a, b) => a.y - b.y)
  let below = -Infinity
  for (const end of ends) {
    const y = Math.max(end.y, below + 16 * ratio)
    below = y
    context.fillStyle = colour(end.line.colour)
    context.beginPath()
    context.arc(end.x, end.y, 3 * ratio, 0, 2 * Math.PI)
    context.fill()
    const needed = context.measureText(end.text).width + 12 * ratio
    const isLeft = end.x + needed > context.canvas.width
    context.textAlign = isLeft ? 'right' : 'left'
    context.fillText(end.text, end.x + (isLeft ? -8 : 8) * ratio, isLeft ? y - 12 * ratio : y)
  }
}
