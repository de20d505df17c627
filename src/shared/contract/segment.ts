import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { AnnotationId, Runs } from '../domain/annotation'
import { Prompt } from '../domain/prompt'
import { Problem } from '../domain/problem'
import { SliceId } from '../domain/slice'
import { inProject } from './projects'
import { procedure } from './procedure'
import { onSlice } from './slices'

export const CandidateMask = z.object({
  runs: Runs,
  areaPx: z.int(),
  predictedIou: z.number(),
})
export type CandidateMask = z.infer<typeof CandidateMask>

export const Propagated = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('slice'),
    slice: SliceId,
    plane: z.int(),
    predictedIou: z.number().nullable(),
    /** Proposals written to it */
    kept: z.boolean(),
  }),
  z.object({
    event: z.literal('report'),
    slices: z.int(),
    stoppedAt: z.array(SliceId),
    interrupted: z.boolean(),
  }),
])
export type Propagated = z.infer<typeof Propagated>

export const EncodingState = z.object({
  done: z.int(),
  total: z.int(),
  /** The slice that is being encoded; null: none */
  current: SliceId.nullable(),
  secondsLeft: z.number().nullable(),
  state: z.enum(['idle', 'running', 'paused', 'waits-for-training', 'done']),
  /** Slices that could not be encoded, with the sentence of the error */
  failed: z.array(Problem.extend({ slice: SliceId })),
})
export type EncodingState = z.infer<typeof EncodingState>

export const segment = {
  /**
   * Masks for a prompt, best first. A slice that is not encoded yet is encoded first, before all others.
   *
   * @throws PROMPT_EMPTY, PROMPT_NOT_OFFERED, and what reading the slice can meet
   */
  propose: procedure
    .input(onSlice.extend({ prompt: Prompt }))
    .output(
      z.object({ candidates: z.array(CandidateMask).min(1), model: z.string(), milliseconds: z.number() }),
    ),
  /** Whether a slice answers at once */
  isEncoded: procedure.input(onSlice).output(z.boolean()),
  /** Carries annotations through the volume; everything it writes is one undo. */
  propagate: procedure
    .input(
      onSlice.extend({
        annotations: z.array(AnnotationId).min(1),
        direction: z.enum(['up', 'down', 'both']),
        /** It stops where the predicted IoU falls below */
        stopBelow: z.number().min(0).max(1),
      }),
    )
    .output(eventIterator(Propagated)),
}

export const encoding = {
  watch: procedure.input(inProject).output(eventIterator(EncodingState)),
  /** The slice on the screen: it and its neighbours come first. */
  focus: procedure.input(onSlice).output(z.void()),
  pause: procedure.input(inProject).output(z.void()),
  resume: procedure.input(inProject).output(z.void()),
}
