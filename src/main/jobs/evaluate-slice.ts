import { measure } from '../../core/metrics'
import type { Finder } from '../../core/models/finder/finder'
import type { Embedding, Segmenter } from '../../core/models/segmenter'
import { boxOfMask } from '../../core/imaging/box'
import { maskOfLabel } from '../../core/imaging/labels'
import { clicksToDice, ellipseInBox, firstClick, looseBox } from '../../core/prompts'
import type { Scores } from '../../shared/domain/events'
import type { PromptKind } from '../../shared/domain/evaluation'
import type { Box } from '../../shared/domain/prompt'
import { AppError, invariant } from '../../shared/errors'
import type { LoadedSlice } from '../datasets'
import type { StopFlag } from '../workers/stop-flag'
import { findObjects } from './find-objects'
import { matchFound } from './score-found'

/** A slice with its truth, and the key that its jitter is drawn from: the same on every machine. */
export interface JudgedSlice extends LoadedSlice {
  readonly key: string
}

export interface JudgeOptions {
  readonly prompt: PromptKind
  /** Pixels on a slice whose longest side is 256 */
  readonly jitter: number
  readonly seed: number
  readonly stop: StopFlag
  /** For the prompt `found` */
  readonly finder: Finder | null
}

/** Distances in pixels and, where the spacing is known, in mm: which one is reported depends on all the cases. */
export interface Measured {
  readonly px: Scores
  readonly mm: Scores | null
}

/** What one object got: the model's scores, and the ellipse's where there was a box. */
export interface ObjectScores {
  readonly value: number
  readonly scores: Measured
  readonly ellipse: Measured | null
  /** Clicks until Dice 0.9, the limit of 20 where it was never reached; null without clicks */
  readonly clicks: number | null
  readonly reached: boolean
}

/** Judges one slice: it is encoded once and prompted once per label value. */
export async function judgeSlice(
  segmenter: Segmenter,
  slice: JudgedSlice,
  options: JudgeOptions,
): Promise<ObjectScores[]> {
  const embedding = await segmenter.embed(slice.image)
  if (options.prompt === 'found') return judgeFound(segmenter, embedding, slice, options.finder)
  const objects: ObjectScores[] = []
  for (const value of slice.labelValues) {
    if (options.stop.urgent) throw new AppError('ABORTED', {})
    objects.push(await judgeObject({ segmenter, embedding, slice, value }, options))
  }
  return objects
}

/** The finder has no say in which labels there are: a label that it finds nothing for counts as 0. */
async function judgeFound(
  segmenter: Segmenter,
  embedding: Embedding,
  slice: JudgedSlice,
  finder: Finder | null,
): Promise<ObjectScores[]> {
  invariant(finder, 'a finder was looked for before')
  const { objects } = await findObjects({ segmenter, finder }, embedding)
  return matchFound(slice.labels.data, slice.labelValues, objects).map(({ value, mask }) => {
    const scores = measured(mask, maskOfLabel(slice.labels.data, value), slice)
    return { value, scores, ellipse: null, clicks: null, reached: true }
  })
}

interface Judged {
  readonly segmenter: Segmenter
  readonly embedding: Embedding
  readonly slice: JudgedSlice
  readonly value: number
}

async function judgeObject(judged: Judged, options: JudgeOptions): Promise<ObjectScores> {
  const { slice, value, segmenter, embedding } = judged
  const [height = 0, width = 0] = slice.labels.shape
  const truth = maskOfLabel(slice.labels.data, value)
  const compare = (mask: Uint8Array): Measured => measured(mask, truth, slice)
  const box = options.prompt.startsWith('box')
    ? looseBox(boxAround(truth, height, width), { height, width }, { ...options, key: slice.key, value })
    : null
  if (options.prompt.endsWith('clicks')) {
    const { mask, clicks, reached } = await click(judged, { truth, box }, options.stop)
    return { value, scores: compare(mask), ellipse: null, clicks, reached }
  }
  const point = box === null ? firstClick(truth, height, width) : null
  const { mask } = await segmenter.segment(embedding, { box, points: point === null ? [] : [point] })
  const ellipse = box === null ? null : compare(ellipseInBox(box, height, width))
  return { value, scores: compare(mask.data), ellipse, clicks: null, reached: true }
}

function boxAround(truth: Uint8Array, height: number, width: number): Box {
  // The value was read from this very map, so its mask is not empty.
  return boxOfMask(truth, height, width) ?? { x0: 0, y0: 0, x1: width - 1, y1: height - 1 }
}

/**
 * A model that takes no clicks answers the box and then has no more to say: the limit, where that was not enough.
 *
 * @returns the mask after the last click
 */
async function click(
  { segmenter, embedding, slice }: Judged,
  { truth, box }: { readonly truth: Uint8Array; readonly box: Box | null },
  stop: StopFlag,
): Promise<{ mask: Uint8Array; clicks: number; reached: boolean }> {
  const [height = 0, width = 0] = slice.labels.shape
  let mask = new Uint8Array(truth.length)
  const run = await clicksToDice({
    truth,
    height,
    width,
    box: box !== null,
    segment: async points => {
      if (stop.urgent) throw new AppError('ABORTED', {})
      const isOffered = box === null || points.length === 0 || segmenter.offersClicks
      if (!isOffered) return mask
      const proposal = await segmenter.segment(embedding, { box, points: [...points] })
      mask = Uint8Array.from(proposal.mask.data)
      return mask
    },
  })
  return { mask, clicks: run?.clicks ?? 0, reached: run?.reached ?? false }
}

function measured(mask: Uint8Array, truth: Uint8Array, { labels, spacingMm }: JudgedSlice): Measured {
  const [height = 0, width = 0] = labels.shape
  const scores = (spacing: readonly [number, number]): Scores => {
    const { dice, iou, hd95, assd } = measure(mask, truth, height, width, { spacing })
    return { dice, iou, hd95, assd }
  }
  const px = scores([1, 1])
  if (spacingMm === null) return { px, mm: null }
  if (spacingMm.y !== spacingMm.x) return { px, mm: scores([spacingMm.y, spacingMm.x]) }
  // Square pixels: every distance only changes its unit.
  const scaled = (distance: number | null): number | null =>
    distance === null ? null : distance * spacingMm.x
  return { px, mm: { ...px, hd95: scaled(px.hd95), assd: scaled(px.assd) } }
}
