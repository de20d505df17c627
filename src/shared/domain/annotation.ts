import * as z from 'zod'
import { LabelId } from './label-class'
import { Box, Prompt } from './prompt'

export const AnnotationId = z.int().positive()
export type AnnotationId = z.infer<typeof AnnotationId>

/** Run lengths of a mask, as `shared/masks/rle.ts` says. */
export const Runs = z.array(z.int().min(0)).min(1)

export const AnnotationOrigin = z.enum(['drawn', 'model', 'propagated', 'imported'])
export type AnnotationOrigin = z.infer<typeof AnnotationOrigin>

/** `proposal`: drawn by a model and not looked at yet; only accepted ones are trained on and exported. */
export const AnnotationStatus = z.enum(['proposal', 'accepted'])
export type AnnotationStatus = z.infer<typeof AnnotationStatus>

/** One object on one slice. */
export const Annotation = z.object({
  id: AnnotationId,
  labelId: LabelId,
  /** The slice's size, row-major */
  runs: Runs,
  status: AnnotationStatus,
  origin: AnnotationOrigin,
  /** What the model was asked for it; null where none was, such as a polygon */
  prompt: Prompt.nullable(),
  /** Of the model's mask before any repair, in [0, 1] */
  predictedIou: z.number().nullable(),
  /** ID of the model that drew it */
  model: z.string().nullable(),
  /** Smallest box around the mask; null for an empty one */
  box: Box.nullable(),
  areaPx: z.int().min(0),
})
export type Annotation = z.infer<typeof Annotation>

/** An annotation to store: a new one where `id` is null. Box and area follow from the runs. */
export const AnnotationDraft = Annotation.omit({ id: true, box: true, areaPx: true }).extend({
  id: AnnotationId.nullable(),
})
export type AnnotationDraft = z.infer<typeof AnnotationDraft>
