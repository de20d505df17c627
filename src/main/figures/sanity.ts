import type { Tensor } from '../../core/tensor/tensor'
import type { Box } from '../../shared/domain/prompt'
import { displayImage } from './display-image'
import { chartColours, sliceColours } from './palette'
import { renderPng } from './render-png'
import { slicePanel } from './slice-panel'
import { document, element, fitText, text } from './svg'

/** A training sample as the model will get it, after resizing, flips and jitter. */
export interface SanitySample {
  readonly name: string
  /** Label value of the mask that was drawn for this sample */
  readonly label: number
  /** [3, height, width] as fed to the encoder, or any shape that `displayImage` takes */
  readonly image: Tensor
  /** [height, width] of that image, non-zero is foreground */
  readonly mask: Uint8Array
  /** In its pixels, inclusive */
  readonly box: Box
}

const panel = 220
const gap = 8
const margin = 24
const top = 64
const rowHeight = panel + 36

/**
 * The figure to look at before a long run: for each sample the image, its mask, and the two with the box. A box that
 * misses the mask or a mask that is flipped against its image is seen at once.
 */
export function sanityFigure(samples: readonly SanitySample[]): Uint8Array {
  // Two samples a row keep eight of them on one screen.
  const perRow = Math.min(2, Math.max(1, samples.length))
  const sampleWidth = 3 * panel + 2 * gap
  const width = 2 * margin + perRow * sampleWidth + (perRow - 1) * margin
  const rows = Math.ceil(samples.length / perRow)
  return renderPng(
    document(
      width,
      top + rows * rowHeight + 8,
      chartColours.background,
      text(margin, 30, `Sanity check: ${samples.length} samples as the model gets them`, {
        size: 15,
        bold: true,
        fill: chartColours.title,
      }),
      text(margin, 50, 'Image · mask · both, with the box prompt', { size: 11, fill: chartColours.caption }),
      ...samples.map((sample, i) => {
        const x = margin + (i % perRow) * (sampleWidth + margin)
        const y = top + Math.floor(i / perRow) * rowHeight
        return drawSample(sample, x, y, sampleWidth)
      }),
    ),
  )
}

function drawSample(
  { name, label, image, mask, box }: SanitySample,
  x: number,
  y: number,
  width: number,
): string {
  const shown = displayImage(image)
  const layers = [{ mask, kind: 'prediction', colour: sliceColours.base }] as const
  const blackAndWhite = {
    height: shown.height,
    width: shown.width,
    channels: 1,
    bytes: mask.map(value => (value === 0 ? 0 : 255)),
  } as const
  const panels = [
    { image: shown },
    { image: blackAndWhite },
    { image: shown, layers, prompt: { box, points: [] } },
  ]
  const side = [
    `label ${label}`,
    `box ${[box.x0, box.y0, box.x1, box.y1].map(v => Math.round(v)).join(', ')}`,
  ]
  return element(
    'g',
    {},
    ...panels.map((content, i) =>
      slicePanel(content, { x: x + i * (panel + gap), y, width: panel, height: panel }),
    ),
    text(x, y + panel + 17, fitText(name, 11, width / 2), { size: 11, fill: chartColours.label }),
    text(x + width, y + panel + 17, side.join(' · '), {
      size: 11,
      fill: chartColours.caption,
      anchor: 'end',
    }),
  )
}
