import { scaleLinear } from 'd3-scale'
import type { ScaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { placeLabels } from './chart-labels'
import { chartColours } from './palette'
import { element, text, textWidth, wrapText } from './svg'

export interface Series {
  readonly label: string
  /** Drawn dashed, solid or dotted, so that lines are told apart without colour */
  readonly look: 'train' | 'val' | 'base' | 'other'
  /** [x, y]; a y that is null or not finite leaves a gap */
  readonly points: readonly (readonly [x: number, y: number | null])[]
  readonly axis?: 'left' | 'right'
}

export interface Axis {
  readonly label: string
  /** Fixed ends; without them the axis fits the values */
  readonly domain?: readonly [number, number]
  readonly format?: (value: number) => string
}

export interface Chart {
  readonly title: string
  readonly series: readonly Series[]
  readonly x: { readonly label: string; readonly end?: number }
  readonly left: Axis
  readonly right?: Axis
  /** A vertical dotted line with a diamond, e.g. at the best epoch */
  readonly mark?: { readonly x: number; readonly label: string }
}

export interface Size {
  readonly width: number
  readonly height: number
}

interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

type Scale = ScaleLinear<number, number>
type Point = readonly [number, number]

/** Bold letters of the font are about this much wider. */
const boldness = 1.13

const looks = {
  train: { stroke: chartColours.train, width: 1.5, dash: '5 4' },
  val: { stroke: chartColours.val, width: 2, dash: null },
  base: { stroke: chartColours.base, width: 1.5, dash: '1.5 4' },
  other: { stroke: chartColours.other, width: 1.5, dash: '9 3 2 3' },
} as const satisfies Record<Series['look'], object>

/** A line chart as an SVG group of the given size: lines labelled at their ends, no legend, no frame. */
export function lineChart(chart: Chart, { width, height }: Size): string {
  const titleLines = wrapText(chart.title, 15 * boldness, width - 32, 2)
  const marked = chart.mark === undefined ? 0 : 18
  const plot: Plot = {
    left: 64,
    right: width - (chart.right === undefined ? 16 : 60) - labelRoom(chart),
    top: 60 + Math.max(0, titleLines.length - 1) * 20 + marked,
    bottom: height - 52,
  }
  const x = xScale(chart, plot)
  const scales = {
    left: yScale(chart, 'left', plot),
    right: chart.right && yScale(chart, 'right', plot),
  }
  return element(
    'g',
    {},
    ...titleLines.map((title, i) =>
      text(16, 28 + i * 20, title, { size: 15, bold: true, fill: chartColours.title }),
    ),
    yAxis(scales.left, chart.left, plot, 'left'),
    chart.right && scales.right ? yAxis(scales.right, chart.right, plot, 'right') : '',
    xAxis(x, chart.x.label, plot),
    chart.mark ? bestMark(x(chart.mark.x), chart.mark.label, plot) : '',
    ...drawSeries(chart, x, scales, plot),
  )
}

function drawSeries(chart: Chart, x: Scale, scales: { left: Scale; right?: Scale }, plot: Plot): string[] {
  const drawn = chart.series.map(series => {
    const isRight = series.axis === 'right' && scales.right !== undefined
    const y = isRight ? scales.right : scales.left
    const format = formatOf(isRight ? chart.right : chart.left, y)
    return { series, ...drawLine(series, x, y ?? scales.left), format }
  })
  if (drawn.every(({ last }) => last === null)) {
    const [centreX, centreY] = [(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2]
    return [
      text(centreX, centreY, 'No values yet', { size: 13, fill: chartColours.caption, anchor: 'middle' }),
    ]
  }
  const labels = drawn.flatMap(({ series, last, format }) =>
    last === null
      ? []
      : [
          {
            x: last.x,
            y: last.y,
            content: `${series.label} ${format(last.value)}`,
            fill: looks[series.look].stroke,
          },
        ],
  )
  return [...drawn.map(({ svg }) => svg), ...placeLabels(labels, { ...plot, gap: chart.right ? 52 : 0 })]
}

interface DrawnLine {
  readonly svg: string
  readonly last: { readonly x: number; readonly y: number; readonly value: number } | null
}

function drawLine({ points, look }: Series, x: Scale, y: Scale): DrawnLine {
  const { stroke, width, dash } = looks[look]
  const isDefined = (i: number): boolean => Number.isFinite(points[i]?.[1] ?? NaN)
  const places = points.map(([px, py]): Point => [x(px), y(py ?? NaN)])
  const path = line<Point>().defined((_, i) => isDefined(i))(places)
  // A value between two gaps makes no line, and the last one is the one that is looked for: both get a dot.
  const lastIndex = places.findLastIndex((_, i) => isDefined(i))
  const dots = places
    .filter((_, i) => isDefined(i) && (i === lastIndex || (!isDefined(i - 1) && !isDefined(i + 1))))
    .map(([cx, cy]) => element('circle', { cx, cy, r: 3, fill: stroke }))
  const [place, value] = [places[lastIndex], points[lastIndex]?.[1]]
  return {
    svg: element(
      'g',
      {},
      path === null || path === ''
        ? ''
        : element('path', {
            d: path,
            fill: 'none',
            stroke,
            'stroke-width': width,
            'stroke-dasharray': dash,
            'stroke-linejoin': 'round',
          }),
      ...dots,
    ),
    last: place && typeof value === 'number' ? { x: place[0], y: place[1], value } : null,
  }
}

/** Room to the right of the plot for the longest label of a line's end. */
function labelRoom({ series }: Chart): number {
  // A common least width lets the panels of one figure line up.
  return 16 + Math.max(88, ...series.map(({ label }) => textWidth(`${label} 0.0000`, 11 * boldness)))
}

function xScale({ series, x }: Chart, plot: Plot): Scale {
  const values = series.flatMap(({ points }) => points.map(([px]) => px)).filter(Number.isFinite)
  const [low, high] = [Math.min(...values, x.end ?? Infinity, 1), Math.max(...values, x.end ?? 1)]
  const domain = low < high ? [low, high] : [low - 0.5, low + 0.5]
  return scaleLinear().domain(domain).range([plot.left, plot.right])
}

function yScale({ series, left, right }: Chart, side: 'left' | 'right', plot: Plot): Scale {
  const range = [plot.bottom, plot.top]
  const fixed = side === 'right' ? right?.domain : left.domain
  if (fixed) return scaleLinear().domain(fixed).range(range)
  const values = series
    .filter(({ axis = 'left' }) => axis === side)
    .flatMap(({ points }) => points.map(([, y]) => y))
    .filter((y): y is number => y !== null && Number.isFinite(y))
  if (values.length === 0) return scaleLinear().domain([0, 1]).range(range)
  const [low, high] = values.reduce(([a, b], y) => [Math.min(a, y), Math.max(b, y)], [Infinity, -Infinity])
  // A flat line would have no height, and a nearly flat one would look like a mountain range.
  const least = Math.max(Math.abs(low), Math.abs(high)) / 10 || 1
  const margin = Math.max(0, least - (high - low)) / 2
  return scaleLinear()
    .domain([low - margin, high + margin])
    .nice(4)
    .range(range)
}

function formatOf(axis: Axis | undefined, scale: Scale | undefined): (value: number) => string {
  if (axis?.format) return axis.format
  const [low = 0, high = 1] = scale?.domain() ?? []
  const span = Math.abs(high - low)
  // Three figures that matter within the range shown: enough to tell epochs apart, no false precision.
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(span))))
  return value => value.toFixed(digits)
}

function yAxis(scale: Scale, axis: Axis, plot: Plot, side: 'left' | 'right'): string {
  const isLeft = side === 'left'
  const ticks = scale.ticks(4)
  const format = axis.format ?? scale.tickFormat(4)
  const style = { size: 11, fill: chartColours.caption, anchor: isLeft ? 'end' : 'start' } as const
  const at = isLeft ? plot.left - 8 : plot.right + 8
  const grid = isLeft
    ? ticks.map(tick => {
        const y = Math.round(scale(tick)) + 0.5
        return element('path', { d: `M${plot.left} ${y}H${plot.right}`, stroke: chartColours.grid })
      })
    : []
  return element(
    'g',
    {},
    ...grid,
    ...ticks.map(tick => text(at, scale(tick) + 4, format(tick), style)),
    text(isLeft ? 16 : plot.right + 8, plot.top - 14, axis.label, { size: 11, fill: chartColours.label }),
  )
}

function xAxis(scale: Scale, label: string, plot: Plot): string {
  const [low = 0, high = 1] = scale.domain()
  const ticks = scale.ticks(Math.min(6, Math.max(1, Math.round(high - low)))).filter(Number.isInteger)
  const [first = low] = ticks
  if (Number.isInteger(low) && scale(first) - scale(low) > 24) ticks.unshift(low)
  const y = plot.bottom + 0.5
  return element(
    'g',
    {},
    element('path', { d: `M${plot.left} ${y}H${plot.right}`, stroke: chartColours.axis }),
    ...ticks.map(tick =>
      text(scale(tick), plot.bottom + 18, String(tick), {
        size: 11,
        fill: chartColours.caption,
        anchor: 'middle',
      }),
    ),
    text((plot.left + plot.right) / 2, plot.bottom + 38, label, {
      size: 11,
      fill: chartColours.label,
      anchor: 'middle',
    }),
  )
}

function bestMark(x: number, label: string, plot: Plot): string {
  const half = textWidth(label, 11) / 2
  const at = Math.min(Math.max(x, plot.left + half), plot.right - half)
  const top = plot.top - 6
  return element(
    'g',
    {},
    element('path', {
      d: `M${x} ${plot.top}V${plot.bottom}`,
      stroke: chartColours.axis,
      'stroke-dasharray': '1.5 3',
    }),
    element('path', { d: `M${x} ${top - 4}l4 4l-4 4l-4 -4Z`, fill: chartColours.val }),
    text(at, top - 10, label, { size: 11, fill: chartColours.label, anchor: 'middle' }),
  )
}
