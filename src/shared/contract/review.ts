import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Problem } from '../domain/problem'
import { Slice, SliceId } from '../domain/slice'
import { UndoState } from '../domain/project'
import { inProject } from './projects'
import { procedure } from './procedure'
import { onSlice } from './slices'

/** One slice that a model has predicted. */
export const ReviewItem = z.object({
  slice: SliceId,
  state: z.enum(['open', 'accepted', 'edited', 'rejected']),
  /** Objects that the model drew */
  objects: z.int(),
  probablyEmpty: z.boolean(),
  /** In [0, 1]: 1 is the least certain; null where nothing could be judged */
  uncertainty: z.number().nullable(),
  level: z.enum(['low', 'medium', 'high']),
  /** Mean over its objects, each in [0, 1]; null without objects, or without a base to compare with */
  predictedIou: z.number().nullable(),
  stability: z.number().nullable(),
  agreement: z.number().nullable(),
  model: z.string(),
})
export type ReviewItem = z.infer<typeof ReviewItem>

export const ReviewCounts = z.object({
  accepted: z.int(),
  edited: z.int(),
  rejected: z.int(),
  open: z.int(),
  /** Mean over decided slices; null before the first */
  secondsPerSlice: z.number().nullable(),
})

export const ReviewQueue = z.object({ items: z.array(ReviewItem), counts: ReviewCounts })
export type ReviewQueue = z.infer<typeof ReviewQueue>

export const PredictEvent = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('progress'),
    done: z.int(),
    total: z.int(),
    secondsLeft: z.number().nullable(),
  }),
  z.object({ event: z.literal('item'), item: ReviewItem }),
  Problem.extend({ event: z.literal('skipped'), slice: SliceId }),
  z.object({ event: z.literal('report'), predicted: z.int(), skipped: z.int(), interrupted: z.boolean() }),
])
export type PredictEvent = z.infer<typeof PredictEvent>

export const review = {
  queue: procedure.input(inProject).output(ReviewQueue),
  /** Predicts the slices that nobody has done; goes on in the background when nobody watches. @throws NO_FINDER */
  predict: procedure.input(inProject).output(eventIterator(PredictEvent)),
  cancel: procedure.input(inProject).output(z.void()),
  /** Accept or reject what was predicted on a slice; one undo each. */
  decide: procedure
    .input(onSlice.extend({ decision: z.enum(['accept', 'reject']), spentMs: z.int().min(0) }))
    .output(z.object({ slice: Slice, queue: ReviewQueue, undo: UndoState })),
}
