import type { Prompt, PromptPoint } from '../../shared/domain/prompt'
import { traceContours } from '../../shared/masks/contours'
import type { DisplayImage } from './display-image'
import { dataUrl } from './display-image'
import { sliceColours } from './palette'
import { element, round } from './svg'

export interface MaskLayer {
  /** [height, width] of the slice, non-zero is foreground */
  readonly mask: Uint8Array
  /** `prediction`: filled, solid outline. `truth`: dashed outline alone. Told apart without colour. */
  readonly kind: 'prediction' | 'truth'
  readonly colour: string
}

export interface SlicePanel {
  readonly image: DisplayImage
  readonly layers?: readonly MaskLayer[]
  readonly prompt?: Prompt
}

export interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A slice with its masks and prompt, as large as the frame allows, on the dark canvas. */
export function slicePanel({ image, layers = [], prompt }: SlicePanel, frame: Frame): string {
  const scale = Math.min(frame.width / image.width, frame.height / image.height)
  const [width, height] = [image.width * scale, image.height * scale]
  const left = frame.x + (frame.width - width) / 2
  const top = frame.y + (frame.height - height) / 2
  return element(
    'g',
    {},
    element('rect', { ...frame, fill: sliceColours.canvas }),
    // A nested viewport cuts off what a loose box draws beyond the slice.
    element(
      'svg',
      { x: left, y: top, width, height, viewBox: `0 0 ${round(width)} ${round(height)}` },
      element('image', { width, height, preserveAspectRatio: 'none', 'xlink:href': dataUrl(image) }),
      ...layers.map(layer => maskLayer(layer, image, scale)),
      prompt?.box ? boxOutline(prompt.box, scale) : '',
      ...(prompt?.points ?? []).map(point => pointGlyph(point, scale)),
    ),
  )
}

/** Widths are of the figure, not of the slice, so that lines look alike on small and large slices. */
function maskLayer(
  { mask, kind, colour }: MaskLayer,
  { height, width }: DisplayImage,
  scale: number,
): string {
  const path = traceContours(mask, height, width)
    .map(ring => `M${pairsOf(ring, scale).join('L')}Z`)
    .join('')
  if (path === '') return ''
  const isTruth = kind === 'truth'
  // The casing is dashed with its line: a truth that lies on the prediction then lets it shine through.
  const dash = isTruth ? '5 4' : null
  return element(
    'g',
    { fill: 'none', 'stroke-linejoin': 'round' },
    isTruth ? '' : element('path', { d: path, fill: colour, 'fill-opacity': 0.28, 'fill-rule': 'evenodd' }),
    element('path', {
      d: path,
      stroke: sliceColours.casing,
      'stroke-opacity': 0.55,
      'stroke-width': 3.5,
      'stroke-dasharray': dash,
    }),
    element('path', {
      d: path,
      stroke: colour,
      'stroke-width': 1.75,
      'stroke-dasharray': dash,
    }),
  )
}

function pairsOf(ring: readonly number[], scale: number): string[] {
  return Array.from({ length: ring.length / 2 }, (_, k) =>
    // Both coordinates exist: a ring holds pairs.
    [ring[2 * k]!, ring[2 * k + 1]!].map(value => round(value * scale)).join(' '),
  )
}

/** Around the whole of the first and last pixel, since a box includes both. */
function boxOutline({ x0, y0, x1, y1 }: NonNullable<Prompt['box']>, scale: number): string {
  const [x, y, width, height] = [x0, y0, x1 - x0 + 1, y1 - y0 + 1].map(value => value * scale)
  const rectangle = (attributes: Record<string, string | number>): string =>
    element('rect', { x, y, width, height, fill: 'none', ...attributes })
  return (
    rectangle({ stroke: sliceColours.casing, 'stroke-opacity': 0.6, 'stroke-width': 3.5 }) +
    rectangle({ stroke: sliceColours.box, 'stroke-width': 1.5 })
  )
}

/** A disc with a plus or a minus, centred on its pixel. */
function pointGlyph({ x, y, sign }: PromptPoint, scale: number): string {
  const isPositive = sign === 'positive'
  const [cx, cy] = [(x + 0.5) * scale, (y + 0.5) * scale].map(round)
  return element(
    'g',
    {},
    element('circle', { cx, cy, r: 8, fill: sliceColours.casing, 'fill-opacity': 0.6 }),
    element('circle', {
      cx,
      cy,
      r: 6.5,
      fill: isPositive ? sliceColours.positive : sliceColours.negative,
      stroke: sliceColours.truth,
      'stroke-width': 1.5,
    }),
    element('path', {
      d: `M${cx} ${cy}m-3.5 0h7${isPositive ? 'm-3.5 -3.5v7' : ''}`,
      stroke: sliceColours.onPrompt,
      'stroke-width': 1.75,
    }),
  )
}
