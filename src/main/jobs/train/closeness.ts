import { meanOfDefined, measure } from '../../../core/metrics'
import type { Unit } from '../../../shared/domain/events'
import type { Prompt } from '../../../shared/domain/prompt'
import type { RunLengths } from '../../../shared/masks/rle'
import { decodeRuns } from '../../../shared/masks/rle'
import type { PixelSpacing } from '../../datasets'
import type { TrainingObject } from './training-object'

export type PromptName = 'point' | 'box'

/** One question to the model, the same at every epoch and the same that `evaluate` asks. */
export interface Question {
  readonly name: PromptName
  readonly prompt: Prompt
  /** What the loss is taken from; null where the label vanishes at the training resolution and only Dice is taken */
  readonly object: TrainingObject | null
  readonly truth: RunLengths
  /** null: unknown */
  readonly spacingMm: PixelSpacing | null
}

/** What the model says to one of them */
export interface Answer {
  readonly question: Question
  /** [height, width] of the slice */
  readonly mask: Uint8Array
  readonly height: number
  readonly width: number
}

/** What Dice does not say: mean over the same answers; null where an empty mask leaves it undefined. */
export interface Closeness {
  readonly iou: number | null
  /** In `unit` */
  readonly hd95: number | null
  readonly unit: Unit
}

/** As Dice is: the mean of the kinds of prompt, each the mean of its answers. */
export function closenessOf(answers: readonly Answer[]): Closeness {
  const spacing = answers[0]?.question.spacingMm ?? null
  const scores = answers.map(({ question, mask, height, width }) => ({
    name: question.name,
    ...measure(mask, decodeRuns(question.truth, mask.length), height, width, {
      ...(spacing && { spacing: [spacing.y, spacing.x] }),
    }),
  }))
  const mean = (metric: 'iou' | 'hd95'): number | null =>
    meanOfDefined(
      (['point', 'box'] as const).map(kind =>
        meanOfDefined(scores.filter(({ name }) => name === kind).map(one => one[metric])),
      ),
    )
  return { iou: mean('iou'), hd95: mean('hd95'), unit: spacing ? 'mm' : 'px' }
}
