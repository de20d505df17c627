import { boxOfMask } from '../../../core/imaging/box'
import type { Flip } from '../../../core/imaging/flip'
import { fitLabels } from '../../../core/imaging/preprocess'
import type { SliceGeometry } from '../../../core/imaging/geometry'
import { maskOfLabel } from '../../../core/imaging/labels'
import { looseBox } from '../../../core/prompts'
import { random } from '../../../core/random'
import type { Tensor } from '../../../core/tensor/tensor'
import type { Box, Prompt } from '../../../shared/domain/prompt'
import type { RunLengths } from '../../../shared/masks/rle'
import { decodeRuns, encodeRuns } from '../../../shared/masks/rle'
import { distanceTransform } from '../../../shared/masks/distance'

/** One label value of one slice: what prompts are drawn from and what the masks are compared with. */
export interface TrainingObject {
  /** Of the slice */
  readonly size: { readonly height: number; readonly width: number }
  readonly value: number
  /** In pixels of the slice */
  readonly box: Box
  /** The mask on the square of the target, run-length coded */
  readonly target: RunLengths
  /** Well inside: pixels of the slice, x and y in turn */
  readonly inner: Int32Array
}

/** Points kept of an object's inside; more would only be memory. */
const mostInnerPoints = 512

/**
 * @param geometry - of the target's square
 * @param flip - mirrors the target as the model's input is mirrored, after fitting, and the prompts with it
 * @returns null where the object vanishes at the target's resolution
 */
export function trainingObject(
  labels: Tensor<'int32'>,
  value: number,
  geometry: SliceGeometry,
  flip: Flip,
): TrainingObject | null {
  const { height, width } = geometry
  const size = { height, width }
  const mask = maskOfLabel(labels.data, value)
  const box = boxOfMask(mask, height, width)
  const target = fitLabels(mask, geometry, flip)
  if (!box || !target.includes(1)) return null
  const inner = innerPixels(mask, box, width).map(([x, y]) => mirrored(x, y, size, flip))
  return {
    size,
    value,
    box: mirroredBox(box, size, flip),
    target: encodeRuns(target),
    inner: Int32Array.from(inner.flat()),
  }
}

type Size = TrainingObject['size']

function mirrored(x: number, y: number, { height, width }: Size, flip: Flip): [number, number] {
  return [flip.leftRight ? width - 1 - x : x, flip.upDown ? height - 1 - y : y]
}

function mirroredBox({ x0, y0, x1, y1 }: Box, size: Size, flip: Flip): Box {
  const [xa, ya] = mirrored(x0, y0, size, flip)
  const [xb, yb] = mirrored(x1, y1, size, flip)
  return { x0: Math.min(xa, xb), y0: Math.min(ya, yb), x1: Math.max(xa, xb), y1: Math.max(ya, yb) }
}

/**
 * Pixels at least half as deep as the deepest one: where a person clicks who means this object. Distances are taken
 * within the box alone, which changes nothing, since what lies outside of it is background.
 */
function innerPixels(mask: Uint8Array, box: Box, width: number): [number, number][] {
  const [columns, rows] = [box.x1 - box.x0 + 1, box.y1 - box.y0 + 1]
  const crop = new Uint8Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    const start = (box.y0 + y) * width + box.x0
    crop.set(mask.subarray(start, start + columns), y * columns)
  }
  const distance = distanceTransform(crop, rows, columns, [1, 1], { outsideIsBackground: true })
  const deepest = distance.reduce((most, value) => Math.max(most, value), 0)
  const inside: number[] = []
  distance.forEach((value, pixel) => {
    if (value > 0 && value >= deepest / 2) inside.push(pixel)
  })
  const stride = Math.max(1, Math.ceil(inside.length / mostInnerPoints))
  return inside
    .filter((_, index) => index % stride === 0)
    .map(pixel => [box.x0 + (pixel % columns), box.y0 + Math.floor(pixel / columns)])
}

/**
 * Masks are compared at the size that the original script has them: 256 pixels, or the decoder's own output where
 * that is larger.
 */
export function maskSideOf(resolution: number): number {
  return Math.max(256, resolution / 4)
}

/** Label values that are left at the target's resolution, ascending. */
export function lastingValues({ data }: Tensor<'int32'>, geometry: SliceGeometry): number[] {
  return [...new Set(fitLabels(data, geometry))].filter(value => value !== 0).sort((a, b) => a - b)
}

export function targetOf(object: TrainingObject, side: number): Uint8Array {
  return decodeRuns(object.target, side * side)
}

interface Draw {
  readonly seed: number
  /** Names the draw: the same key gives the same prompt */
  readonly key: string
}

export interface PromptDraw extends Draw {
  readonly pointShare: number
  readonly boxJitter: number
}

export interface CorrectionDraw extends Draw {
  readonly clickShare: number
  readonly maxClicks: number
}

/** An inner point or a loose box, as `pointShare` says; the same for the same key, whenever it is drawn. */
export function drawPrompt(object: TrainingObject, { pointShare, boxJitter, seed, key }: PromptDraw): Prompt {
  const generator = random(seed, 'prompt', key, object.value)
  if (generator.uniform() < pointShare) {
    const index = generator.integer(0, object.inner.length / 2 - 1)
    const [x = 0, y = 0] = object.inner.subarray(2 * index, 2 * index + 2)
    return { box: null, points: [{ x, y, sign: 'positive' }] }
  }
  const { box, size, value } = object
  return { box: looseBox(box, size, { jitter: boxJitter, seed, key, value }), points: [] }
}

/** How many corrective clicks follow a prompt: none, or 1 to `maxClicks`, each as likely. */
export function drawCorrectionCount(
  { value }: TrainingObject,
  { clickShare, maxClicks, seed, key }: CorrectionDraw,
): number {
  const generator = random(seed, 'corrections', key, value)
  return generator.uniform() < clickShare ? generator.integer(1, maxClicks) : 0
}
