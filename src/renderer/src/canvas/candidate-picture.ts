import type { Slice } from '../../../shared/domain/slice'
import type { WindowLevel } from '../../../shared/domain/window-level'
import { decodeRuns, type RunLengths } from '../../../shared/masks/rle'
import { measureRuns } from '../../../shared/masks/measure-runs'
import { outlineOf, type Colour } from './mask-picture'
import { partOf } from './mask-pictures'
import { cssColour } from './palette'
import type { Samples } from './samples'
import { SlicePicture } from './slice-picture'

interface Candidate {
  readonly slice: Slice
  readonly samples: Samples
  readonly window: WindowLevel
  readonly runs: RunLengths
  readonly colour: Colour
}

/** Around the mask, as part of its size */
const margin = 0.15

/** Painted once for the three cards of a prompt. */
let painted: {
  readonly samples: Samples
  readonly window: WindowLevel
  readonly picture: SlicePicture
} | null = null

/** Draws the part of a slice that a mask covers, with the mask on it, as large as it fits. */
export function drawCandidate(element: HTMLCanvasElement, candidate: Candidate): void {
  const context = element.getContext('2d')
  const { slice, runs, colour } = candidate
  if (context === null) return
  const box = measureRuns(runs, slice.width).box ?? {
    x0: 0,
    y0: 0,
    x1: slice.width - 1,
    y1: slice.height - 1,
  }
  const [width, height] = [(box.x1 - box.x0 + 1) * (1 + margin), (box.y1 - box.y0 + 1) * (1 + margin)]
  const scale = Math.min(element.width / width, element.height / height, 8)
  context.reset()
  context.translate(element.width / 2, element.height / 2)
  context.scale(scale, scale)
  context.translate(-(box.x0 + box.x1 + 1) / 2, -(box.y0 + box.y1 + 1) / 2)
  context.drawImage(pictureOf(candidate).canvas, 0, 0)
  const outline = outlineOf(decodeRuns(runs, slice.width * slice.height), slice, partOf(runs, slice.width))
  context.fillStyle = context.strokeStyle = cssColour(colour)
  context.globalAlpha = 0.3
  context.fill(outline)
  context.globalAlpha = 1
  context.lineWidth = 3 / scale
  context.stroke(outline)
}

function pictureOf({ slice, samples, window }: Candidate): SlicePicture {
  if (painted?.samples === samples && painted.window === window) return painted.picture
  const picture = new SlicePicture(samples, slice.width, slice.height, slice.channels)
  picture.paint(window)
  painted = { samples, window, picture }
  return picture
}
